#pragma once
// The rules that choose a granular region from the weights of one scale.
#include <span>

#include "buffer.h"
#include "measures/sorted_index.h"
#include "quantizers/formats.h"
#include "request.h"

namespace halfstep {

// [min(x, 0), max(x, 0)], and [−r, r] with r = max|x| for a symmetric format.
Interval absmax_range(float min, float max, bool symmetric);

// absmax_range of symmetric groups of `group` finite weights each, the last one maybe of fewer; group > 0 is a multiple
// of 16.
void absmax_ranges(std::span<const float> x, std::size_t group, std::span<Interval> ranges);

// [−r, r] on the sides where there are weights; both for a symmetric format.
Interval number_range(double r, float min, float max, bool symmetric);

// For a symmetric format the P-th percentile of |x|; else the (100−P)/2-th and its mirror of x, stretched
// to hold zero. Linear between order statistics, to the bit as NumPy's default. Reorders `x`.
Interval percentile_range(std::span<float> x, double percentile, bool symmetric);

// The same of the weights of an index, from its ends: no pass over them. The index is not empty.
Interval percentile_range(const SortedIndex& index, double percentile, bool symmetric);

}  // namespace halfstep
