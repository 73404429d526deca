#include "measures/statistics.h"

#include <algorithm>
#include <cmath>

#include "kernels/kernels.h"
#include "tensor/finite_runs.h"

namespace halfstep {

void measure_statistics(Weights& weights) {
  const std::span<const float> x = weights.x();
  TensorReport& s = weights.statistics;
  s = {};
  s.count = x.size();
  s.nonfinite = kernels().nonfinite(x.data(), x.size());
  if (weights.finite() == 0) return;

  const double n = static_cast<double>(weights.finite());
  double sum = 0, squares = 0, min = INFINITY, max = -INFINITY;
  each_finite_run(x, 0, x.size(), weights.all_finite(), [&](std::size_t begin, std::size_t count) {
    const Moments m = kernels().moments(x.data() + begin, count);
    sum += m.sum;
    squares += m.sum_squares;
    min = std::min(min, static_cast<double>(m.min));
    max = std::max(max, static_cast<double>(m.max));
  });
  s.min = min;
  s.max = max;
  // Of a constant the sum is exact below 2^29 weights, and so its mean is itself and its deviation zero.
  s.mean = sum / n;
  s.rms = std::sqrt(squares / n);

  CentralMoments central;
  each_finite_run(x, 0, x.size(), weights.all_finite(), [&](std::size_t begin, std::size_t count) {
    const CentralMoments m = kernels().central_moments(x.data() + begin, count, s.mean);
    central.second += m.second;
    central.fourth += m.fourth;
  });
  const double variance = central.second / n;
  s.std = std::sqrt(variance);
  if (variance > 0) s.kurtosis = central.fourth / n / (variance * variance);
}

}  // namespace halfstep
