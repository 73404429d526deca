// The power spectrum against the transform's sum written out, and what dither does to a sine and to
// weights.
#include "measures/spectrum.h"

#include <doctest/doctest.h>

#include <numbers>

#include "dither_study.h"
#include "inputs.h"
#include "lab_oracle.h"
#include "theory/noise.h"

using namespace tests;

namespace {

// The mean periodogram by its definition.
std::vector<double> spectrum_by_sums(const std::vector<double>& x, std::size_t size) {
  std::vector<double> power(size / 2 + 1);
  const std::size_t stretches = x.size() / size;
  for (std::size_t k = 0; k < power.size(); ++k) {
    for (std::size_t s = 0; s < stretches; ++s) {
      double re = 0, im = 0;
      for (std::size_t j = 0; j < size; ++j) {
        const double turn =
            2 * std::numbers::pi * static_cast<double>(j * k % size) / static_cast<double>(size);
        re += x[s * size + j] * std::cos(turn);
        im -= x[s * size + j] * std::sin(turn);
      }
      const double n = static_cast<double>(size), signs = k == 0 || k == size / 2 ? 1 : 2;
      power[k] += signs * (re * re + im * im) / (n * n * static_cast<double>(stretches));
    }
  }
  return power;
}

double sum_of(const std::vector<double>& terms) {
  oracle::Sum sum;
  for (const double term : terms) sum.add(term);
  return sum.value();
}

}  // namespace

TEST_CASE("spectrum: the transform's sum, for odd and even numbers of stretches") {
  inputs::Random random(3);
  for (const std::size_t size : {4u, 8u, 64u, 512u}) {
    for (const std::size_t samples : {size, 2 * size, 3 * size, 3 * size + size / 2}) {
      std::vector<double> x(samples), power(size / 2 + 1, 99);
      for (double& value : x) value = random.normal();
      power_spectrum(x, power);
      const std::vector<double> expected = spectrum_by_sums(x, size);
      for (std::size_t k = 0; k < power.size(); ++k)
        CHECK(std::fabs(power[k] - expected[k]) < 1e-13);
    }
  }
}

TEST_CASE("spectrum: it sums to the mean square, and a sine is one line of a²/2") {
  std::vector<double> x(4096), power(257);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = 0.25 + 3 * std::sin(2 * std::numbers::pi * 20 * static_cast<double>(i) / 512);
  }
  power_spectrum(x, power);
  CHECK(power[0] == doctest::Approx(0.0625).epsilon(1e-12));
  CHECK(power[20] == doctest::Approx(4.5).epsilon(1e-12));
  CHECK(sum_of(power) == doctest::Approx(4.5625).epsilon(1e-12));
}

TEST_CASE("study: nearest loses a sine under half a step, its error the sine itself") {
  for (const double amplitude : {0.1, 0.3, 0.49}) {
    const DitherStudy study = study_dither(Rounding::Nearest, 1, amplitude);
    CHECK(std::fabs(study.kept) < 1e-12);
    CHECK(study.correlation == doctest::Approx(1).epsilon(1e-9));
    CHECK(study.variance == doctest::Approx(amplitude * amplitude / 2).epsilon(1e-6));
    for (const double q : study.average) CHECK(q == 0);
    CHECK(study.spectrum[8] == doctest::Approx(amplitude * amplitude / 2).epsilon(1e-6));
    for (std::size_t i = 0; i < 64; ++i) {
      const double sine = amplitude * std::sin(2 * std::numbers::pi * static_cast<double>(i) / 64);
      CHECK(std::fabs(study.signal[i] - sine) < 1e-7);
    }
  }
  const DitherStudy louder = study_dither(Rounding::Nearest, 1, 0.8);
  // All of it in odd harmonics of the sine.
  double harmonics = 0;
  for (std::size_t k = 8; k < louder.spectrum.size(); k += 16) harmonics += louder.spectrum[k];
  CHECK(harmonics == doctest::Approx(louder.variance).epsilon(1e-9));
}

TEST_CASE(
    "study: dither keeps the sine and makes the error's spectrum flat, at the predicted height") {
  constexpr double kN = kStudyPeriod * kStudyCycles, kStretches = kN / kStudyStretch;
  for (const Rounding rounding :
       {Rounding::Stochastic, Rounding::DitherUniform, Rounding::DitherTriangular,
        Rounding::SubtractiveUniform, Rounding::SubtractiveTriangular}) {
    for (const double amplitude : {0.05, 0.3, 2.2}) {
      const DitherStudy study = study_dither(rounding, 5, amplitude);
      CAPTURE(static_cast<int>(rounding));
      CAPTURE(amplitude);
      const double slope_error = std::sqrt(study.variance / (kN * amplitude * amplitude / 2));
      CHECK(std::fabs(study.kept - 1) < 5 * slope_error);
      CHECK(std::fabs(study.correlation) < 5 / std::sqrt(kN));
      CHECK(std::fabs(study.mean) < 5 * std::sqrt(study.variance / kN));
      CHECK(study.max_error <= kBound[static_cast<std::size_t>(rounding)] + 1e-6);
      for (std::size_t i = 0; i < kStudyPeriod; ++i) {
        CHECK(std::fabs(study.average[i] - study.signal[i]) <
              5 * 0.5 / std::sqrt(static_cast<double>(kStudyCycles)));
      }
      // A line of the mean of many periodograms of white noise is normal, its deviation
      // 1/√stretches of it.
      for (std::size_t k = 1; k + 1 < study.spectrum.size(); ++k) {
        const double expected = study.variance / (kStudyStretch / 2.0);
        CHECK(std::fabs(study.spectrum[k] / expected - 1) < 5.5 / std::sqrt(kStretches));
      }
      CHECK(sum_of(study.spectrum) ==
            doctest::Approx(study.variance + study.mean * study.mean).epsilon(1e-9));
      if (rounding != Rounding::Stochastic && rounding != Rounding::DitherUniform) {
        CHECK(study.variance == doctest::Approx(theory::noise_mse(rounding, 1)).epsilon(0.03));
      }
    }
  }
}

TEST_CASE("study: silence has no slope and no correlation") {
  const DitherStudy study = study_dither(Rounding::DitherTriangular, 1, 0);
  CHECK(std::isnan(study.kept));
  CHECK(std::isnan(study.correlation));
  CHECK(study.variance == doctest::Approx(0.25).epsilon(0.03));
}

TEST_CASE("by place: the sums of a plain loop, of every rounding and granularity") {
  const auto x = inputs::normal(20000, 8);
  const Weights weights = weights_of(x, {40, 500});
  constexpr std::size_t kBins = 32;
  for (const char* format : {"int", "midrise", "uint"}) {
    for (const char* granularity : {"tensor", "group:100"}) {
      for (const Rounding rounding : inputs::kRoundings) {
        const Request request = ask(format, 4, "percentile:99", granularity, rounding);
        const Answer answer = measure(weights, request);
        std::vector<PlaceSums> bins(kBins);
        noise_by_place(weights, answer.plan, bins);
        std::vector<double> counts(kBins), sums(kBins), squares(kBins);
        for (std::size_t i = 0; i < x.size(); ++i) {
          const Cells cells = answer.plan.cells(answer.plan.layout.segment_of(i));
          if (x[i] < cells.range_low || x[i] > cells.range_high) continue;
          const double t = static_cast<double>(x[i]) / static_cast<double>(cells.step) -
                           static_cast<double>(cells.offset);
          double u = t - std::nearbyint(t);
          if (u >= 0.5) u = -0.5;
          const auto bin = static_cast<std::size_t>((u + 0.5) * kBins);
          const float q = oracle::quantize(x[i], cells, static_cast<std::uint32_t>(i)).q;
          const double error = (static_cast<double>(x[i]) - static_cast<double>(q)) /
                               static_cast<double>(cells.step);
          counts[bin] += 1;
          sums[bin] += error;
          squares[bin] += error * error;
        }
        CAPTURE(format);
        CAPTURE(static_cast<int>(rounding));
        for (std::size_t b = 0; b < kBins; ++b) {
          CHECK(bins[b].count == counts[b]);
          CHECK(bins[b].n == doctest::Approx(sums[b]).epsilon(1e-9));
          CHECK(bins[b].nn == doctest::Approx(squares[b]).epsilon(1e-9));
        }
      }
    }
  }
}
