#pragma once
// Codes back to values: the bits that `reconstruct` gives of weights with these codes.
#include <cstddef>
#include <cstdint>

#include "kernels/kernels.h"

namespace halfstep {

// q = Q of weights with these codes, as kernels.h defines it by `cells`, of which range, edges and the scale that codes
// were chosen under are not looked at. A zero is +0. Every code is below cells.levels(), of a codebook below its levels;
// `index` is the first weight's place in the tensor, for a dither that is taken off.
void dequantize(const std::uint16_t* codes, std::size_t n, const Cells& cells, std::uint32_t index, float* q);

}  // namespace halfstep
