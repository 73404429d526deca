// The sources against the laws as the textbooks write them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include "source_makers.h"

namespace {

using halfstep::Source;
using halfstep::SourceSpec;
using halfstep::spec_of;
using halfstep::weights_of;
using std::numbers::pi;
using Density = std::function<double(double)>;

double normal_density(double x, double sigma) {
  return std::exp(-x * x / (2 * sigma * sigma)) / (sigma * std::sqrt(2 * pi));
}

// The laws as the textbooks write them; all are symmetric about 0.
struct Law {
  std::string name;
  std::vector<double> parameters;
  Density density;
  double variance;  // NaN where it is not finite
  double kurtosis;  // NaN where its estimate would not settle
};

Law student(double df) {
  const double norm = std::tgamma((df + 1) / 2) / (std::sqrt(df * pi) * std::tgamma(df / 2));
  return {"student",
          {df},
          [=](double x) { return norm * std::pow(1 + x * x / df, -(df + 1) / 2); },
          df > 4 ? df / (df - 2) : std::nan(""),
          std::nan("")};
}

Law gennormal(double beta) {
  const double alpha = std::sqrt(std::tgamma(1 / beta) / std::tgamma(3 / beta));
  const double norm = beta / (2 * alpha * std::tgamma(1 / beta));
  const double kurtosis =
      std::tgamma(5 / beta) * std::tgamma(1 / beta) / std::pow(std::tgamma(3 / beta), 2);
  return {"gennormal",
          {beta},
          [=](double x) { return norm * std::exp(-std::pow(std::fabs(x) / alpha, beta)); },
          1,
          beta < 1 ? std::nan("") : kurtosis};
}

Law mixture(double weight, double ratio) {
  const double second = 1 - weight + weight * ratio * ratio;
  const double sigma = 1 / std::sqrt(second);
  const double fourth = 3 * (1 - weight + weight * std::pow(ratio, 4));
  return {"mixture",
          {weight, ratio},
          [=](double x) {
            return (1 - weight) * normal_density(x, sigma) +
                   weight * normal_density(x, ratio * sigma);
          },
          1,
          fourth / (second * second)};
}

std::vector<Law> laws() {
  const double b = 1 / std::sqrt(2.0), s = std::sqrt(3.0) / pi;
  return {
      {"normal", {}, [](double x) { return normal_density(x, 1); }, 1, 3},
      {"laplace", {}, [=](double x) { return std::exp(-std::fabs(x) / b) / (2 * b); }, 1, 6},
      {"uniform", {}, [](double x) { return x * x <= 3 ? 1 / std::sqrt(12.0) : 0; }, 1, 1.8},
      {"logistic",
       {},
       [=](double x) { return 1 / (4 * s * std::pow(std::cosh(x / (2 * s)), 2)); },
       1,
       4.2},
      student(1),
      student(2.5),
      student(4),
      student(10),
      student(100),
      gennormal(0.3),
      gennormal(1),
      gennormal(1.5),
      gennormal(2),
      gennormal(8),
      gennormal(16),
      mixture(0.1, 5),
      mixture(0, 5),
      mixture(0.5, 1),
      mixture(0.02, 30),
  };
}

// F at each of the ascending x, by Simpson's rule from 0 outward.
std::vector<double> cumulative(const Density& p, const std::vector<float>& x) {
  std::vector<double> F(x.size());
  const auto simpson = [&](double a, double b) {
    return (b - a) / 6 * (p(a) + 4 * p((a + b) / 2) + p(b));
  };
  const auto zero =
      static_cast<std::size_t>(std::lower_bound(x.begin(), x.end(), 0.0f) - x.begin());
  double mass = 0.5, last = 0;
  for (std::size_t i = zero; i < x.size(); last = x[i++]) F[i] = mass += simpson(last, x[i]);
  mass = 0.5, last = 0;
  for (std::size_t i = zero; i-- > 0; last = x[i]) F[i] = mass -= simpson(x[i], last);
  return F;
}

// −∫ p log2 p over the line: the substitution x = exp(½π sinh t) on the half line.
double entropy_bits(const Density& p) {
  double sum = 0;
  const double h = 1.0 / 512;
  for (double t = -5; t <= 5; t += h) {
    const double x = std::exp(pi / 2 * std::sinh(t));
    const double density = p(x);
    if (density > 0 && std::isfinite(x)) {
      sum -= density * std::log2(density) * x * (pi / 2) * std::cosh(t) * h;
    }
  }
  return 2 * sum;
}

}  // namespace

TEST_CASE("every law passes Kolmogorov and Smirnov at 1 in 1000, and has its moments") {
  constexpr std::size_t n = 100000;
  for (const Law& law : laws()) {
    for (const std::uint64_t seed : {1, 2, 3}) {
      CAPTURE(law.name);
      CAPTURE(law.parameters);
      CAPTURE(seed);
      std::vector<float> x = weights_of(spec_of(law.name, n, law.parameters, seed));
      double m1 = 0, m2 = 0, m4 = 0;
      for (const double value : x) {
        m1 += value / n;
        m2 += value * value / n;
        m4 += value * value * value * value / n;
      }
      if (!std::isnan(law.variance)) {
        CHECK(std::fabs(m1) < 4.5 * std::sqrt(law.variance / n));
      }
      if (!std::isnan(law.kurtosis)) {
        CHECK(std::fabs(m2 - law.variance) < 4.5 * std::sqrt((law.kurtosis - 1) / n));
        CHECK(m4 / (m2 * m2) == doctest::Approx(law.kurtosis).epsilon(0.1));
      }
      std::sort(x.begin(), x.end());
      const std::vector<double> F = cumulative(law.density, x);
      double distance = 0;
      for (std::size_t i = 0; i < n; ++i) {
        distance = std::max(
            {distance, F[i] - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - F[i]});
      }
      CHECK(distance * std::sqrt(static_cast<double>(n)) < 1.95);
    }
  }
}

TEST_CASE("the closed forms of h equal −∫ p log2 p") {
  for (const Law& law : laws()) {
    CAPTURE(law.name);
    CAPTURE(law.parameters);
    const double h =
        Source::make(spec_of(law.name, 1, law.parameters))->differential_entropy_bits();
    if (law.name == "mixture") {
      CHECK(std::isnan(h));
    } else if (law.name == "uniform") {
      CHECK(h == doctest::Approx(std::log2(std::sqrt(12.0))).epsilon(1e-14));
    } else {
      CHECK(h == doctest::Approx(entropy_bits(law.density)).epsilon(1e-9));
    }
  }
  for (const char* name : {"layer", "constant"}) {
    CHECK(std::isnan(Source::make(spec_of(name, 1))->differential_entropy_bits()));
  }
}

TEST_CASE("h of unit-variance laws has its reference values, and grows by log2 of the scale") {
  // Computed for Halfstep with NumPy and SciPy from the densities (scalar_quantizers.json).
  const std::pair<const char*, double> reference[] = {{"normal", 2.047095585180641},
                                                      {"laplace", 1.9426950408889632},
                                                      {"uniform", 1.792481250360578},
                                                      {"ramp", 1}};  // [−1, 1] is 2 wide
  for (const auto& [name, bits] : reference) {
    SourceSpec spec = spec_of(name, 1);
    CHECK(Source::make(spec)->differential_entropy_bits() == doctest::Approx(bits).epsilon(1e-14));
    spec.scale = 0.25;
    CHECK(Source::make(spec)->differential_entropy_bits() ==
          doctest::Approx(bits - 2).epsilon(1e-14));
  }
}
