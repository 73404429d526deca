#pragma once
// How the error depends on the range: clipping falls and rounding rises with it.
#include <vector>

#include "measures/sorted_index.h"
#include "quantizers/formats.h"
#include "request.h"

namespace halfstep {

struct RangePoint {
  double range;         // as the request's number: ±range, for an affine format on the sides where weights are
  double mse;           // mean of n², the sum of the next two
  double granular_mse;  // the part of weights inside the range
  double overload_mse;  // the part of weights beyond it
  double snr_db;        // NaN where there is no noise or no signal
};

// `count` ≥ 2 ranges from `from` to `to` in equal ratios, 0 < from ≤ to, both ends included; what else the request
// says but its range. Left out are those under which weights are lost. Empty for an empty index, a codebook (which has no range) and a random rounding (which
// reads every weight). Time as measure_indexed for each.
std::vector<RangePoint> range_scan(const SortedIndex& index, const FormatRow& format, const Request& request, double from,
                                   double to, std::size_t count);

}  // namespace halfstep
