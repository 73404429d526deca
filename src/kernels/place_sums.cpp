#include "kernels/place_sums.h"

#include <algorithm>
#include <cmath>

namespace halfstep {

void place_sums(const float* x, const float* q, std::size_t n, const Cells& cells,
                std::span<PlaceSums> bins) {
  const double step = cells.step, divisor = cells.divisor(), offset = cells.offset;
  const double count = static_cast<double>(bins.size());
  for (std::size_t i = 0; i < n; ++i) {
    if (x[i] < cells.range_low || x[i] > cells.range_high) continue;
    const double t = static_cast<double>(x[i]) / divisor - offset + 0.5;
    const double error = (static_cast<double>(x[i]) - static_cast<double>(q[i])) / step;
    PlaceSums& bin =
        bins[std::min(static_cast<std::size_t>((t - std::floor(t)) * count), bins.size() - 1)];
    bin.count += 1;
    bin.n += error;
    bin.nn += error * error;
  }
}

}  // namespace halfstep
