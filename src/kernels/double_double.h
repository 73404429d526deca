#pragma once
// Sums of 106 bits: a number as the unevaluated sum of two doubles (Dekker 1971; Knuth, TAOCP 4.2.2).
// Needs strict evaluation: no contraction, no reassociation. Relative error of each operation ≤ 2⁻¹⁰³.

namespace halfstep {

struct DoubleDouble {
  double high = 0, low = 0;

  double value() const { return high + low; }
};

// a + b exactly.
inline DoubleDouble two_sum(double a, double b) {
  const double sum = a + b;
  const double from_b = sum - a;
  return {sum, (a - (sum - from_b)) + (b - from_b)};
}

// a + b exactly, for |a| ≥ |b|.
inline DoubleDouble quick_two_sum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

// a·b exactly, where neither overflows 2⁹⁹⁶ nor the error underflows.
inline DoubleDouble two_product(double a, double b) {
  constexpr double kSplit = 134217729;  // 2²⁷ + 1
  const double product = a * b;
  const double wide_a = kSplit * a, wide_b = kSplit * b;
  const double a1 = wide_a - (wide_a - a), b1 = wide_b - (wide_b - b);
  const double a2 = a - a1, b2 = b - b1;
  return {product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2};
}

inline DoubleDouble operator+(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble high = two_sum(a.high, b.high), low = two_sum(a.low, b.low);
  const DoubleDouble sum = quick_two_sum(high.high, high.low + low.high);
  return quick_two_sum(sum.high, sum.low + low.low);
}

inline DoubleDouble operator-(DoubleDouble a) { return {-a.high, -a.low}; }
inline DoubleDouble operator-(DoubleDouble a, DoubleDouble b) { return a + -b; }

inline DoubleDouble operator*(DoubleDouble a, double b) {
  DoubleDouble product = two_product(a.high, b);
  product.low += a.low * b;
  return quick_two_sum(product.high, product.low);
}

}  // namespace halfstep
