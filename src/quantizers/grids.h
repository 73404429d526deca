#pragma once
// Levels that are given and not designed: NormalFloat, three and two levels, a person's own; and the quantization
// of scales themselves.
#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

#include "quantizers/codebook.h"
#include "result.h"

namespace halfstep {

// NF4: 16 levels in [−1, 1], for weights over the largest magnitude of their block. Levels: Dettmers et al., "QLoRA"
// (2023), appendix E. Edges: bitsandbytes' dQuantizeNF4, where x takes the upper level if it is greater than a printed
// threshold, the midpoint to float32's precision; so a tie goes down. Its kernels, and the default backend in
// PyTorch, multiply x by the reciprocal of the scale, which is float32's here, as in the latter.
Codebook nf4_grid();

// −1, 0, 1: RoundClip of BitNet b1.58 (Ma et al. 2024), whose round is half to even, so that a tie goes to 0.
Codebook ternary_grid();

// −1 and 1; zero goes to 1, as in XNOR-Net (Rastegari et al. 2016).
Codebook sign_grid();

// The levels in "0, 1.5, -2": 2 to 256 decimal numbers in any order with commas between them, finite and distinct as
// float32. Ties go up.
Result<Codebook> parse_levels(std::string_view text);

// bitsandbytes' create_dynamic_map(signed=True, max_exponent_bits=7, total_bits=8), after Dettmers (2016, 8-Bit
// Approximations): ±10^(k−6)·(the middles of 2^k equal parts of [0.1, 1]) for k = 0..6, 0 and 1. Each is the exact
// value rounded to float32; torch's own float32 arithmetic may be an ulp or two off. Edges as its dQuantize has
// them: midpoints rounded to float32, a tie to the even code.
Codebook dynamic_map();

// QLoRA's double quantization of scales as bitsandbytes does it (nested, block 256): their mean is subtracted, the
// rest over the largest magnitude of its block takes a level of dynamic_map(), and back. Float32 arithmetic but for
// the mean, a double rounded to float32. `out` has the size of `scales` and may be it; scales are finite. A scale
// far below the others may come back zero or negative.
void double_quantize(std::span<const float> scales, std::span<float> out);

// What that stores of scale i: the code of dynamic_map(), the magnitude of its block, and the mean of all.
inline constexpr std::size_t kScalesABlock = 256;
using PutDoubleQuantized = std::function<void(std::size_t i, std::size_t code, float absmax, float mean)>;
void double_quantized(std::span<const float> scales, const Codebook& map, const PutDoubleQuantized& put);

// How much that is: 8 bits a scale, 32 a block of 256, 32 for the mean.
double double_quantized_bits(std::size_t scales);

}  // namespace halfstep
