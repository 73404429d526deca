#pragma once
// The SIMD twin of precise_sums; its contract is in kernels.h.
#include "kernels/kernels.h"

namespace halfstep::simd {

PreciseSums precise_sums(const float* x, std::size_t n);

}  // namespace halfstep::simd
