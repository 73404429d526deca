#pragma once
// The SIMD twins that count into a table; their contracts are in kernels.h.
#include "kernels/kernels.h"

namespace halfstep::simd {

void count_codes(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, std::uint32_t* counts);
void histogram(const float* x, std::size_t n, Bins& bins);
void noise_histogram(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, Bins& bins);

}  // namespace halfstep::simd
