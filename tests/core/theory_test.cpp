#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "theory/entropy.h"
#include "theory/noise.h"
#include "theory/special.h"

using halfstep::Rounding;
namespace theory = halfstep::theory;

namespace {

// The mean square of n = x − Q(x) for x evenly spread over many cells of width `step`, stochastic rounding
// by its definition: up with the chance of the fraction.
double brute_force(Rounding rounding, double step) {
  constexpr int kPoints = 200000;
  double mse = 0;
  for (int i = 0; i < kPoints; ++i) {
    const double x = step * 7 * (i + 0.5) / kPoints;
    const double below = std::floor(x / step) * step;
    const double fraction = (x - below) / step;
    double up = 0;  // the chance of the upper neighbour
    if (rounding == Rounding::Stochastic) up = fraction;
    if (rounding == Rounding::Nearest || rounding == Rounding::HalfAway)
      up = fraction >= 0.5 ? 1 : 0;
    const double n_up = x - (below + step), n_down = x - below;
    mse += (up * n_up * n_up + (1 - up) * n_down * n_down) / kPoints;
  }
  return mse;
}

}  // namespace

TEST_CASE("the predicted noise is that of weights spread evenly over cells") {
  for (const Rounding rounding :
       {Rounding::Nearest, Rounding::HalfAway, Rounding::Floor, Rounding::Stochastic}) {
    for (const double step : {0.37, 1.0, 12.5}) {
      CHECK(theory::noise_mse(rounding, step) == doctest::Approx(brute_force(rounding, step)).epsilon(1e-6));
    }
    CHECK(theory::noise_mse(rounding, 0) == 0);
  }
  CHECK(theory::bound_in_steps(Rounding::Nearest) == 0.5);
  CHECK(theory::bound_in_steps(Rounding::HalfAway) == 0.5);
  CHECK(theory::bound_in_steps(Rounding::Floor) == 1);
  CHECK(theory::bound_in_steps(Rounding::Stochastic) == 1);
  CHECK(theory::bound_in_steps(Rounding::DitherUniform) == 1);
  CHECK(theory::bound_in_steps(Rounding::DitherTriangular) == 1.5);
  CHECK(theory::bound_in_steps(Rounding::SubtractiveUniform) == 0.5);
  CHECK(theory::bound_in_steps(Rounding::SubtractiveTriangular) == 0.5);
}

TEST_CASE("the predicted noise of a dither is that of its integral, for every single x") {
  constexpr int kPoints = 1 << 20;
  double spread = 0;  // the uniform dither's mse, averaged over x
  for (const double x : {0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875}) {
    for (const Rounding rounding : {Rounding::DitherUniform, Rounding::DitherTriangular,
                                    Rounding::SubtractiveUniform, Rounding::SubtractiveTriangular}) {
      const bool triangular = is_triangular(rounding);
      double mean = 0, mse = 0, largest = 0;
      for (int i = 0; i < kPoints; ++i) {
        const double d = triangular ? 2 * (i + 0.5) / kPoints - 1 : (i + 0.5) / kPoints - 0.5;
        const double weight = (triangular ? 2 * (1 - std::fabs(d)) : 1) / kPoints;
        const double q = std::floor(x + d + 0.5) - (is_subtractive(rounding) ? d : 0);
        mean += weight * (x - q);
        mse += weight * (x - q) * (x - q);
        largest = std::fmax(largest, std::fabs(x - q));
      }
      CAPTURE(x);
      CAPTURE(static_cast<int>(rounding));
      CHECK(std::fabs(mean) < 1e-5);
      CHECK(largest <= theory::bound_in_steps(rounding) + 1e-9);
      if (rounding == Rounding::DitherUniform) {
        CHECK(std::fabs(mse - x * (1 - x)) < 1e-5);
        spread += mse / 8;
      } else {
        CHECK(std::fabs(mse - theory::noise_mse(rounding, 1)) < 1e-5);
      }
    }
  }
  // The midpoint rule of a parabola with eight points is short by 1/(6·8²).
  CHECK(theory::noise_mse(Rounding::DitherUniform, 1) == doctest::Approx(spread + 1.0 / 384).epsilon(1e-4));
}

TEST_CASE("SNR is a ratio of powers in dB, and no number without signal or noise") {
  CHECK(theory::snr_db(1, 1) == 0);
  CHECK(theory::snr_db(100, 1) == doctest::Approx(20).epsilon(1e-14));
  CHECK(theory::snr_db(1e-200, 1e200) == doctest::Approx(-4000).epsilon(1e-14));
  CHECK(std::isnan(theory::snr_db(0, 1)));
  CHECK(std::isnan(theory::snr_db(1, 0)));
  CHECK(std::isnan(theory::snr_db(std::numeric_limits<double>::infinity(), 1)));
  CHECK(std::isnan(theory::snr_db(1, std::nan(""))));
}

TEST_CASE("the codes of a finely quantized uniform law carry log2 of the number of cells") {
  const double width = 8, step = 1.0 / 32;
  CHECK(theory::entropy_bits(std::log2(width), step) ==
        doctest::Approx(std::log2(256)).epsilon(1e-14));
}

TEST_CASE("the codes of a finely quantized normal law carry h − log2 Δ") {
  const double h = 2.047095585180641;  // 0.5 log2 2πe, NumPy and SciPy
  for (const double step : {0.5, 0.1, 0.01}) {
    double entropy = 0;
    for (int k = 0; k * step < 9; ++k) {
      const double upper = 0.5 * std::erfc((k - 0.5) * step / std::sqrt(2.0));
      const double p = upper - 0.5 * std::erfc((k + 0.5) * step / std::sqrt(2.0));
      if (p > 0) entropy -= (k == 0 ? 1 : 2) * p * std::log2(p);
    }
    // Entropy of cells is that of x plus noise uniform in a cell, whose variance is 1 + Δ²/12.
    const double excess = 0.5 * std::log2(1 + step * step / 12);
    CHECK(std::fabs(theory::entropy_bits(h, step) + excess - entropy) < 1e-4);
  }
}

TEST_CASE("codes that few weights have to themselves are grouped as Shannon does") {
  // His own example: H(1/2, 1/3, 1/6) = H(1/2, 1/2) + H(2/3, 1/3)/2.
  const double shannon = 1 + (std::log2(3.0) - 2.0 / 3) / 2;
  CHECK(theory::grouped_entropy_bits(0, std::vector{1.0 / 2, 1.0 / 3}) == doctest::Approx(shannon).epsilon(1e-14));
  // Eight codes as likely: two alone, and six others.
  CHECK(theory::grouped_entropy_bits(std::log2(6), std::vector{0.125, 0.125}) == doctest::Approx(3).epsilon(1e-14));
  CHECK(theory::grouped_entropy_bits(1.25, {}) == 1.25);
  CHECK(theory::grouped_entropy_bits(std::nan(""), std::vector{0.5, 0.5}) == 1);
  CHECK(std::isnan(theory::grouped_entropy_bits(std::nan(""), std::vector{0.5})));
}

TEST_CASE("normal_cdf has its published values") {
  // Abramowitz & Stegun, tables 26.1 and 26.2.
  CHECK(theory::normal_cdf(0) == 0.5);
  CHECK(theory::normal_cdf(1) == doctest::Approx(0.841344746068543).epsilon(1e-14));
  CHECK(theory::normal_cdf(-2) == doctest::Approx(0.022750131948179).epsilon(1e-12));
  CHECK(theory::normal_cdf(-5) == doctest::Approx(2.866515718791939e-7).epsilon(1e-13));
  CHECK(theory::normal_cdf(-40) == 0);
  CHECK(theory::normal_cdf(40) == 1);
}
