#include "tensor/random.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

namespace {

using halfstep::RandomStream;

constexpr std::size_t kCount = 100000;

std::vector<double> uniforms(std::uint64_t seed, std::uint64_t stream = 0) {
  const RandomStream random(seed, stream);
  std::vector<double> u(kCount);
  for (std::size_t i = 0; i < kCount; ++i) u[i] = random.uniform(i);
  return u;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b, std::size_t lag) {
  double sum = 0;
  for (std::size_t i = 0; i + lag < a.size(); ++i) sum += (a[i] - 0.5) * (b[i + lag] - 0.5);
  return 12 * sum / static_cast<double>(a.size() - lag);
}

constexpr std::uint64_t kSeeds[] = {0, 1, 2, 3, 12345, 0xffffffffffffffff};

}  // namespace

TEST_CASE("mix is SplitMix64's: the published sequence from state 1234567") {
  // The first outputs of splitmix64.c (Vigna, 2015) from x = 1234567, as listed by Rosetta Code.
  const std::uint64_t expected[] = {6457827717110365317u, 3203168211198807973u,
                                    9817491932198370423u, 4593380528125082431u,
                                    16408922859458223821u};
  std::uint64_t x = 1234567;
  for (const std::uint64_t value : expected) {
    x += 0x9e3779b97f4a7c15u;
    CHECK(halfstep::mix(x) == value);
  }
}

TEST_CASE("the uniform numbers stay inside (0, 1) and are exact multiples of 2^-53") {
  for (const std::uint64_t seed : kSeeds) {
    for (const double u : uniforms(seed)) {
      REQUIRE(u >= 0x1p-53);
      REQUIRE(u <= 1 - 0x1p-53);
      REQUIRE(u * 0x1p53 == std::floor(u * 0x1p53));
    }
  }
}

TEST_CASE("the uniform numbers pass Kolmogorov and Smirnov at 1 in 1000") {
  for (const std::uint64_t seed : kSeeds) {
    CAPTURE(seed);
    std::vector<double> u = uniforms(seed);
    std::sort(u.begin(), u.end());
    double distance = 0;
    for (std::size_t i = 0; i < kCount; ++i) {
      distance = std::max({distance, u[i] - static_cast<double>(i) / kCount,
                           static_cast<double>(i + 1) / kCount - u[i]});
    }
    CHECK(distance * std::sqrt(static_cast<double>(kCount)) < 1.95);
  }
}

TEST_CASE("neighbours, streams and seeds do not correlate") {
  const double bound = 4.5 / std::sqrt(static_cast<double>(kCount));
  for (const std::uint64_t seed : kSeeds) {
    CAPTURE(seed);
    const std::vector<double> u = uniforms(seed);
    for (const std::size_t lag : {1u, 2u, 3u, 64u, 256u, 1000u}) {
      CAPTURE(lag);
      CHECK(std::fabs(correlation(u, u, lag)) < bound);
    }
    for (const std::size_t lag : {0u, 1u}) {
      CHECK(std::fabs(correlation(u, uniforms(seed, 1), lag)) < bound);
      CHECK(std::fabs(correlation(uniforms(seed, 1), uniforms(seed, 2), lag)) < bound);
      CHECK(std::fabs(correlation(u, uniforms(seed + 1), lag)) < bound);
    }
  }
}

TEST_CASE("each of the 64 bits is set half the time") {
  for (const std::uint64_t seed : kSeeds) {
    const RandomStream random(seed);
    std::size_t set[64] = {};
    for (std::size_t i = 0; i < kCount; ++i) {
      const std::uint64_t bits = random.bits(i);
      for (int b = 0; b < 64; ++b) set[b] += bits >> b & 1;
    }
    for (int b = 0; b < 64; ++b) {
      CAPTURE(b);
      CHECK(std::fabs(static_cast<double>(set[b]) / kCount - 0.5) <
            4.5 * 0.5 / std::sqrt(static_cast<double>(kCount)));
    }
  }
}

TEST_CASE("one bit more in the counter or the seed flips half of the bits") {
  double counter = 0, seed = 0;
  for (std::uint64_t i = 0; i < 10000; ++i) {
    counter += std::popcount(RandomStream(7).bits(2 * i) ^ RandomStream(7).bits(2 * i + 1));
    seed += std::popcount(RandomStream(2 * i).bits(5) ^ RandomStream(2 * i + 1).bits(5));
  }
  CHECK(counter / 10000 == doctest::Approx(32).epsilon(0.01));
  CHECK(seed / 10000 == doctest::Approx(32).epsilon(0.01));
}

TEST_CASE("small seeds and streams have keys of their own") {
  std::set<std::uint64_t> first;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    for (std::uint64_t stream = 0; stream < 100; ++stream) {
      first.insert(RandomStream(seed, stream).bits(0));
    }
  }
  CHECK(first.size() == 10000);
}
