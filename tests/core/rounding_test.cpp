// What each rounding promises: ties, bias, and the stochastic one's chance, seeds and places.
#include <doctest/doctest.h>

#include <algorithm>

#include "inputs.h"
#include "kernels/kernels.h"
#include "oracle.h"

using namespace halfstep;

namespace {

// The random number that stochastic rounding decides by: the uniform dither is half a step less, exactly.
double uniform_of(std::uint64_t seed, std::uint32_t index) {
  return static_cast<double>(dither(Rounding::DitherUniform, seed, index)) + 0.5;
}

Cells cells_of(float step, float offset, Rounding rounding, std::uint64_t seed = 1) {
  Cells c;
  c.step = step;
  c.offset = offset;
  c.low = -100;
  c.high = 100;
  c.range_low = -100 * step;
  c.range_high = 100 * step;
  c.rounding = rounding;
  c.seed = seed;
  return c;
}

// The codes of eight weights or fewer, the same from both implementations.
std::vector<int> codes(std::vector<float> x, const Cells& cells) {
  const std::size_t count = x.size();
  x.resize(8, 0.0f);
  std::vector<std::uint16_t> scalar(8), simd(8);
  scalar_kernels().encode(x.data(), 8, cells, 0, scalar.data());
  simd_kernels().encode(x.data(), 8, cells, 0, simd.data());
  CHECK(scalar == simd);
  std::vector<int> k;
  for (std::size_t i = 0; i < count; ++i) k.push_back(scalar[i] + cells.low);
  return k;
}

using Codes = std::vector<int>;

}  // namespace

TEST_CASE("rounding: ties at offset 0") {
  const std::vector<float> x{-2.5f, -1.5f, -0.5f, -0.0f, 0.5f, 1.5f, 2.5f, 3.5f};
  CHECK(codes(x, cells_of(1, 0, Rounding::Nearest)) == Codes{-2, -2, 0, 0, 0, 2, 2, 4});
  CHECK(codes(x, cells_of(1, 0, Rounding::HalfAway)) == Codes{-3, -2, -1, 0, 1, 2, 3, 4});
  CHECK(codes(x, cells_of(1, 0, Rounding::Floor)) == Codes{-3, -2, -1, 0, 0, 1, 2, 3});
}

TEST_CASE("rounding: ties at offset ½, where levels are at k + ½") {
  const std::vector<float> x{-2, -1, -0.5f, 0, 0.5f, 1, 2};
  CHECK(codes(x, cells_of(1, 0.5f, Rounding::Nearest)) == Codes{-2, -1, -1, 0, 0, 1, 2});
  CHECK(codes(x, cells_of(1, 0.5f, Rounding::HalfAway)) == Codes{-3, -2, -1, 0, 0, 1, 2});
  CHECK(codes(x, cells_of(1, 0.5f, Rounding::Floor)) == Codes{-3, -2, -1, -1, 0, 0, 1});
}

TEST_CASE("rounding: one ulp on either side of a tie decides") {
  const float above = std::nextafter(0.5f, 1.0f), below = std::nextafter(0.5f, 0.0f);
  const std::vector<float> x{above, below, -above, -below, std::nextafter(1.5f, 2.0f), std::nextafter(1.5f, 1.0f)};
  CHECK(codes(x, cells_of(1, 0, Rounding::Nearest)) == Codes{1, 0, -1, 0, 2, 1});
  CHECK(codes(x, cells_of(1, 0, Rounding::HalfAway)) == Codes{1, 0, -1, 0, 2, 1});
}

TEST_CASE("rounding: codes stop at the outer levels, however far the weight") {
  for (const float offset : {0.0f, 0.5f}) {
    for (const Rounding rounding : inputs::kRoundings) {
      const std::vector<float> x{FLT_MAX, -FLT_MAX, 1e6f, -1e6f, inputs::kInf, -inputs::kInf};
      CHECK(codes(x, cells_of(0.01f, offset, rounding)) == Codes{100, -100, 100, -100, 100, -100});
    }
  }
}

TEST_CASE("rounding: a range of zero has one code and the value zero") {
  for (const float offset : {0.0f, 0.5f}) {
    for (const Rounding rounding : inputs::kRoundings) {
      const Cells cells = cells_of(0, offset, rounding);
      CHECK(codes({0, 1, -1, 1e30f, -0.0f}, cells) == Codes{0, 0, 0, 0, 0});
      for (const Kernels* k : {&scalar_kernels(), &simd_kernels()}) {
        const std::vector<float> x{0, 1, -1, 1e30f, -0.0f};
        std::vector<float> q(5, 9);
        k->reconstruct(x.data(), 5, cells, 0, q.data());
        CHECK(q == std::vector<float>(5));
      }
    }
  }
}

TEST_CASE("rounding: stochastic goes up with the chance of what is left over") {
  constexpr std::size_t kN = 200000;
  for (const float offset : {0.0f, 0.5f}) {
    for (const float value : {0.25f, -0.25f, 1.7f, -3.1f, 0.01f, 5.0f, 2.5f}) {
      const std::vector<float> x(kN, value);
      std::vector<float> q(kN);
      const Cells cells = cells_of(1, offset, Rounding::Stochastic, 5);
      simd_kernels().reconstruct(x.data(), kN, cells, 0, q.data());
      double sum = 0;
      for (const float v : q) sum += v;
      const double below = std::floor(static_cast<double>(value) - offset) + offset;
      const double chance = value - below;
      // Five standard errors of a mean of Bernoulli draws, and the 2⁻²⁴ of the uniform's grain.
      const double bound = 5 * std::sqrt(chance * (1 - chance) / kN) + 0x1p-23;
      CAPTURE(value);
      CAPTURE(offset);
      CHECK(std::fabs(sum / kN - value) <= bound);
      const float least = *std::min_element(q.begin(), q.end()), most = *std::max_element(q.begin(), q.end());
      CHECK(least == static_cast<float>(below));
      CHECK(most == static_cast<float>(chance == 0 ? below : below + 1));
    }
  }
}

TEST_CASE("rounding: stochastic depends on a weight's place, not on the stretch it is asked in") {
  const auto x = inputs::normal(1000, 2, 3);
  const Cells cells = cells_of(0.5f, 0, Rounding::Stochastic, 9);
  std::vector<float> whole(1000);
  scalar_kernels().reconstruct(x.data(), 1000, cells, 12345, whole.data());
  for (const Kernels* k : {&scalar_kernels(), &simd_kernels()}) {
    for (const std::size_t cut : {1, 2, 3, 4, 7, 64, 501, 999}) {
      std::vector<float> parts(1000);
      for (std::size_t at = 0; at < 1000; at += cut) {
        k->reconstruct(x.data() + at, std::min(cut, 1000 - at), cells, 12345 + static_cast<std::uint32_t>(at),
                       parts.data() + at);
      }
      CHECK(parts == whole);
    }
  }
}

TEST_CASE("rounding: the stochastic index wraps past 2³² as one count") {
  const auto x = inputs::normal(64, 3, 3);
  const Cells cells = cells_of(0.5f, 0, Rounding::Stochastic, 9);
  std::vector<float> scalar(64), simd(64);
  scalar_kernels().reconstruct(x.data(), 64, cells, 0xFFFFFFE1u, scalar.data());
  simd_kernels().reconstruct(x.data(), 64, cells, 0xFFFFFFE1u, simd.data());
  CHECK(scalar == simd);
}

TEST_CASE("rounding: the uniform is the documented mix, flat by Kolmogorov and Smirnov") {
  constexpr std::size_t kN = 100000;
  for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
    std::vector<double> u(kN);
    double serial = 0;
    bool documented = true, inside = true;
    for (std::size_t i = 0; i < kN; ++i) {
      u[i] = uniform_of(seed, static_cast<std::uint32_t>(i));
      documented &= u[i] == oracle::uniform(seed, static_cast<std::uint32_t>(i));
      inside &= u[i] >= 0 && u[i] < 1 && u[i] * 0x1p24 == std::floor(u[i] * 0x1p24);
      if (i > 0) serial += (u[i] - 0.5) * (u[i - 1] - 0.5) * 12;
    }
    CHECK(documented);
    CHECK(inside);
    // Neighbours are uncorrelated: five standard errors.
    CHECK(std::fabs(serial / kN) < 5 / std::sqrt(static_cast<double>(kN)));
    std::sort(u.begin(), u.end());
    double distance = 0;
    for (std::size_t i = 0; i < kN; ++i) {
      distance = std::max({distance, std::fabs(u[i] - static_cast<double>(i) / kN),
                           std::fabs(static_cast<double>(i + 1) / kN - u[i])});
    }
    // The 0.1 % point of Kolmogorov's law.
    CHECK(distance * std::sqrt(static_cast<double>(kN)) < 1.95);
  }
}

TEST_CASE("rounding: seeds give unlike streams") {
  constexpr std::size_t kN = 20000;
  for (const auto& [a, b] : {std::pair<std::uint64_t, std::uint64_t>{1, 2}, {0, std::uint64_t{1} << 32}, {7, 7 + (1u << 31)}}) {
    double product = 0;
    std::size_t equal = 0;
    for (std::uint32_t i = 0; i < kN; ++i) {
      const double u = uniform_of(a, i), v = uniform_of(b, i);
      product += (u - 0.5) * (v - 0.5) * 12;
      equal += u == v;
    }
    CHECK(std::fabs(product / kN) < 5 / std::sqrt(static_cast<double>(kN)));
    CHECK(equal < 10);
  }
}
