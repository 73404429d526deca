// The randomized Hadamard rotation against its matrix in double.
#include "kernels/hadamard.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>

#include "inputs.h"
#include "oracle.h"

using namespace halfstep;

namespace {

// s of the weight at a place: a bit of the hash that hadamard.h names, in the oracle's 64-bit arithmetic.
double sign(std::uint64_t seed, std::uint32_t place) {
  std::uint64_t z = (seed ^ 0x484144414D415244u) + 0x9e3779b97f4a7c15u;  // "HADAMARD"
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  const std::uint64_t low = z % (std::uint64_t{1} << 32), high = z >> 32;
  const std::uint64_t h = oracle::lowbias32((oracle::lowbias32(place / 32 ^ low) + high) % (std::uint64_t{1} << 32));
  return h >> place % 32 & 1 ? -1 : 1;
}

double norm(std::span<const float> x) {
  double sum = 0;
  for (const float value : x) sum += static_cast<double>(value) * static_cast<double>(value);
  return std::sqrt(sum);
}

// Lengths of the parts that n weights are cut into.
std::vector<std::size_t> parts(std::size_t n, std::size_t block) {
  std::vector<std::size_t> all;
  while (n > 0) {
    while (block > n) block /= 2;
    all.push_back(block);
    n -= block;
  }
  return all;
}

// How far float32 may be from the truth of one block (hadamard.h).
double bound(double norm, std::size_t block) {
  const double levels = std::log2(static_cast<double>(block));
  return (std::pow(1 + 0x1p-24, 2 + levels) - 1) * norm + static_cast<double>(block) * 0x1p-149;
}

void check_against_matrix(const RotationKernels& kernels, const std::vector<float>& x, const Rotation& r,
                          std::uint32_t index) {
  std::vector<float> y(x.size()), back(x.size());
  kernels.rotate(x.data(), x.size(), r, index, y.data());
  kernels.unrotate(x.data(), x.size(), r, index, back.data());
  std::size_t begin = 0;
  for (const std::size_t block : parts(x.size(), r.block)) {
    double miss = 0, miss_back = 0;
    for (std::size_t i = 0; i < block; ++i) {
      double sum = 0, sum_back = 0;
      for (std::size_t j = 0; j < block; ++j) {
        const double h = std::popcount(i & j) % 2 ? -1 : 1;
        const double value = static_cast<double>(x[begin + j]);
        sum += h * sign(r.seed, index + static_cast<std::uint32_t>(begin + j)) * value;
        sum_back += h * value;
      }
      sum_back *= sign(r.seed, index + static_cast<std::uint32_t>(begin + i));
      const double root = std::sqrt(static_cast<double>(block));
      miss += std::pow(sum / root - static_cast<double>(y[begin + i]), 2);
      miss_back += std::pow(sum_back / root - static_cast<double>(back[begin + i]), 2);
    }
    const double allowed = bound(norm(std::span(x).subspan(begin, block)), block);
    CHECK(std::sqrt(miss) <= allowed);
    CHECK(std::sqrt(miss_back) <= allowed);
    begin += block;
  }
}

std::vector<std::size_t> widths() {
  std::vector<std::size_t> all{0, 1, 2, 3, 4, 5, 7, 8, 127, 128, 129, 1023};
  for (std::size_t n = 15; n <= 65; ++n) all.push_back(n);
  return all;
}

constexpr std::uint32_t kPlaces[] = {0, 5, 31, 32, 96, 1000, 0xFFFFFFF1u};

}  // namespace

TEST_CASE("hadamard: four weights by hand, exactly") {
  for (const RotationKernels* k : {&scalar_rotation(), &simd_rotation()}) {
    for (const std::uint64_t seed : {1, 2, 3}) {
      std::vector<float> x{1, 2, 3, 4}, y(4);
      for (std::uint32_t i = 0; i < 4; ++i) x[i] *= static_cast<float>(sign(seed, i));
      k->rotate(x.data(), 4, {4, seed}, 0, y.data());
      CHECK(y == std::vector<float>{5, -1, -2, 0});
      k->unrotate(y.data(), 4, {4, seed}, 0, y.data());
      CHECK(y == x);
    }
    // Alone, the first weight of a block becomes its first column: equal everywhere.
    std::vector<float> one(256), y(256);
    one[0] = 1;
    k->rotate(one.data(), 256, {256, 7}, 0, y.data());
    CHECK(y == std::vector<float>(256, static_cast<float>(sign(7, 0)) / 16));
  }
}

TEST_CASE("hadamard: the matrix and its inverse, ends cut into powers of two, within the bound") {
  for (const RotationKernels* k : {&scalar_rotation(), &simd_rotation()}) {
    for (const std::uint32_t block : {2u, 4u, 8u, 16u, 32u, 64u, 128u, 1024u}) {
      for (const std::size_t n : widths()) {
        if (n == 1023 && block < 1024) continue;
        check_against_matrix(*k, inputs::normal(n, n + block), {block, 42}, kPlaces[n % std::size(kPlaces)]);
      }
    }
  }
}

TEST_CASE("hadamard: simd is scalar to the bit, at any alignment, in place or not") {
  const auto check = [](std::size_t n, std::uint32_t block, std::uint32_t index) {
    const auto x = inputs::normal(n, n * 3 + block, 0.02);
    const Rotation r{block, n + 1};
    for (const bool back : {false, true}) {
      const auto scalar = back ? scalar_rotation().unrotate : scalar_rotation().rotate;
      const auto simd = back ? simd_rotation().unrotate : simd_rotation().rotate;
      std::vector<float> truth(n);
      scalar(x.data(), n, r, index, truth.data());
      for (std::size_t shift = 0; shift < (n < 2000 ? 4 : 1); ++shift) {
        inputs::AtTheEnd from(x, shift), to(std::vector<float>(n), 3 - shift), both(x, shift);
        simd(from.data(), n, r, index, to.data());
        CHECK(std::equal(truth.begin(), truth.end(), to.data()));
        simd(both.data(), n, r, index, both.data());
        CHECK(std::equal(truth.begin(), truth.end(), both.data()));
      }
      std::vector<float> in_place = x;
      scalar(in_place.data(), n, r, index, in_place.data());
      CHECK(in_place == truth);
    }
  };
  for (const std::uint32_t block : {2u, 4u, 8u, 16u, 32u, 64u, 128u, 256u, 65536u}) {
    for (const std::size_t n : widths()) check(n, block, kPlaces[n % std::size(kPlaces)]);
  }
  check(65536 + 300, 65536, 0);
  check(3 * 4096 + 4095, 4096, 77);
}

TEST_CASE("hadamard: undone it is the weights again, and norms are kept") {
  for (const std::uint32_t block : {2u, 64u, 128u, 65536u}) {
    const std::size_t n = block + block / 2;
    auto x = inputs::laplace(n, block);
    x[1] = 1000;
    std::vector<float> y(n);
    simd_rotation().rotate(x.data(), n, {block, 9}, 3, y.data());
    CHECK(std::fabs(norm(y) - norm(x)) <= bound(norm(x), block));
    simd_rotation().unrotate(y.data(), n, {block, 9}, 3, y.data());
    for (std::size_t i = 0; i < n; ++i) y[i] -= x[i];
    CHECK(norm(y) <= 2.001 * bound(norm(x), block));
  }
}

TEST_CASE("hadamard: rows are orthonormal") {
  constexpr std::uint32_t kBlock = 64;
  std::vector<float> matrix(kBlock * kBlock);
  for (std::size_t i = 0; i < kBlock; ++i) matrix[i * kBlock + i] = 1;
  simd_rotation().rotate(matrix.data(), matrix.size(), {kBlock, 5}, 0, matrix.data());
  for (std::size_t i = 0; i < kBlock; ++i) {
    for (std::size_t j = 0; j < kBlock; ++j) {
      double dot = 0;
      for (std::size_t k = 0; k < kBlock; ++k) {
        dot += static_cast<double>(matrix[i * kBlock + k]) * static_cast<double>(matrix[j * kBlock + k]);
      }
      CHECK(std::fabs(dot - (i == j)) <= 1e-12);
    }
  }
}

TEST_CASE("hadamard: signs are fair, differ by seed and by place, and are not stochastic rounding's") {
  constexpr std::uint32_t kN = 1 << 16;
  const auto signs = [](std::uint64_t seed, std::uint32_t index) {
    std::vector<float> x(kN, 1.0f);
    simd_rotation().rotate(x.data(), kN, {2, seed}, index, x.data());
    // Of two weights the sum and the difference over √2 tell both signs.
    for (std::uint32_t i = 0; i < kN; i += 2) {
      const float a = x[i] + x[i + 1], b = x[i] - x[i + 1];
      x[i] = std::copysign(1.0f, a);
      x[i + 1] = std::copysign(1.0f, b);
    }
    return x;
  };
  const auto product = [](const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i] * b[i]);
    return std::fabs(sum);
  };
  const double five_errors = 5 * std::sqrt(static_cast<double>(kN));
  const auto one = signs(1, 0);
  for (std::uint32_t i = 0; i < kN; ++i) CHECK(static_cast<double>(one[i]) == sign(1, i));
  CHECK(product(one, std::vector<float>(kN, 1.0f)) < five_errors);
  CHECK(product(one, signs(2, 0)) < five_errors);
  CHECK(product(one, signs(1, kN)) < five_errors);
  std::vector<float> rounding(kN);
  for (std::uint32_t i = 0; i < kN; ++i) {
    // The bits of the hash that the uniform of place i/32 keeps are 8..31.
    const auto kept = static_cast<std::uint32_t>((dither(Rounding::DitherUniform, 1, i / 32) + 0.5f) * 0x1p24f);
    rounding[i] = i % 32 >= 8 && (kept >> (i % 32 - 8) & 1) ? -1.0f : 1.0f;
  }
  CHECK(product(one, rounding) < five_errors);
}

TEST_CASE("hadamard: the ends of float32 stay finite, zeros stay zero") {
  for (const RotationKernels* k : {&scalar_rotation(), &simd_rotation()}) {
    std::vector<float> x(128), y(128);
    k->rotate(x.data(), 128, {128, 1}, 0, y.data());
    CHECK(norm(y) == 0);
    x[77] = -FLT_MAX;
    k->rotate(x.data(), 128, {128, 1}, 0, y.data());
    for (const float value : y) CHECK(std::isfinite(value));
    k->unrotate(y.data(), 128, {128, 1}, 0, y.data());
    for (const float value : y) CHECK(std::isfinite(value));
  }
}
