#include "measures/spacing.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace {

using halfstep::Buffer;
using halfstep::differential_entropy;
using halfstep::sample_sorted;

// Variates of the standard library's generator, not of ours; unit variance.
std::vector<float> draw(const char* law, std::size_t n, unsigned seed = 1) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::exponential_distribution<double> exponential(std::sqrt(2.0));
  std::uniform_real_distribution<double> uniform(-std::sqrt(3.0), std::sqrt(3.0));
  std::vector<float> x(n);
  for (float& value : x) {
    if (!std::strcmp(law, "normal")) value = static_cast<float>(normal(random));
    if (!std::strcmp(law, "uniform")) value = static_cast<float>(uniform(random));
    if (!std::strcmp(law, "laplace")) {
      value = static_cast<float>(exponential(random) * (random() & 1 ? 1 : -1));
    }
  }
  std::sort(x.begin(), x.end());
  return x;
}

// h in bits of the unit-variance laws (Cover & Thomas, table 17.1).
const struct {
  const char* law;
  double bits;
} kLaws[] = {{"normal", 0.5 * std::log2(2 * std::acos(-1.0) * std::exp(1.0))},
             {"laplace", std::log2(std::sqrt(2.0) * std::exp(1.0))},
             {"uniform", std::log2(std::sqrt(12.0))}};

float rounded_to_bits(float x, int dropped) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  bits = (bits + (1u << (dropped - 1))) >> dropped << dropped;
  std::memcpy(&x, &bits, sizeof bits);
  return x;
}

}  // namespace

TEST_CASE("the spacing estimate is within 0.01 bit of the closed forms for a million weights") {
  for (const auto& row : kLaws) {
    const char* law = row.law;
    const double h = row.bits;
    CAPTURE(law);
    CHECK(std::fabs(differential_entropy(draw(law, 1000000)).bits - h) < 0.01);
  }
}

TEST_CASE("its bias is small for few weights too") {
  for (const auto& row : kLaws) {
    const char* law = row.law;
    const double h = row.bits;
    for (const std::size_t n : {64u, 100u, 1000u, 10000u}) {
      CAPTURE(law);
      CAPTURE(n);
      const unsigned repeats = static_cast<unsigned>(200000 / n);
      double mean = 0;
      for (unsigned r = 0; r < repeats; ++r) {
        mean += differential_entropy(draw(law, n, r)).bits / repeats;
      }
      CHECK(std::fabs(mean - h) < (n < 1000 ? 0.06 : 0.02));
    }
  }
}

TEST_CASE("weights rounded to half and bfloat16 show the density they came from") {
  for (const auto& row : kLaws) {
    const char* law = row.law;
    const double h = row.bits;
    for (const int dropped : {13, 16}) {
      CAPTURE(law);
      CAPTURE(dropped);
      std::vector<float> x = draw(law, 1000000);
      for (float& value : x) value = rounded_to_bits(value, dropped);
      CHECK(std::fabs(differential_entropy(x).bits - h) < 0.02);
    }
  }
}

TEST_CASE("a shift changes nothing, a scale adds its log2") {
  const std::vector<float> x = draw("normal", 20000);
  const double bits = differential_entropy(x).bits;
  std::vector<float> scaled = x, shifted = x, mirrored = x;
  for (float& value : scaled) value *= 0x1p-10f;
  for (float& value : shifted) value += 5;
  for (float& value : mirrored) value = -value;
  std::reverse(mirrored.begin(), mirrored.end());
  CHECK(differential_entropy(scaled).bits == doctest::Approx(bits - 10).epsilon(1e-12));
  CHECK(differential_entropy(shifted).bits == doctest::Approx(bits).epsilon(1e-3));
  CHECK(differential_entropy(mirrored).bits == doctest::Approx(bits).epsilon(1e-12));
}

TEST_CASE("extreme weights have an h") {
  std::vector<float> x(1000);
  const float max = std::numeric_limits<float>::max();
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = max * (static_cast<float>(i) / 499.5f - 1);
  // Even spacing has no scatter, so ln(spacing) lies above its random mean by ln k − ψ(k), k ≈ 10.
  CHECK(differential_entropy(x).bits == doctest::Approx(129).epsilon(0.002));
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i) * 0x1p-149f;
  CHECK(differential_entropy(x).bits == doctest::Approx(std::log2(1000) - 149).epsilon(0.002));
}

TEST_CASE("atoms have no h, and the largest is told") {
  std::vector<float> x = draw("normal", 10000);
  for (std::size_t i = 0; i < 5000; ++i) x[i] = 0;
  std::sort(x.begin(), x.end());
  CHECK(std::isnan(differential_entropy(x).bits));
  CHECK(differential_entropy(x).largest_atom == 0.5);

  const std::vector<float> constant(1000, 0.25f);
  CHECK(std::isnan(differential_entropy(constant).bits));
  CHECK(differential_entropy(constant).largest_atom == 1);

  std::vector<float> zeros(1000, 0.0f);  // −0 and +0 are one value
  for (std::size_t i = 0; i < 500; ++i) zeros[i] = -0.0f;
  CHECK(differential_entropy(zeros).largest_atom == 1);

  std::vector<float> integers(100000);
  for (std::size_t i = 0; i < integers.size(); ++i) integers[i] = static_cast<float>(i / 2000);
  CHECK(std::isnan(differential_entropy(integers).bits));
  CHECK(differential_entropy(integers).largest_atom == 0.02);
}

TEST_CASE("too few weights have no h") {
  CHECK(std::isnan(differential_entropy({}).bits));
  CHECK(differential_entropy({}).largest_atom == 0);
  for (const std::size_t n : {1u, 2u, 63u}) {
    const auto estimate = differential_entropy(draw("normal", n));
    CHECK(std::isnan(estimate.bits));
    CHECK(estimate.largest_atom == 1.0 / static_cast<double>(n));
  }
  CHECK(std::isfinite(differential_entropy(draw("normal", 64)).bits));
}

TEST_CASE("a small tensor's sample is its finite weights, sorted") {
  const float inf = std::numeric_limits<float>::infinity();
  const std::vector<float> x = {3, -inf, -1, std::nanf(""), 2, inf, -5};
  Buffer<float> out;
  const auto sorted = sample_sorted(x, out);
  REQUIRE(sorted.ok());
  CHECK(std::vector<float>(sorted.value().begin(), sorted.value().end()) ==
        std::vector<float>{-5, -1, 2, 3});
  CHECK(sample_sorted(std::vector<float>{}, out).value().empty());
  CHECK(sample_sorted(std::vector<float>{inf, inf}, out).value().empty());
  const auto doubled = sample_sorted(
      x.size(), [&](std::size_t i) { return 2 * x[i]; }, out);
  CHECK(doubled.value()[0] == -10);
}

TEST_CASE("a large tensor's sample falls in step with no row length") {
  // One column in 64 is 1, the others 0: the sample must see 1/64 of ones, for any place of the
  // column.
  constexpr std::size_t n = 1 << 20, cap = 1 << 14;
  for (const std::size_t column : {0u, 1u, 17u, 32u, 63u}) {
    const auto weight = [=](std::size_t i) { return i % 64 == column ? 1.0f : 0.0f; };
    Buffer<float> out;
    const auto sorted = sample_sorted(n, weight, out, cap);
    REQUIRE(sorted.value().size() == cap);
    const auto ones = std::count(sorted.value().begin(), sorted.value().end(), 1.0f);
    CHECK(static_cast<double>(ones) / cap == doctest::Approx(1.0 / 64).epsilon(0.25));
  }
  // One weight from each stretch.
  Buffer<float> out;
  const auto places = sample_sorted(
      1000, [](std::size_t i) { return static_cast<float>(i); }, out, 300);
  for (std::size_t j = 0; j < 300; ++j) {
    CHECK(places.value()[j] >= std::floor(static_cast<double>(j) * 1000 / 300));
    CHECK(places.value()[j] < std::floor(static_cast<double>(j + 1) * 1000 / 300));
  }
}
