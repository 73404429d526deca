#include "dither_study.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "measures/spectrum.h"
#include "tensor/math.h"

namespace halfstep {

DitherStudy study_dither(Rounding rounding, std::uint64_t seed, double amplitude) {
  constexpr std::size_t kSamples = kStudyPeriod * kStudyCycles;
  Cells cells;
  cells.rounding = rounding;
  cells.seed = seed;
  // Codes that no dither leads off.
  cells.high = static_cast<std::int32_t>(std::ceil(amplitude)) + 2;
  cells.low = -cells.high;
  cells.range_high = static_cast<float>(cells.high);
  cells.range_low = -cells.range_high;

  std::vector<float> x(kSamples), q(kSamples);
  for (std::size_t i = 0; i < kSamples; ++i) {
    if (i >= kStudyPeriod) {
      x[i] = x[i - kStudyPeriod];
      continue;
    }
    const double turn = static_cast<double>(i) / kStudyPeriod;
    // sin(2πt) = cos(2π(t + ¾)).
    x[i] = static_cast<float>(amplitude *
                              portable::cos_turns(turn < 0.25 ? turn + 0.75 : turn - 0.25));
  }
  kernels().reconstruct(x.data(), kSamples, cells, 0, q.data());

  DitherStudy study;
  study.signal.assign(x.begin(), x.begin() + kStudyPeriod);
  study.once.assign(q.begin(), q.begin() + kStudyPeriod);
  study.average.assign(kStudyPeriod, 0);
  std::vector<double> errors(kSamples);
  for (std::size_t i = 0; i < kSamples; ++i) {
    errors[i] = static_cast<double>(x[i]) - static_cast<double>(q[i]);
    study.average[i % kStudyPeriod] += static_cast<double>(q[i]) / kStudyCycles;
  }
  study.spectrum.resize(kStudyStretch / 2 + 1);
  power_spectrum(errors, study.spectrum);

  NoiseSums sums;
  kernels().noise(x.data(), kSamples, cells, 0, sums);
  const double power = kernels().moments(x.data(), kSamples).sum_squares;
  study.mean = sums.n / kSamples;
  study.variance = std::max(0.0, sums.nn / kSamples - study.mean * study.mean);
  study.max_error = sums.max;
  // A whole number of cycles has the mean 0.
  study.correlation = sums.xn / kSamples / std::sqrt(study.variance * power / kSamples);
  study.kept = 1 - sums.xn / power;
  return study;
}

void noise_by_place(const Weights& weights, const Plan& plan, std::span<PlaceSums> bins) {
  if (plan.has_book() || plan.in_blocks()) return;
  std::array<float, 4096> q;
  each_run(weights, plan, [&](std::size_t begin, std::size_t count, const Cells& cells) {
    if (!(cells.step > 0)) return;
    for (std::size_t at = begin; at < begin + count; at += q.size()) {
      const std::size_t n = std::min(q.size(), begin + count - at);
      const float* x = weights.x().data() + at;
      kernels().reconstruct(x, n, cells, static_cast<std::uint32_t>(at), q.data());
      place_sums(x, q.data(), n, cells, bins);
    }
  });
}

}  // namespace halfstep
