// The limit in closed form.
#include "theory/rate.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "../reference/scalar_quantizers.h"

using namespace halfstep;

TEST_CASE("rate: D(R) of a normal law") {
  CHECK(theory::gaussian_distortion(1, 0) == 1);
  CHECK(theory::gaussian_distortion(1, 1) == 0.25);
  CHECK(theory::gaussian_distortion(9, 3) == 9.0 / 64);
  // 6.02 dB a bit.
  const double db = 10 * std::log10(theory::gaussian_distortion(2, 4) / theory::gaussian_distortion(2, 5));
  CHECK(db == doctest::Approx(6.020599913279624).epsilon(1e-14));
}

TEST_CASE("rate: Shannon's bound is the normal law's D(R) and lies below every other's variance") {
  for (const auto& row : reference::kDifferentialBits) {
    const std::string law = row.law;
    const double bits = row.bits;
    CAPTURE(law);
    const double at_zero = theory::shannon_distortion(bits, 0);
    if (law == "normal") {
      CHECK(at_zero == doctest::Approx(1).epsilon(1e-12));
    } else {
      CHECK(at_zero < 1);
    }
    for (const double rate : {0.0, 0.5, 3.0, 12.0}) {
      CHECK(theory::shannon_distortion(bits, rate) == doctest::Approx(at_zero * std::pow(4, -rate)).epsilon(1e-13));
    }
    // No tabled quantizer is better than the bound at its entropy.
    for (const reference::LloydMax& tabled : reference::kLloydMax) {
      if (law == tabled.law) CHECK(tabled.mse > theory::shannon_distortion(bits, tabled.entropy_bits));
    }
  }
  // uniform on ±√3: h = log2(2√3), D ≥ 6/(πe) = 0.7026; laplace: e/π = 0.8653.
  CHECK(theory::shannon_distortion(std::log2(2 * std::sqrt(3.0)), 0) == doctest::Approx(0.70259).epsilon(1e-4));
  CHECK(theory::shannon_distortion(reference::kDifferentialBits[1].bits, 0) == doctest::Approx(0.86525).epsilon(1e-4));
}

TEST_CASE("rate: what scalar quantizers lose at high rate") {
  CHECK(theory::scalar_gap_db() == doctest::Approx(1.5329).epsilon(4e-5));
  CHECK(theory::scalar_gap_bits() == doctest::Approx(0.2546).epsilon(2e-4));
  // 10 log10(πe/6) and its rate at 6.02 dB a bit.
  const double pi = std::acos(-1.0);
  CHECK(theory::scalar_gap_db() == doctest::Approx(10 * std::log10(pi * std::exp(1.0) / 6)).epsilon(1e-12));
  CHECK(theory::scalar_gap_bits() == doctest::Approx(theory::scalar_gap_db() / 6.020599913279624).epsilon(1e-12));
}
