#include "measures/noise_report.h"

#include <algorithm>
#include <cmath>

#include "theory/noise.h"

namespace halfstep {

namespace {

void correlate(const TensorReport& tensor, double covariance, NoiseReport& report) {
  const double deviations = tensor.std * std::sqrt(report.variance);
  report.correlation = deviations > 0 ? std::clamp(covariance / deviations, -1.0, 1.0) : kMeaningless;
}

}  // namespace

NoiseReport noise_report(const TensorReport& tensor, const NoiseSums& sums, double n, std::uint64_t lost) {
  NoiseReport report;
  report.lost = lost;
  if (lost > 0 || !std::isfinite(sums.nn)) return report;
  report.mse = sums.nn / n;
  report.exact = sums.max == 0;
  report.snr_db = theory::snr_db(tensor.rms * tensor.rms, report.mse);
  report.max_error = sums.max;
  report.bias = sums.n / n;
  report.variance = std::max(0.0, report.mse - report.bias * report.bias);
  correlate(tensor, sums.xn / n - tensor.mean * report.bias, report);
  return report;
}

bool cancels(const TensorReport& tensor, const NoiseReport& report, double loss) {
  const double noise = report.mse / report.variance, signal = tensor.rms / tensor.std;
  return loss * std::max(noise, signal * std::sqrt(noise)) > 0x1p-23;
}

void recentre(const TensorReport& tensor, const NoiseSums& about_means, double n, NoiseReport& report) {
  const double rest = about_means.n / n;
  report.variance = std::max(0.0, about_means.nn / n - rest * rest);
  correlate(tensor, about_means.xn / n, report);
}

}  // namespace halfstep
