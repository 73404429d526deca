// Double-doubles against exact arithmetic on whole numbers of 128 bits.
#include "kernels/double_double.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

#include "inputs.h"
#include "kernels/kernels.h"

using namespace halfstep;

namespace {

__extension__ typedef __int128 Whole;

Whole whole(double x) { return static_cast<Whole>(x); }
Whole whole(DoubleDouble x) { return whole(x.high) + whole(x.low); }

// |a − b| ≤ 2^−103·scale.
bool close(DoubleDouble a, Whole b, Whole scale) {
  const Whole off = whole(a) > b ? whole(a) - b : b - whole(a);
  return off <= 1 || static_cast<double>(off) <= static_cast<double>(scale < 0 ? -scale : scale) * 0x1p-103;
}

class Numbers {
 public:
  // Any whole number below 2^bits in size.
  double whole_double(int bits) {
    const auto size = static_cast<double>(engine_() >> (64 - std::min(bits, 53)));
    const double shifted = std::ldexp(size, std::max(0, bits - 53));
    return engine_() % 2 ? shifted : -shifted;
  }
  DoubleDouble double_double(int bits) {
    const double high = whole_double(bits);
    return quick_two_sum(high, bits > 54 ? whole_double(bits - 54) : 0);
  }

 private:
  std::mt19937_64 engine_{11};
};

}  // namespace

TEST_CASE("double-double: two_sum and two_product lose nothing") {
  Numbers numbers;
  for (int i = 0; i < 20000; ++i) {
    const double a = numbers.whole_double(1 + i % 100), b = numbers.whole_double(1 + i / 7 % 100);
    const DoubleDouble sum = two_sum(a, b);
    CHECK(whole(sum) == whole(a) + whole(b));
    CHECK(sum.high == a + b);
    const DoubleDouble quick = std::fabs(a) >= std::fabs(b) ? quick_two_sum(a, b) : quick_two_sum(b, a);
    CHECK(whole(quick) == whole(a) + whole(b));
    const double p = numbers.whole_double(1 + i % 53), q = numbers.whole_double(1 + i / 53 % 53);
    const DoubleDouble product = two_product(p, q);
    CHECK(whole(product) == whole(p) * whole(q));
    CHECK(product.high == p * q);
  }
}

TEST_CASE("double-double: sums, differences and products are good to 103 bits") {
  Numbers numbers;
  for (int i = 0; i < 20000; ++i) {
    const DoubleDouble a = numbers.double_double(1 + i % 106), b = numbers.double_double(1 + i / 5 % 106);
    CHECK(close(a + b, whole(a) + whole(b), whole(a) + whole(b)));
    CHECK(close(a - b, whole(a) - whole(b), whole(a) - whole(b)));
    CHECK(whole(-a) == -whole(a));
    const DoubleDouble c = numbers.double_double(1 + i % 72);
    const double d = numbers.whole_double(1 + i / 72 % 53);
    CHECK(close(c * d, whole(c) * whole(d), whole(c) * whole(d)));
    CHECK(c.value() == c.high + c.low);
  }
}

// x is a multiple of 2⁻²⁰: both sums are whole numbers of 2⁻⁴⁰.
TEST_CASE("precise sums: both kernels against whole numbers, at every length") {
  inputs::Random random(3);
  for (const std::size_t n : {0u, 1u, 2u, 3u, 4u, 5u, 63u, 64u, 65u, 1000u}) {
    std::vector<float> x(n);
    Whole sum = 0, squares = 0;
    for (float& value : x) {
      const double units = std::floor(random.normal() * (random.uniform() < 0.5 ? 8 : 1e12));
      value = static_cast<float>(units * 0x1p-20);
      const Whole exact = whole(static_cast<double>(value) * 0x1p20);
      sum += exact;
      squares += exact * exact;
    }
    inputs::AtTheEnd guarded(x, n % 4);
    for (const Kernels* k : {&scalar_kernels(), &simd_kernels()}) {
      const PreciseSums sums = k->precise_sums(guarded.data(), n);
      CHECK(whole(DoubleDouble{sums.x.high * 0x1p20, sums.x.low * 0x1p20}) == sum);
      CHECK(whole(DoubleDouble{sums.xx.high * 0x1p40, sums.xx.low * 0x1p40}) == squares);
    }
  }
}

TEST_CASE("precise sums: what is lost beside 2^60 is kept") {
  // In every place of a vector, and in what is left of one.
  std::vector<float> x(4, 0x1p60f);
  x.insert(x.end(), 4, 1);
  x.insert(x.end(), 4, -0x1p60f);
  x.insert(x.end(), {0x1p60f, 0x1p-30f, -0x1p60f});
  for (const Kernels* k : {&scalar_kernels(), &simd_kernels()}) {
    CHECK(k->precise_sums(x.data(), x.size()).x.value() == 4 + 0x1p-30);
  }
}
