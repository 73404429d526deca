#pragma once
// The noise gathered by where a weight stands among the levels.
#include <span>

#include "kernels/kernels.h"

namespace halfstep {

// Sums over weights of the noise in steps.
struct PlaceSums {
  double count = 0, n = 0, nn = 0;
};

// Adds n/step with n = x − q of the weights inside the range to the bin of u = x/divisor() − offset less
// the nearest whole number: [−½, ½) in bins.size() equal bins, in double. step > 0, and not a
// codebook's.
void place_sums(const float* x, const float* q, std::size_t n, const Cells& cells,
                std::span<PlaceSums> bins);

}  // namespace halfstep
