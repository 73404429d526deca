#pragma once
// The weights in rising order with cumulative sums: any monotone per-tensor quantizer is then measured
// from the ends of its cells, in time that grows with its levels and not with N.
//
// Σx and Σx² before every 64th weight are kept as double-doubles. x is a float32, so x² is exact in a
// double and N ≤ 2³² of them sum with a relative error below 2⁻⁷⁰: a cell's Σ(x − Q)² = S2 − 2Q·S1 + c·Q²
// loses at most (max|x|/Δ)² ≤ 2³⁴ to cancellation at 16 bits and keeps a relative error below 2⁻³⁶·2⁻⁵³⁺³⁶,
// that of the final rounding to double. Against the direct pass in double: relative 1e-9 and better.
#include <cstddef>
#include <cstdint>
#include <span>

#include "buffer.h"
#include "kernels/kernels.h"
#include "kernels/radix.h"
#include "measures/double_double.h"
#include "result.h"

namespace halfstep {

class SortedIndex {
 public:
  static constexpr std::size_t kBlock = 64;

  // Beside a tensor of N weights: 4 N + N/2 bytes, and 4 N more while building.
  static double bytes_needed(std::size_t count) { return 8.5 * static_cast<double>(count); }

  // Takes the finite ones of x. An error when memory does not allow it.
  Status begin(std::span<const float> x);
  // One stretch of the work that is left; the fraction done, 1 when the index stands.
  double advance();

  std::size_t size() const { return sorted_.size(); }
  std::span<const float> sorted() const { return sorted_.span(); }

  // Sums over the weights first … last − 1 in rising order.
  struct Sums {
    double x = 0, xx = 0;  // Σx, Σx²
  };
  Sums sums(std::size_t first, std::size_t last) const;
  // Σ(x − q), Σ(x − q)².
  ErrorSums errors(std::size_t first, std::size_t last, double q) const;

  // How many weights are below `edge`, and how many are not above it.
  std::size_t below(float edge) const;
  std::size_t not_above(float edge) const;

 private:
  struct Cumulative {
    DoubleDouble x, xx;
  };
  void accumulate();

  Buffer<float> sorted_, scratch_;
  Buffer<Cumulative> before_;  // of block i: sums of the weights before it
  RadixSort sort_;
  int stage_ = 0;
};

// The first place after `first` where `beyond(x)` holds, or `last`. `beyond` is false at `first` and
// monotone. Gallops, so the cost is logarithmic in the distance.
template <typename Beyond>
std::size_t gallop(std::span<const float> sorted, std::size_t first, std::size_t last, Beyond&& beyond) {
  std::size_t inside = first, stride = 1;
  while (inside + stride < last && !beyond(sorted[inside + stride])) {
    inside += stride;
    stride *= 2;
  }
  std::size_t outside = inside + stride < last ? inside + stride : last;
  while (outside - inside > 1) {
    const std::size_t middle = inside + (outside - inside) / 2;
    (beyond(sorted[middle]) ? outside : inside) = middle;
  }
  return outside;
}

}  // namespace halfstep
