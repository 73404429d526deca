#include "quantizers/range_scan.h"

#include <cmath>
#include <utility>

#include "measures/indexed.h"
#include "quantizers/range.h"
#include "theory/noise.h"

namespace halfstep {

std::vector<RangePoint> range_scan(const SortedIndex& index, const FormatRow& format, const Request& request, double from,
                                   double to, std::size_t count) {
  std::vector<RangePoint> points;
  if (!(format.takes & kTakesRange) || index.size() == 0 || is_random(request.rounding)) return points;
  Codebook grid;
  if (format.grid) {
    Result<Codebook> made = format.grid(request);
    if (!made) return points;
    grid = std::move(made.value());
  }
  const double n = static_cast<double>(index.size());
  const double power = index.sums(0, index.size()).xx / n;
  const float min = index.sorted().front(), max = index.sorted().back();
  points.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double part = static_cast<double>(i) / static_cast<double>(count - 1);
    // Float32, as absmax is: it is one of them to the bit.
    const float r = static_cast<float>(i == 0 ? from : i + 1 == count ? to
                                                                      : from * std::pow(to / from, part));
    const Cells cells =
        cells_of(format, request, format.grid ? &grid : nullptr, number_range(r, min, max, format.symmetric));
    if (!can_index(cells)) continue;
    const IndexedSums sums = measure_indexed(index, cells, {});
    if (!std::isfinite(sums.nn)) continue;
    points.push_back({r, sums.nn / n, sums.granular_nn / n, sums.overload_nn / n, theory::snr_db(power, sums.nn / n)});
  }
  return points;
}

}  // namespace halfstep
