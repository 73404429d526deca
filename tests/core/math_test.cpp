#include "tensor/math.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace portable = halfstep::portable;

TEST_CASE("log agrees with the platform's from the least normal to the greatest double") {
  double worst = 0;
  for (double x = std::numeric_limits<double>::min(); x < 1e308; x *= 1.0137) {
    worst = std::max(worst, std::fabs(portable::log(x) / std::log(x) - 1));
  }
  for (double d = 1e-16; d < 0.5; d *= 1.01) {
    const double above = 1 + d, below = 1 - d;
    if (above > 1) worst = std::max(worst, std::fabs(portable::log(above) / std::log(above) - 1));
    if (below < 1) worst = std::max(worst, std::fabs(portable::log(below) / std::log(below) - 1));
  }
  CHECK(worst < 1e-15);
  CHECK(portable::log(1) == 0);
}

TEST_CASE("exp agrees with the platform's, and runs out into 0 and infinity") {
  double worst = 0;
  for (double x = -708; x < 709.7; x += 0.0137) {
    worst = std::max(worst, std::fabs(portable::exp(x) / std::exp(x) - 1));
  }
  CHECK(worst < 1e-15);
  CHECK(portable::exp(0) == 1);
  CHECK(portable::exp(1e-300) == 1);
  CHECK(portable::exp(-740) == doctest::Approx(std::exp(-740.0)).epsilon(0.2));  // denormal
  CHECK(portable::exp(-745.1) > 0);
  CHECK(portable::exp(-746) == 0);
  CHECK(portable::exp(709.78) == doctest::Approx(std::exp(709.78)).epsilon(1e-14));
  CHECK(std::isinf(portable::exp(710)));
}

TEST_CASE("cos_turns agrees with the platform's cosine and is exact at the quarters") {
  double worst = 0;
  for (int i = 0; i <= 100000; ++i) {
    const double t = i / 100000.0;
    // The angle is folded to the first quarter turn, where the platform's argument is exact enough.
    const double a = std::fabs(t - 0.5);
    const double truth =
        a > 0.25 ? std::cos(2 * std::numbers::pi * (0.5 - a)) : -std::cos(2 * std::numbers::pi * a);
    worst = std::max(worst, std::fabs(portable::cos_turns(t) - truth));
  }
  CHECK(worst < 1e-15);
  CHECK(portable::cos_turns(0) == doctest::Approx(1).epsilon(1e-15));
  CHECK(portable::cos_turns(0.25) == 0);
  CHECK(portable::cos_turns(0.75) == 0);
}

TEST_CASE("log_gamma agrees with the platform's") {
  for (double x = 0.01; x < 1e9; x *= 1.013) {
    CAPTURE(x);
    const double truth = std::lgamma(x);
    CHECK(std::fabs(portable::log_gamma(x) - truth) < 1e-14 * std::max(1.0, std::fabs(truth)));
  }
}

TEST_CASE("digamma has its published values and obeys its recurrence") {
  // Abramowitz & Stegun 6.3.2, 6.3.3 and table 6.1; ψ(1/4) = −γ − π/2 − 3 ln 2 (6.3.7, 6.3.8).
  const double euler = 0.57721566490153286061;
  CHECK(portable::digamma(1) == doctest::Approx(-euler).epsilon(1e-14));
  CHECK(portable::digamma(0.5) == doctest::Approx(-euler - 2 * std::numbers::ln2).epsilon(1e-14));
  CHECK(portable::digamma(0.25) ==
        doctest::Approx(-euler - std::numbers::pi / 2 - 3 * std::numbers::ln2).epsilon(1e-14));
  double harmonic = 0;
  for (int k = 1; k <= 5000; ++k) {
    CHECK(std::fabs(portable::digamma(k) - (harmonic - euler)) < 2e-14 * std::max(1.0, harmonic));
    harmonic += 1.0 / k;
  }
}

TEST_CASE("normal_quantile undoes the normal distribution function") {
  CHECK(portable::normal_quantile(0.5) == 0);
  // Wichura's own checks in AS 241.
  CHECK(portable::normal_quantile(0.25) == doctest::Approx(-0.6744897501960817).epsilon(1e-15));
  CHECK(portable::normal_quantile(0.001) == doctest::Approx(-3.090232306167814).epsilon(1e-15));
  CHECK(portable::normal_quantile(1e-20) == doctest::Approx(-9.262340089798408).epsilon(1e-15));
  for (double p = 1e-300; p < 0.5; p *= 1.01) {
    CAPTURE(p);
    const double x = portable::normal_quantile(p);
    // The platform's Φ at x is off by its own rounding of x, which Φ'/Φ ≈ |x| + 1 magnifies.
    const double condition = x * x + 2;
    CHECK(std::fabs(0.5 * std::erfc(-x / std::numbers::sqrt2) / p - 1) < 4e-16 * 4 * condition);
  }
}

TEST_CASE("normal_quantiles gives the bits of normal_quantile, at any length") {
  for (const std::size_t n : {0u, 1u, 2u, 255u, 256u, 257u, 1000u}) {
    std::vector<double> p(n);
    for (std::size_t i = 0; i < n; ++i)
      p[i] = (static_cast<double>(i) + 0.5) / static_cast<double>(n);
    std::vector<double> x = p;
    portable::normal_quantiles(x);
    for (std::size_t i = 0; i < n; ++i) REQUIRE(x[i] == portable::normal_quantile(p[i]));
  }
  std::vector<double> tails(300, 1e-12);
  portable::normal_quantiles(tails);
  for (const double x : tails) REQUIRE(x == portable::normal_quantile(1e-12));
}
