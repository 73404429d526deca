// Minifloats against the tables of the OCP 8-bit Floating Point Specification (OFP8) 1.0 and the OCP Microscaling
// Formats (MX) Specification 1.0, and against a search of all their values.
#include "quantizers/minifloat.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "inputs.h"

using namespace halfstep;
using inputs::kInf;
using inputs::kNan;

namespace {

std::uint32_t bits_of(float x) { return __builtin_bit_cast(std::uint32_t, x); }
float of_bits(std::uint32_t bits) { return __builtin_bit_cast(float, bits); }
bool same(float a, float b) { return bits_of(a) == bits_of(b); }

// (−1)^S · 2^(E − bias) · (1 + M/2^m), or (−1)^S · 2^(1 − bias) · M/2^m where E is 0: the specifications' formula.
double formula(const MinifloatSpec& spec, std::uint32_t code) {
  const std::uint32_t ones_m = (1u << spec.mantissa_bits) - 1, ones_e = (1u << spec.exponent_bits) - 1;
  const double fraction = std::ldexp(static_cast<double>(code & ones_m), -spec.mantissa_bits);
  const int e = static_cast<int>(code >> spec.mantissa_bits & ones_e);
  const bool negative = code >> (spec.mantissa_bits + spec.exponent_bits) & 1;
  const double size = e == 0 ? std::ldexp(fraction, 1 - spec.bias) : std::ldexp(1 + fraction, e - spec.bias);
  return negative ? -size : size;
}

// Every float a quantizer might stumble over near the values of a format.
std::vector<float> probes(const MinifloatSpec& spec, std::uint64_t seed) {
  std::vector<float> xs{0, -0.0f, FLT_TRUE_MIN, -FLT_TRUE_MIN, FLT_MIN, FLT_MAX, -FLT_MAX, 1e-30f, 1e30f};
  const std::uint32_t all = spec.largest();
  for (std::uint32_t code = 0; code <= all; code += 1 + all / 700) {
    const double here = formula(spec, code), next = formula(spec, code + 1);
    for (const double value : {here, (here + next) / 2, next}) {
      if (value > static_cast<double>(FLT_MAX)) continue;
      const float x = static_cast<float>(value);
      for (const float y : {x, std::nextafter(x, kInf), std::nextafter(x, -kInf)}) {
        if (std::isfinite(y)) xs.insert(xs.end(), {y, -y});
      }
    }
  }
  inputs::Random random(seed);
  const double most = std::log2(formula(spec, all)), least = std::log2(formula(spec, 1));
  for (int i = 0; i < 500; ++i) {
    const double value = std::exp2(least - 3 + random.uniform() * (std::min(most + 3, 127.5) - least + 3));
    xs.push_back(static_cast<float>(i % 2 ? value : -value));
  }
  return xs;
}

// The rule by hand: the nearest of all finite values; of two equally near the one whose last place is even, and
// where neither is (no mantissa bit, IEEE 754-2019 4.3.1) the larger. What is as near to the value after the
// largest, or nearer, is beyond.
std::uint32_t nearest(const MinifloatSpec& spec, const std::vector<double>& sizes, float x, std::uint32_t beyond) {
  const double a = std::fabs(static_cast<double>(x));
  const auto after = static_cast<std::uint32_t>(std::lower_bound(sizes.begin(), sizes.end(), a) - sizes.begin());
  std::uint32_t code = 0;
  if (after == sizes.size()) {
    code = static_cast<std::uint32_t>(sizes.size() - 1);
  } else if (after > 0) {
    const double down = a - sizes[after - 1], up = sizes[after] - a;
    const bool lower_even = spec.mantissa_bits == 0 ? after == 1 : after % 2 == 1;
    code = down < up || (down == up && lower_even) ? after - 1 : after;
  }
  if (code > spec.largest()) code = beyond;
  return std::signbit(x) ? code | spec.sign_bit() : code;
}

// All finite magnitudes and the one that would follow the largest.
std::vector<double> magnitudes(const MinifloatSpec& spec) {
  std::vector<double> sizes;
  for (std::uint32_t code = 0; code <= spec.largest(); ++code) sizes.push_back(formula(spec, code));
  const std::uint32_t last = spec.largest();
  if (last + 1 < spec.sign_bit()) {
    sizes.push_back(formula(spec, last + 1));
  } else {
    MinifloatSpec wider = spec;
    wider.exponent_bits += 1;
    sizes.push_back(formula(wider, last + 1));
  }
  return sizes;
}

std::vector<MinifloatSpec> all_specs() {
  std::vector<MinifloatSpec> specs{kE4m3, kE5m2, kE3m2, kE2m3, kE2m1, kFp16, kBf16};
  for (const int e : {1, 2, 5, 8}) {
    for (const int m : {0, 1, 4, 10}) specs.push_back(own_minifloat(e, m));
  }
  return specs;
}

void check_values(const MinifloatSpec& spec, std::vector<double> positive) {
  REQUIRE(positive.size() == spec.sign_bit());
  for (std::uint32_t code = 0; code < positive.size(); ++code) {
    CHECK(same(decode(spec, code), static_cast<float>(positive[code])));
    CHECK(same(decode(spec, code | spec.sign_bit()), static_cast<float>(-positive[code])));
  }
}

}  // namespace

// MX 1.0, section 5.3: FP4, all 16 codes.
TEST_CASE("minifloat: FP4 E2M1, every value") { check_values(kE2m1, {0, 0.5, 1, 1.5, 2, 3, 4, 6}); }

// MX 1.0, section 5.3: E3M2's subnormals are 0.0625 to 0.1875, normals 0.25 to 28; E2M3's are 0.125 to
// 0.875, normals 1 to 7.5.
TEST_CASE("minifloat: FP6 E3M2 and E2M3, every value") {
  check_values(kE3m2, {0, 0.0625, 0.125, 0.1875, 0.25, 0.3125, 0.375, 0.4375, 0.5, 0.625, 0.75,
                       0.875, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28});
  check_values(kE2m3, {0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1, 1.125, 1.25, 1.375, 1.5, 1.625, 1.75, 1.875,
                       2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 3.75, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5});
}

// OFP8 1.0, tables 1 and 2.
TEST_CASE("minifloat: FP8's special rows of the specification") {
  CHECK(decode(kE4m3, 0b0'1111'110) == 448);
  CHECK(decode(kE4m3, 0b0'0001'000) == 0x1p-6f);
  CHECK(decode(kE4m3, 0b0'0000'111) == 0.875f * 0x1p-6f);
  CHECK(decode(kE4m3, 0b0'0000'001) == 0x1p-9f);
  CHECK(std::isnan(decode(kE4m3, 0b0'1111'111)));
  CHECK(std::isnan(decode(kE4m3, 0b1'1111'111)));
  CHECK(decode(kE5m2, 0b0'11110'11) == 57344);
  CHECK(decode(kE5m2, 0b0'00001'00) == 0x1p-14f);
  CHECK(decode(kE5m2, 0b0'00000'11) == 0.75f * 0x1p-14f);
  CHECK(decode(kE5m2, 0b0'00000'01) == 0x1p-16f);
  CHECK(decode(kE5m2, 0b0'11111'00) == kInf);
  CHECK(decode(kE5m2, 0b1'11111'00) == -kInf);
  for (const std::uint32_t sign : {0u, 0x80u}) {
    for (const std::uint32_t mantissa : {1u, 2u, 3u}) CHECK(std::isnan(decode(kE5m2, sign | 0x7C | mantissa)));
  }
}

TEST_CASE("minifloat: every code is the specifications' formula") {
  for (const MinifloatSpec& spec : all_specs()) {
    CAPTURE(spec.exponent_bits);
    CAPTURE(spec.mantissa_bits);
    std::uint32_t wrong = 0, not_numbers = 0, infinities = 0;
    for (std::uint32_t code = 0; code < 2 * spec.sign_bit(); ++code) {
      const float value = decode(spec, code);
      not_numbers += std::isnan(value);
      infinities += std::isinf(value);
      if (std::isfinite(value)) wrong += !same(value, static_cast<float>(formula(spec, code)));
    }
    CHECK(wrong == 0);
    const bool ieee = spec.specials == Specials::Ieee;
    CHECK(infinities == (ieee ? 2 : 0));
    CHECK(not_numbers == (ieee ? (2u << spec.mantissa_bits) - 2 : spec.specials == Specials::Fn ? 2 : 0));
    CHECK(std::isfinite(decode(spec, spec.largest())));
  }
}

TEST_CASE("minifloat: fp16 is the compiler's, bfloat16 the top half of float32") {
  std::uint32_t wrong = 0;
  for (std::uint32_t code = 0; code < 0x10000; ++code) {
    const float top = of_bits(code << 16), brain = decode(kBf16, code);
    wrong += std::isnan(top) ? !std::isnan(brain) : !same(brain, top);
  }
  CHECK(wrong == 0);
#if defined(__FLT16_MAX__) && defined(__x86_64__) && !defined(__clang__)
  for (std::uint32_t code = 0; code < 0x10000; ++code) {
    const float native = __builtin_bit_cast(_Float16, static_cast<std::uint16_t>(code)), half = decode(kFp16, code);
    wrong += std::isnan(native) ? !std::isnan(half) : !same(half, native);
  }
  for (const float x : probes(kFp16, 1)) {
    wrong += encode(kFp16, x, false) != __builtin_bit_cast(std::uint16_t, static_cast<_Float16>(x));
  }
  CHECK(wrong == 0);
#endif
}

TEST_CASE("minifloat: encode is the nearest of all values, ties to even, saturating or not") {
  for (const MinifloatSpec& spec : all_specs()) {
    CAPTURE(spec.exponent_bits);
    CAPTURE(spec.mantissa_bits);
    const std::vector<double> sizes = magnitudes(spec);
    const std::uint32_t beyond = spec.specials == Specials::None ? spec.largest() : spec.largest() + 1;
    std::uint32_t wrong = 0;
    for (const float x : probes(spec, 2)) {
      wrong += encode(spec, x, true) != nearest(spec, sizes, x, spec.largest());
      wrong += encode(spec, x, false) != nearest(spec, sizes, x, beyond);
    }
    CHECK(wrong == 0);
    for (std::uint32_t code = 0; code < 2 * spec.sign_bit(); ++code) {
      const float value = decode(spec, code);
      if (!std::isnan(value)) wrong += encode(spec, value, false) != code;
    }
    CHECK(wrong == 0);
  }
}

// OFP8 1.0 on conversion from wider formats: ±∞, NaN and values that round beyond the largest.
TEST_CASE("minifloat: overflow, infinity and NaN") {
  CHECK(encode(kE4m3, 464, false) == 0x7E);
  CHECK(encode(kE4m3, std::nextafter(464.0f, kInf), false) == 0x7F);
  CHECK(encode(kE4m3, std::nextafter(464.0f, kInf), true) == 0x7E);
  CHECK(encode(kE4m3, -kInf, false) == 0xFF);
  CHECK(encode(kE4m3, -kInf, true) == 0xFE);
  CHECK(encode(kE4m3, kNan, true) == 0x7F);
  CHECK(encode(kE5m2, std::nextafter(61440.0f, 0.0f), false) == 0x7B);
  CHECK(encode(kE5m2, 61440, false) == 0x7C);
  CHECK(encode(kE5m2, 61440, true) == 0x7B);
  CHECK(encode(kE5m2, kInf, false) == 0x7C);
  CHECK(encode(kE5m2, -kInf, true) == 0xFB);
  CHECK(std::isnan(decode(kE5m2, encode(kE5m2, kNan, true))));
  CHECK(encode(kFp16, 65520, false) == 0x7C00);
  CHECK(encode(kFp16, std::nextafter(65520.0f, 0.0f), false) == 0x7BFF);
  CHECK(encode(kFp16, kNan, false) == 0x7E00);
  for (const bool saturate : {false, true}) {
    CHECK(encode(kE2m1, kInf, saturate) == 7);
    CHECK(encode(kE2m1, -FLT_MAX, saturate) == 15);
    CHECK(encode(kE3m2, kNan, saturate) == 0);
    CHECK(encode(kE2m3, 1e9f, saturate) == 31);
  }
  const MinifloatSpec powers = own_minifloat(8, 0);
  CHECK(encode(powers, kInf, false) == 255);
  CHECK(encode(powers, kNan, false) == 0);
  CHECK(decode(powers, 254) == 0x1p127f);
}

TEST_CASE("minifloat: the grid rounds as encode does") {
  for (const MinifloatSpec& spec : all_specs()) {
    CAPTURE(spec.exponent_bits);
    CAPTURE(spec.mantissa_bits);
    const Codebook book = grid(spec);
    REQUIRE(book.levels.size() == 2 * spec.largest() + 1);
    REQUIRE(book.edges.size() == book.levels.size() - 1);
    std::uint32_t wrong = 0;
    for (std::size_t i = 1; i < book.levels.size(); ++i) {
      wrong += !(book.levels[i - 1] < book.edges[i - 1] && book.edges[i - 1] <= book.levels[i]);
    }
    for (std::size_t i = 0; i < book.levels.size(); ++i) wrong += !std::isfinite(book.levels[i]);
    std::vector<float> xs = probes(spec, 3);
    for (const float edge : book.edges) {
      xs.insert(xs.end(), {edge, std::nextafter(edge, -kInf), std::nextafter(edge, kInf)});
    }
    xs.insert(xs.end(), book.levels.begin(), book.levels.end());
    for (const float x : xs) {
      const float value = decode(spec, encode(spec, x, true));
      wrong += !same(book.levels[book.code(x)], value == 0 ? 0.0f : value);
    }
    CHECK(wrong == 0);
    CHECK(same(book.levels[spec.largest()], 0.0f));
  }
}

TEST_CASE("minifloat: the value alone, by one addition, is that of encode and decode") {
  for (const MinifloatSpec& spec : {kE4m3, kE5m2, kE3m2, kE2m3, kE2m1, kFp16, own_minifloat(1, 1), own_minifloat(7, 10)}) {
    const float top = decode(spec, spec.largest());
    std::uint64_t state = 1;
    for (int i = 0; i < 20000; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const float a = __builtin_bit_cast(float, static_cast<std::uint32_t>(state >> 33) % 0x7F800000u);
      // Beside the random ones every value, every tie and their neighbours.
      const auto k = static_cast<std::uint32_t>(state >> 20) % spec.largest();
      const float tie = (decode(spec, k) + decode(spec, k + 1)) / 2;
      for (const float x : {a, tie, std::nextafter(tie, 0.0f), std::nextafter(tie, INFINITY), decode(spec, k), 0.0f}) {
        CHECK(nearest_value(spec.shape(), x, top) == decode(spec, encode(spec, x, true)));
      }
    }
  }
}
