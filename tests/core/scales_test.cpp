// Stored scales against the rules as their standards print them: powers of two counted out, FP16
// and E4M3 as tables.
#include "quantizers/scales.h"

#include <doctest/doctest.h>

#include "inputs.h"

using namespace halfstep;

namespace {

// The largest value of an element type and the exponent emax of it: OCP Microscaling v1.0, table 1
// and sections 5.3.1 to 5.3.4; below them whole-number grids, where emax is floor(log2) too.
struct Top {
  double largest;
  int emax;
};
constexpr Top kTops[] = {{6, 2},          {28, 4},  {7.5, 2}, {448, 8}, {57344, 15},
                         {127.0 / 64, 0}, {127, 6}, {64, 6},  {1, 0}};

float power(int e) { return static_cast<float>(std::ldexp(1.0, std::clamp(e, -127, 127))); }

// The finite values of a format without sign, in the order of their codes: OFP8 1.0 and IEEE 754's
// formula.
std::vector<double> values(int exponents, int mantissa_bits, int bias) {
  std::vector<double> all;
  const int steps = 1 << mantissa_bits;
  for (int e = 0; e < exponents; ++e) {
    for (int m = 0; m < steps; ++m) {
      all.push_back(std::ldexp(e == 0 ? m : steps + m, std::max(e, 1) - bias - mantissa_bits));
    }
  }
  return all;
}

std::vector<double> e4m3() {
  std::vector<double> all = values(16, 3, 7);
  all.pop_back();  // NaN
  return all;
}

// By looking at every value; a tie to the even code, beyond the last the last.
double nearest(const std::vector<double>& all, double x) {
  x = std::min(x, all.back());
  std::size_t best = 0;
  for (std::size_t k = 1; k < all.size(); ++k) {
    const double here = std::fabs(all[k] - x), there = std::fabs(all[best] - x);
    if (here < there || (here == there && k % 2 == 0)) best = k;
  }
  return all[best];
}

// The powers of two of float32 and their neighbours above, each with its floor(log2).
template <typename Each>
void each_reach(Each&& each) {
  for (int e = -149; e <= 127; ++e) {
    const auto whole = static_cast<float>(std::ldexp(1.0, e));
    each(whole, e);
    if (e > -149) each(std::nextafter(whole, 0.0f), e - 1);
    if (e > -149) each(std::nextafter(whole, FLT_MAX), e);
  }
  each(FLT_MAX, 127);
}

}  // namespace

TEST_CASE(
    "scales: OCP's floor rule is 2^(floor(log2 reach) − emax), at powers of two and their "
    "neighbours") {
  for (const Top& top : kTops) {
    CAPTURE(top.largest);
    each_reach([&](float reach, int log2) {
      CAPTURE(reach);
      CHECK(stored_scale(ScaleType::E8m0, static_cast<double>(reach), top.largest) ==
            power(log2 - top.emax));
    });
  }
}

TEST_CASE("scales: the floor rule by hand") {
  // 6.3 of the specification with FP4: a largest magnitude of 6 or 7.99 leaves the scale 1, 8 makes
  // it 2, 3.99 ½.
  const auto scale = [](double reach) { return stored_scale(ScaleType::E8m0, reach, 6); };
  CHECK(scale(4) == 1);
  CHECK(scale(6) == 1);
  CHECK(scale(7.99) == 1);
  CHECK(scale(8) == 2);
  CHECK(scale(3.99) == 0.5f);
  CHECK(stored_scale(ScaleType::E8m0, 1, 127.0 / 64) == 1);
  CHECK(stored_scale(ScaleType::E8m0, 448, 448) == 1);
  CHECK(stored_scale(ScaleType::E8m0, 511, 448) == 1);
  CHECK(stored_scale(ScaleType::E8m0, 512, 448) == 2);
}

TEST_CASE(
    "scales: the ceil rule is the least power of two that clips nothing, where float32 holds its "
    "levels") {
  for (const Top& top : kTops) {
    CAPTURE(top.largest);
    const auto check = [&](float reach) {
      CAPTURE(reach);
      int e = -300;
      while (top.largest * std::ldexp(1.0, e) < static_cast<double>(reach)) ++e;
      const bool overflows = top.largest * std::ldexp(1.0, e) > static_cast<double>(FLT_MAX);
      const float scale =
          stored_scale(ScaleType::E8m0Ceil, static_cast<double>(reach), top.largest);
      CHECK(scale == power(overflows ? e - 1 : e));
      CHECK(std::isfinite(static_cast<float>(top.largest) * scale));
      if (!overflows) CHECK(static_cast<double>(scale) * top.largest >= static_cast<double>(reach));
    };
    each_reach([&](float reach, int) { check(reach); });
    // At the largest level itself and beside it.
    for (int e = -100; e <= 100; e += 20) {
      const auto exact = static_cast<float>(std::ldexp(top.largest, e));
      check(exact);
      check(std::nextafter(exact, FLT_MAX));
      check(std::nextafter(exact, 0.0f));
    }
  }
}

TEST_CASE("scales: float32 is the nearest, above zero and with levels that float32 holds") {
  inputs::Random random(1);
  for (const Top& top : kTops) {
    for (int i = 0; i < 500; ++i) {
      const auto reach = static_cast<float>(std::exp2(random.uniform() * 240 - 120));
      const float scale = stored_scale(ScaleType::Float32, static_cast<double>(reach), top.largest);
      CHECK(scale == static_cast<float>(static_cast<double>(reach) / top.largest));
    }
    CHECK(stored_scale(ScaleType::Float32, static_cast<double>(FLT_TRUE_MIN), top.largest) ==
          FLT_TRUE_MIN);
    const float most = stored_scale(ScaleType::Float32, static_cast<double>(FLT_MAX), top.largest);
    CHECK(std::isfinite(static_cast<float>(top.largest) * most));
    CHECK(static_cast<double>(most) * top.largest >= static_cast<double>(FLT_MAX) * (1 - 0x1p-22));
  }
}

TEST_CASE(
    "scales: float16 is the nearest half of the float32 scale, ties to even, at most 65504 and "
    "above zero") {
  const std::vector<double> halves = values(31, 10, 15);
  CHECK(halves.back() == 65504);
  inputs::Random random(2);
  const auto check = [&](float ideal) {
    const double expected = std::max(nearest(halves, static_cast<double>(ideal)), 0x1p-24);
    CHECK(stored_scale(ScaleType::Float16, static_cast<double>(ideal), 1) ==
          static_cast<float>(expected));
  };
  for (int i = 0; i < 200; ++i) {
    const std::size_t k =
        1 + static_cast<std::size_t>(random.uniform() * static_cast<double>(halves.size() - 1));
    const auto tie = static_cast<float>((halves[k - 1] + halves[k]) / 2);
    for (const float near : {tie, std::nextafter(tie, 0.0f), std::nextafter(tie, FLT_MAX)})
      check(near);
  }
  for (const float ideal :
       {65504.0f, 65519.0f, 65520.0f, 1e30f, FLT_MAX, 0x1p-24f, 0x1p-25f, 0x1p-26f, FLT_TRUE_MIN})
    check(ideal);
  // By hand: 2049 lies half-way between 2048 and 2050, 2051 between 2050 and 2052; the even ones
  // are 2048 and 2052.
  CHECK(stored_scale(ScaleType::Float16, 2049, 1) == 2048);
  CHECK(stored_scale(ScaleType::Float16, 2051, 1) == 2052);
  CHECK(stored_scale(ScaleType::Float16, 2049 * 7, 7) == 2048);
}

TEST_CASE("scales: a reach of zero has scale zero, and none is one") {
  for (const ScaleType type : {ScaleType::Float32, ScaleType::Float16, ScaleType::E8m0,
                               ScaleType::E8m0Ceil, ScaleType::E4m3, ScaleType::Nested}) {
    CHECK(stored_scale(type, 0, 6) == 0);
  }
  CHECK(stored_scale(ScaleType::None, 0, 6) == 1);
  CHECK(stored_scale(ScaleType::None, 123, 6) == 1);
  CHECK(is_shared(ScaleType::E4m3));
  CHECK(is_shared(ScaleType::Nested));
  for (const ScaleType type : {ScaleType::Float32, ScaleType::Float16, ScaleType::E8m0,
                               ScaleType::E8m0Ceil, ScaleType::None}) {
    CHECK_FALSE(is_shared(type));
  }
}

// NVIDIA, "Pretraining Large Language Models with NVFP4" (arXiv 2509.25149): the tensor's decode
// scale is amax/(6·448), a block's E4M3 scale is its amax/6 over that, to nearest even.
TEST_CASE("scales: NVFP4's two levels of scales") {
  const std::vector<double> fp8 = e4m3();
  REQUIRE(fp8.back() == 448);
  REQUIRE(fp8.size() == 127);
  inputs::Random random(3);
  for (const double size : {1.0, 1e-3, 1e30, 1e-30, 1.6e-42, 1e-43}) {
    std::vector<float> amax(300), scales(300);
    for (std::size_t i = 0; i < amax.size(); ++i) {
      amax[i] = static_cast<float>(size * std::exp2(-14 * random.uniform() * random.uniform()));
      scales[i] = stored_scale(ScaleType::E4m3, static_cast<double>(amax[i]), 6);
      const auto sixth = static_cast<float>(static_cast<double>(amax[i]) / 6);
      CHECK(scales[i] == (amax[i] > 0 ? std::max(sixth, FLT_TRUE_MIN) : 0));
    }
    scales[7] = 0;
    const std::vector<float> ideal = scales;
    const float tensor = *std::max_element(ideal.begin(), ideal.end()) / 448;
    if (size > 1e-38) {
      const double whole = *std::max_element(amax.begin(), amax.end());
      CHECK(static_cast<double>(tensor) == doctest::Approx(whole / (6 * 448)).epsilon(0x1p-22));
    }
    const float unit = std::max(tensor, FLT_TRUE_MIN);
    store_shared(ScaleType::E4m3, scales, 6);
    for (std::size_t i = 0; i < scales.size(); ++i) {
      CAPTURE(size);
      CAPTURE(ideal[i]);
      const double eighth = nearest(fp8, static_cast<double>(ideal[i] / unit));
      CHECK(scales[i] == static_cast<float>(eighth * static_cast<double>(unit)));
    }
  }
}

TEST_CASE(
    "scales: E4M3 by hand: the unit is the largest over 448, ties to even, half the least is "
    "zero") {
  // The unit is 1, and between 16 and 32 E4M3 goes in twos: 17 goes down to 16, 19 up to 20, both
  // of even codes.
  std::vector<float> scales{448, 17, 19, 0x1p-9f, 0x1p-10f, 0x1.8p-9f, 1e-6f, 0, 1};
  store_shared(ScaleType::E4m3, scales, 6);
  CHECK(scales == std::vector<float>{448, 16, 20, 0x1p-9f, 0, 0x1p-8f, 0, 0, 1});
  std::vector<float> zeros{0, 0, 0};
  store_shared(ScaleType::E4m3, zeros, 6);
  CHECK(zeros == std::vector<float>{0, 0, 0});
  std::vector<float> one{0.3f};
  store_shared(ScaleType::E4m3, one, 6);
  CHECK(one[0] == doctest::Approx(0.3).epsilon(0x1p-22));
}

TEST_CASE(
    "scales: shared scales of hostile tensors are finite, not negative, and leave zero zero") {
  for (const ScaleType type : {ScaleType::E4m3, ScaleType::Nested}) {
    for (const std::vector<float>& ideal :
         std::vector<std::vector<float>>{{0},
                                         {FLT_MAX},
                                         {FLT_MAX, 0, FLT_TRUE_MIN},
                                         {FLT_TRUE_MIN},
                                         {FLT_TRUE_MIN, 0},
                                         {1, 1000, 1e-30f},
                                         {FLT_MAX, FLT_MAX, FLT_MAX, FLT_MAX / 3},
                                         {FLT_MAX, FLT_MAX, 0},
                                         std::vector<float>(257, 0.1f),
                                         std::vector<float>(700, 3e38f)}) {
      std::vector<float> scales = ideal;
      store_shared(type, scales, 1);
      const float largest = *std::max_element(ideal.begin(), ideal.end());
      for (std::size_t i = 0; i < scales.size(); ++i) {
        CAPTURE(ideal[i]);
        CAPTURE(ideal.size());
        CHECK(std::isfinite(scales[i]));
        CHECK(scales[i] >= 0);
        CHECK(static_cast<double>(scales[i]) <= static_cast<double>(largest) * (1 + 0x1p-20));
        if (type == ScaleType::E4m3 && ideal[i] == 0) CHECK(scales[i] == 0);
      }
    }
  }
}

// The storage that each standard prints: FP32 32 bits, FP16 16, E8M0 8; NVFP4 8 a block and one
// float32; QLoRA 8 a block, a float32 for 256 of them and one for their mean.
TEST_CASE("scales: what they take") {
  for (const std::size_t n : {0u, 1u, 2u, 255u, 256u, 257u, 512u, 100000u}) {
    const auto count = static_cast<double>(n);
    CHECK(scale_bits(ScaleType::Float32, n) == 32 * count);
    CHECK(scale_bits(ScaleType::Float16, n) == 16 * count);
    CHECK(scale_bits(ScaleType::E8m0, n) == 8 * count);
    CHECK(scale_bits(ScaleType::E8m0Ceil, n) == 8 * count);
    CHECK(scale_bits(ScaleType::None, n) == 0);
    if (n == 0) continue;
    CHECK(scale_bits(ScaleType::E4m3, n) == 8 * count + 32);
    CHECK(scale_bits(ScaleType::Nested, n) == 8 * count + 32 * std::ceil(count / 256) + 32);
  }
}
