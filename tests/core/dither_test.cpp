// What dither promises: its law, and moments of the error that do not depend on the signal.
#include <doctest/doctest.h>

#include <algorithm>

#include "inputs.h"
#include "kernels/kernels.h"
#include "lab_oracle.h"
#include "oracle.h"

using namespace halfstep;

namespace {

constexpr Rounding kDithered[] = {Rounding::DitherUniform, Rounding::DitherTriangular,
                                  Rounding::SubtractiveUniform, Rounding::SubtractiveTriangular};

Cells steps_of_one(Rounding rounding, float offset = 0) {
  Cells c;
  c.offset = offset;
  c.low = -100;
  c.high = 100;
  c.range_low = -99;
  c.range_high = 99;
  c.rounding = rounding;
  c.seed = 3;
  return c;
}

std::vector<double> errors_of(const std::vector<float>& x, const Cells& cells) {
  std::vector<float> q(x.size());
  kernels().reconstruct(x.data(), x.size(), cells, 0, q.data());
  std::vector<double> n(x.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    n[i] = static_cast<double>(x[i]) - static_cast<double>(q[i]);
  return n;
}

// The greatest distance between the law of a sample and a distribution, times √N (Kolmogorov and
// Smirnov).
template <typename Law>
double distance(std::vector<double> sample, Law&& law) {
  std::sort(sample.begin(), sample.end());
  const double n = static_cast<double>(sample.size());
  double most = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double p = law(sample[i]), at = static_cast<double>(i);
    most = std::max({most, p - at / n, (at + 1) / n - p});
  }
  return most * std::sqrt(n);
}

constexpr double kRare = 1.95;  // the 0.1 % point of Kolmogorov's law

}  // namespace

TEST_CASE("dither: the documented draws, uniform and triangular by Kolmogorov and Smirnov") {
  constexpr std::size_t kN = 100000;
  for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
    for (const Rounding rounding : kDithered) {
      std::vector<double> d(kN);
      bool documented = true;
      double serial = 0;
      for (std::size_t i = 0; i < kN; ++i) {
        const auto place = static_cast<std::uint32_t>(i);
        d[i] = dither(rounding, seed, place);
        documented &= d[i] == oracle::dither_of(rounding, seed, place);
        if (i > 0) serial += d[i] * d[i - 1];
      }
      CHECK(documented);
      const double variance = is_triangular(rounding) ? 1.0 / 6 : 1.0 / 12;
      CHECK(std::fabs(serial / kN / variance) < 5 / std::sqrt(static_cast<double>(kN)));
      CHECK(distance(d, [&](double at) {
              if (!is_triangular(rounding)) return at + 0.5;
              return at < 0 ? (at + 1) * (at + 1) / 2 : 1 - (1 - at) * (1 - at) / 2;
            }) < kRare);
    }
    // Its two numbers fall evenly on a 16 × 16 board: χ² of 255 degrees, five deviations.
    std::vector<double> board(256);
    for (std::uint32_t i = 0; i < kN; ++i) {
      const double u = static_cast<double>(dither(Rounding::DitherUniform, seed, i)) + 0.5;
      const double v = static_cast<double>(dither(Rounding::DitherTriangular, seed, i)) - u + 1;
      board[static_cast<std::size_t>(16 * u) * 16 + static_cast<std::size_t>(16 * v)] += 1;
    }
    double squares = 0;
    for (const double count : board)
      squares += (count - kN / 256.0) * (count - kN / 256.0) / (kN / 256.0);
    CHECK(std::fabs(squares - 255) < 5 * std::sqrt(2 * 255.0));
  }
}

TEST_CASE("dither: the error's mean and mean square are the closed forms, whatever the signal") {
  constexpr std::size_t kN = 250000;
  std::vector<inputs::Named> signals;
  for (const float value : {0.0f, 0.3f, -0.5f, 7.77f}) {
    signals.push_back({"a constant " + std::to_string(value), std::vector<float>(kN, value)});
  }
  signals.push_back({"three levels", std::vector<float>(kN)});
  for (std::size_t i = 0; i < kN; ++i)
    signals.back().x[i] = 0.4f * static_cast<float>(i % 3) - 0.35f;
  signals.push_back({"a small normal", inputs::normal(kN, 4, 0.15)});
  for (const inputs::Named& signal : signals) {
    double x_mean = 0, x_variance = 0;
    for (const float x : signal.x) x_mean += static_cast<double>(x) / kN;
    for (const float x : signal.x) x_variance += (x - x_mean) * (x - x_mean) / kN;
    for (const Rounding rounding : kDithered) {
      for (const float offset : {0.0f, 0.5f}) {
        const std::vector<double> n = errors_of(signal.x, steps_of_one(rounding, offset));
        oracle::Sum sum, squares, fourths, product;
        double largest = 0;
        for (std::size_t i = 0; i < kN; ++i) {
          sum.add(n[i]);
          squares.add(n[i] * n[i]);
          fourths.add(n[i] * n[i] * n[i] * n[i]);
          product.add(n[i] * (signal.x[i] - x_mean));
          largest = std::max(largest, std::fabs(n[i]));
        }
        const double mse = squares.value() / kN, fourth = fourths.value() / kN;
        CAPTURE(signal.name);
        CAPTURE(static_cast<int>(rounding));
        CAPTURE(offset);
        // Five standard errors.
        CHECK(std::fabs(sum.value() / kN) < 5 * std::sqrt(mse / kN) + 1e-7);
        CHECK(std::fabs(product.value() / kN) <= 5 * std::sqrt(mse * x_variance / kN) + 1e-9);
        CHECK(largest <= tests::kBound[static_cast<std::size_t>(rounding)] + 1e-5);
        if (rounding != Rounding::DitherUniform) {
          const double expected = 1 / tests::kDivisor[static_cast<std::size_t>(rounding)];
          CHECK(std::fabs(mse - expected) <= 5 * std::sqrt((fourth - mse * mse) / kN));
        }
        if (is_subtractive(rounding))
          CHECK(distance(n, [](double at) { return at + 0.5; }) < kRare);
      }
    }
  }
}

TEST_CASE(
    "dither: a uniform one has stochastic rounding's law, its variance that of the place in the "
    "cell") {
  constexpr std::size_t kN = 1000000;
  for (const float x : {0.05f, 0.25f, 0.5f, 0.9f}) {
    double nn[2] = {};
    const Rounding both[] = {Rounding::Stochastic, Rounding::DitherUniform};
    for (const int i : {0, 1}) {
      for (const double n : errors_of(std::vector<float>(kN, x), steps_of_one(both[i])))
        nn[i] += n * n / kN;
    }
    const double f = x, expected = f * (1 - f);
    const double fourth = (1 - f) * f * f * f * f + f * (1 - f) * (1 - f) * (1 - f) * (1 - f);
    const double error = 5 * std::sqrt((fourth - expected * expected) / kN);
    for (const double mse : nn) CHECK(std::fabs(mse - expected) <= error + 1e-6);
  }
}

TEST_CASE("dither: signals under half a step are lost by nearest and kept by every dither") {
  const std::vector<float> x(1000000, 0.3f);
  const auto mean_q = [&](Rounding rounding) {
    double sum = 0;
    for (const double n : errors_of(x, steps_of_one(rounding))) sum += 0.3 - n;
    return sum / static_cast<double>(x.size());
  };
  CHECK(std::fabs(mean_q(Rounding::Nearest)) < 1e-6);
  for (const Rounding rounding : kDithered) CHECK(std::fabs(mean_q(rounding) - 0.3) < 5 * 0.5e-3);
}

TEST_CASE(
    "dither: taken off again, it leaves the levels, stays finite, and does not leave ±½ Δ in the "
    "range") {
  for (const float step : {0.125f, FLT_MAX / 100}) {
    for (const Rounding rounding :
         {Rounding::SubtractiveUniform, Rounding::SubtractiveTriangular}) {
      Cells cells = steps_of_one(rounding);
      cells.step = step;
      std::vector<float> x(1001);
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = (static_cast<float>(i) / 5 - 100) * step;
      std::vector<float> q(x.size());
      std::vector<std::uint16_t> codes(x.size());
      kernels().reconstruct(x.data(), x.size(), cells, 0, q.data());
      kernels().encode(x.data(), x.size(), cells, 0, codes.data());
      int off = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        CHECK(std::isfinite(q[i]));
        CHECK(codes[i] <= 200);
        off += q[i] != std::nearbyint(q[i] / step) * step;
        if (i >= 5 && i + 5 < x.size()) CHECK(std::fabs(x[i] / step - q[i] / step) <= 0.5001f);
      }
      CHECK(off > 900);
    }
  }
}

TEST_CASE(
    "dither: the lab's error of few levels is the predicted one, inside the range its dither "
    "leaves") {
  const Weights weights = tests::weights_of(inputs::normal(200000, 9), {200000});
  for (const char* format : {"int", "uint", "midrise"}) {
    for (const Rounding rounding : kDithered) {
      for (const int bits : {3, 8}) {
        const Report r =
            tests::measure(weights, tests::ask(format, bits, "absmax", "tensor", rounding))
                .analysis.report;
        CAPTURE(format);
        CAPTURE(static_cast<int>(rounding));
        CHECK(r.noise.granular_max_error_in_steps <= r.noise.bound_in_steps + 1e-4);
        CHECK(std::fabs(r.noise.mse / r.prediction.mse - 1) < 0.02);
        CHECK(std::fabs(r.noise.correlation) < 0.015);
        CHECK(std::fabs(r.noise.bias) < 0.01 * r.quantizer.step);
      }
    }
  }
}
