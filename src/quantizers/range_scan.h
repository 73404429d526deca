#pragma once
// The noise of a quantizer at many ranges: what clipping costs and what it buys.
#include <cstddef>
#include <vector>

#include "measures/sorted_index.h"
#include "quantizers/formats.h"
#include "request.h"

namespace halfstep {

// Mean squares in the weights' unit squared; mse is the sum of its two parts.
struct RangeTrial {
  double range = 0;
  double mse = 0, granular_mse = 0, overload_mse = 0;  // of the weights inside the range and beyond it
};

// `count` ranges (2 or more) rising by one ratio from max|x|/1024 to 2·max|x|, as numbers a request may
// give, each of one scale for all weights of the index. Empty for a codebook, which has no range, for
// stochastic rounding, which no index measures, and where there is no weight but 0.
std::vector<RangeTrial> range_scan(const SortedIndex& index, const FormatRow& format, const Request& request,
                                   std::size_t count);

}  // namespace halfstep
