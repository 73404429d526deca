// The best uniform quantizers against the tables, and against the density summed by hand.
#include "theory/optimal_uniform.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "../reference/scalar_quantizers.h"

using namespace halfstep;

TEST_CASE("optimal uniform: the tables to five digits and more") {
  for (const reference::Uniform& row : reference::kUniform) {
    CAPTURE(row.law);
    CAPTURE(row.levels);
    const auto best = theory::optimal_uniform(row.law, row.levels);
    REQUIRE(best.ok());
    CHECK(best->step == doctest::Approx(row.step).epsilon(1e-6));
    CHECK(best->mse == doctest::Approx(row.mse).epsilon(1e-8));
    CHECK(best->entropy_bits == doctest::Approx(row.entropy_bits).epsilon(1e-6));
    CHECK(best->snr_db == doctest::Approx(-10 * std::log10(row.mse)).epsilon(1e-8));
  }
}

namespace {

// ∫(x − Q)²p by the midpoint rule.
double noise(const std::string& law, int levels, double step) {
  const double pi = std::acos(-1.0), end = 40, h = 1e-3;
  double total = 0;
  for (double x = h / 2; x < end; x += h) {
    const double p = law == "normal"    ? std::exp(-x * x / 2) / std::sqrt(2 * pi)
                     : law == "laplace" ? std::exp(-std::sqrt(2.0) * x) / std::sqrt(2.0)
                                        : (x < std::sqrt(3.0) ? 1 / (2 * std::sqrt(3.0)) : 0);
    const double k = std::min(std::floor(x / step), levels / 2 - 1.0);
    const double n = x - (k + 0.5) * step;
    total += 2 * n * n * p * h;
  }
  return total;
}

}  // namespace

TEST_CASE("optimal uniform: the mse is the integral's, and no other step is better") {
  for (const char* law : {"normal", "laplace", "uniform"}) {
    for (const int levels : {2, 6, 16, 100}) {
      const auto best = theory::optimal_uniform(law, static_cast<std::size_t>(levels));
      REQUIRE(best.ok());
      CAPTURE(law);
      CAPTURE(levels);
      CHECK(best->mse == doctest::Approx(noise(law, levels, best->step)).epsilon(2e-3));
      for (const double share : {0.5, 0.8, 0.97, 1.03, 1.3, 2.5}) {
        CHECK(noise(law, levels, best->step) < noise(law, levels, best->step * share));
      }
    }
  }
}

// L even cells of Δ = 2√3/L, of noise Δ²/12 each.
TEST_CASE("optimal uniform: a uniform law's is known in full") {
  for (std::size_t levels = 2; levels <= 65536; levels *= 2) {
    const auto best = theory::optimal_uniform("uniform", levels);
    REQUIRE(best.ok());
    const double step = 2 * std::sqrt(3.0) / static_cast<double>(levels);
    CAPTURE(levels);
    CHECK(std::fabs(best->step / step - 1) < 1e-9);
    CHECK(std::fabs(best->mse / (step * step / 12) - 1) < (levels <= 1024 ? 1e-9 : 1e-6));
  }
}

// Where the slope of the noise, −4·Σ ∫(k + ½)(x − (k + ½)Δ)p, changes sign.
TEST_CASE("optimal uniform: at the step the slope of the noise is zero") {
  const double pi = std::acos(-1.0), h = 1.0 / 4096;
  for (const int levels : {2, 8, 64}) {
    const double step = theory::optimal_uniform("normal", static_cast<std::size_t>(levels))->step;
    // Each cell in even parts by Simpson's rule; the last one reaches as far as doubles do.
    double total = 0, size = 0;
    for (int k = 0; k < levels / 2; ++k) {
      const double from = k * step, to = k + 1 == levels / 2 ? from + 40 : from + step;
      const int parts = 2 * static_cast<int>(std::ceil((to - from) / h));
      for (int i = 0; i <= parts; ++i) {
        const double x = from + (to - from) * i / parts;
        const double weight = (i == 0 || i == parts ? 1 : i % 2 ? 4 : 2) * (to - from) / parts / 3;
        const double term = (k + 0.5) * weight * std::exp(-x * x / 2) / std::sqrt(2 * pi);
        total += term * (x - (k + 0.5) * step);
        size += term * step;
      }
    }
    CAPTURE(levels);
    CHECK(std::fabs(total) < 1e-9 * size);
  }
}

TEST_CASE("optimal uniform: many levels, and what it refuses") {
  const auto most = theory::optimal_uniform("uniform", 65536);
  REQUIRE(most.ok());
  CHECK(most->step == doctest::Approx(2 * std::sqrt(3.0) / 65536).epsilon(1e-6));
  CHECK(most->snr_db == doctest::Approx(20 * std::log10(65536.0)).epsilon(1e-7));
  const auto normal = theory::optimal_uniform("normal", 65536);
  REQUIRE(normal.ok());
  CHECK(normal->mse > 0);
  CHECK(normal->mse == doctest::Approx(normal->step * normal->step / 12).epsilon(0.02));
  for (const std::size_t levels : {0u, 1u, 3u, 65538u}) CHECK_FALSE(theory::optimal_uniform("normal", levels).ok());
  const auto unknown = theory::optimal_uniform("student", 4);
  REQUIRE_FALSE(unknown.ok());
  CHECK(unknown.error().find("normal") != std::string::npos);
}
