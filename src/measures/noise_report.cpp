#include "measures/noise_report.h"

#include <algorithm>
#include <cmath>

#include "theory/noise.h"

namespace halfstep {

NoiseReport noise_report(const TensorReport& tensor, const NoiseSums& sums, double n, std::uint64_t lost) {
  NoiseReport report;
  report.lost = lost;
  if (!std::isfinite(sums.nn)) return report;
  report.mse = sums.nn / n;
  report.exact = sums.max == 0;
  report.snr_db = theory::snr_db(tensor.rms * tensor.rms, report.mse);
  report.max_error = sums.max;
  report.bias = sums.n / n;
  report.variance = std::max(0.0, report.mse - report.bias * report.bias);
  const double covariance = sums.xn / n - tensor.mean * report.bias;
  const double deviations = tensor.std * std::sqrt(report.variance);
  if (deviations > 0) report.correlation = std::clamp(covariance / deviations, -1.0, 1.0);
  return report;
}

}  // namespace halfstep
