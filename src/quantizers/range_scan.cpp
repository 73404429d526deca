#include "quantizers/range_scan.h"

#include <algorithm>
#include <cmath>

#include "measures/indexed.h"
#include "quantizers/range.h"

namespace halfstep {

std::vector<RangeTrial> range_scan(const SortedIndex& index, const FormatRow& format, const Request& request,
                                   std::size_t count) {
  constexpr double kFirst = -10, kLast = 1;  // octaves from max|x|
  std::vector<RangeTrial> trials;
  if (!format.cells || request.rounding == Rounding::Stochastic || index.size() == 0) return trials;
  const float min = index.sorted().front(), max = index.sorted().back();
  const double absmax = std::max(std::fabs(min), std::fabs(max));
  const double weights = static_cast<double>(index.size());
  for (std::size_t i = 0; i < count; ++i) {
    const double octave = kFirst + (kLast - kFirst) * static_cast<double>(i) / static_cast<double>(count - 1);
    const float range = static_cast<float>(absmax * std::exp2(octave));
    Cells cells = format.cells(request.bits, number_range(range, min, max, format.symmetric));
    cells.rounding = request.rounding;
    if (!std::isfinite(range) || !can_index(cells)) continue;
    const NoiseSums sums = measure_indexed(index, cells, {});
    trials.push_back({range, sums.nn / weights, (sums.nn - sums.overload_nn) / weights, sums.overload_nn / weights});
  }
  return trials;
}

}  // namespace halfstep
