#pragma once
// The weights in rising order with cumulative sums: any monotone per-tensor quantizer is then measured
// from the ends of its cells, in time that grows with its levels and not with N.
//
// Σx and Σx² before every 64th weight are kept as double-doubles. x is a float32, so x² is exact in a double.
// A prefix differs from the next by a block's sums, good to 2⁻⁹⁴ of themselves, and one addition, good to
// 2⁻¹⁰³ of the prefix. What came before a cell cancels in the difference of its ends, so over all cells
// Σ(x − Q)² = S2 − 2Q·S1 + c·Q² errs by at most 2⁻⁹²·Σx² within the blocks and (N/64 + 8·cells)·2⁻¹⁰²·Σx² at their
// ends: for N ≤ 2³² by 2⁻⁷⁵·Σx². Relative 1e-9 of the noise as long as its SNR stays below 135 dB, that is as far
// as 16 bits go (101 dB), and to 180 dB for N = 2²⁴. A cell of one value is exact at any SNR.
#include <cstddef>
#include <cstdint>
#include <span>

#include "buffer.h"
#include "kernels/kernels.h"
#include "kernels/radix.h"
#include "result.h"

namespace halfstep {

class SortedIndex {
 public:
  static constexpr std::size_t kBlock = 64;

  // Takes the finite ones of x, which must outlive the building. An error when memory does not allow it.
  Status begin(std::span<const float> x);
  // One stretch of the work that is left; the fraction done, 1 when the index stands.
  double advance();

  // What it holds beside the weights, from the first to the last: 4 N + N/2 + N/16 bytes and less than a block more, 1.14
  // times a tensor of float32. Building takes nothing else: the sort works in the room of the sums.
  std::size_t bytes() const {
    return sorted_.size() * sizeof(float) + before_.size() * sizeof(PreciseSums) + heads_.size() * sizeof(float);
  }

  std::size_t size() const { return sorted_.size(); }
  std::span<const float> sorted() const { return sorted_.span(); }

  // Sums over the weights first … last − 1 in rising order.
  struct Sums {
    double x = 0, xx = 0;  // Σx, Σx²
  };
  Sums sums(std::size_t first, std::size_t last) const;
  // Of e = x − q: Σe, Σe², Σxe.
  ErrorSums errors(std::size_t first, std::size_t last, double q) const;

  // How many weights are below `edge`; those before `first` must be. Logarithmic in the distance from `first`.
  std::size_t below(float edge, std::size_t first = 0) const;
  // How many are not above it.
  std::size_t not_above(float edge) const;

 private:
  void accumulate();

  std::span<const float> from_;
  Buffer<float> sorted_;
  Buffer<PreciseSums> before_;  // of block i: sums of the weights before it
  Buffer<float> heads_;        // of block i: its first weight, densely, for searching
  RadixSort sort_;
  int stage_ = 0;
};

}  // namespace halfstep
