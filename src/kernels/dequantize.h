#pragma once
// Codes back to values: the bits that `reconstruct` gives of weights with these codes.
#include <cstddef>
#include <cstdint>

namespace halfstep {

// q = (code − zero + offset)·step rounded to float32, a zero as +0. |code − zero| ≤ 2¹⁶.
void dequantize(const std::uint16_t* codes, std::size_t n, std::int32_t zero, float offset, float step, float* q);

// q = levels[code]·scale rounded to float32, a zero as +0.
void dequantize_book(const std::uint16_t* codes, std::size_t n, const float* levels, float scale, float* q);

}  // namespace halfstep
