// Minifloats by arithmetic against the search of their grid's edges, to the bit.
#include "kernels/minifloat_simd.h"

#include <doctest/doctest.h>

#include "inputs.h"
#include "quantizers/minifloat.h"

using namespace halfstep;
using inputs::kInf;

namespace {

std::vector<MinifloatSpec> all_specs() {
  std::vector<MinifloatSpec> specs{kE4m3, kE5m2, kE3m2, kE2m3, kE2m1, kFp16, kBf16};
  for (int e = 1; e <= 8; ++e) {
    for (const int m : {0, 1, 2, 5, 10}) specs.push_back(own_minifloat(e, m));
  }
  return specs;
}

std::uint32_t bits_of(float x) { return __builtin_bit_cast(std::uint32_t, x); }

// How many of these are not as the grid has them, k and Q.
std::size_t misses(const Codebook& book, const MinifloatSpec& spec, std::vector<float> x, float scale) {
  x.resize((x.size() + 3) / 4 * 4);
  const MinifloatQuantizer4 quantizer(spec.shape(), scale);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); i += 4) {
    float k[4], q[4];
    const v128_t code = quantizer.code(wasm_v128_load(x.data() + i), i);
    wasm_v128_store(k, code);
    wasm_v128_store(q, quantizer.value(code));
    for (std::size_t j = 0; j < 4; ++j) {
      const std::size_t truth = book.code(x[i + j] / scale);
      wrong += k[j] != static_cast<float>(truth) || bits_of(q[j]) != bits_of(book.levels[truth] * scale);
    }
  }
  return wrong;
}

}  // namespace

TEST_CASE("minifloat simd: at and beside every edge and level") {
  for (const MinifloatSpec& spec : all_specs()) {
    CAPTURE(spec.exponent_bits);
    CAPTURE(spec.mantissa_bits);
    const Codebook book = grid(spec);
    std::vector<float> x;
    const std::size_t stride = 1 + book.edges.size() / 20000;
    for (std::size_t i = 0; i < book.edges.size(); i += stride) {
      const float edge = book.edges[i], level = book.levels[i + 1];
      x.insert(x.end(), {edge, std::nextafter(edge, -kInf), std::nextafter(edge, kInf), level, -level,
                         std::nextafter(level, -kInf), std::nextafter(std::nextafter(edge, -kInf), -kInf)});
    }
    x.insert(x.end(), book.levels.begin(), book.levels.begin() + 1);
    CHECK(misses(book, spec, x, 1) == 0);
  }
}

TEST_CASE("minifloat simd: weights of every size, and scales") {
  for (const MinifloatSpec& spec : all_specs()) {
    CAPTURE(spec.exponent_bits);
    CAPTURE(spec.mantissa_bits);
    const Codebook book = grid(spec);
    inputs::Random random(3);
    std::vector<float> x{0, -0.0f, FLT_TRUE_MIN, -FLT_TRUE_MIN, FLT_MIN, -FLT_MIN, FLT_MAX, -FLT_MAX, kInf, -kInf};
    for (int i = 0; i < 4000; ++i) {
      const double size = std::exp2(random.uniform() * 276 - 149);
      x.push_back(static_cast<float>(i % 2 ? size : -size));
      x.push_back(static_cast<float>(random.normal() * static_cast<double>(book.levels.back()) / 3));
      if (!std::isfinite(x.back())) x.pop_back();
    }
    for (const float scale : {1.0f, 0.0625f, 0.013f, 3.0f}) {
      CAPTURE(scale);
      CHECK(misses(book, spec, x, scale) == 0);
    }
  }
}
