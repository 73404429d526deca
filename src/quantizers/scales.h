#pragma once
// How a scale is stored: the ideal one of a range in, the stored one out, and what storing costs.
#include <cstddef>
#include <span>

#include "kernels/grouped.h"
#include "quantizers/cells.h"
#include "request.h"

namespace halfstep {

// The float32 nearest to `ideal` that neither vanishes for an ideal above zero nor overflows float32 when
// `largest` of it are taken.
float representable_scale(double ideal, double largest);

// Whether what is stored of one scale depends on the tensor's others.
bool is_shared(ScaleType type);

// What is stored of one scale whose levels shall reach `reach` ≥ 0 with the largest of them at `top` scales.
// Of a shared type the float32 that it starts from. A reach of zero has scale zero.
//   E8m0      2^(floor(log2 reach) − floor(log2 top)), held to 2^±127: OCP Microscaling v1.0, section 6.3
//   E8m0Ceil  the least power of two with top·scale ≥ reach, of those whose top·scale is a float32
//   Float16   the nearest, at most 65504 and at least 2⁻²⁴
float stored_scale(ScaleType type, double reach, double top);

// Whether codes are chosen under the range's own scale, as float32, and what is stored serves Q alone: bitsandbytes
// quantizes its scales once the codes stand.
constexpr bool chosen_before(ScaleType type) { return type == ScaleType::Nested; }

// Stores the scales of a whole tensor, of a shared type, in place; float32 holds `largest` of each.
//   E4m3    t·fl8(scale/t), t = (largest scale)/448 in float32 and above zero, fl8 the nearest E4M3
//   Nested  double_quantize of grids.h, at least 0
void store_shared(ScaleType type, std::span<float> scales, double largest);

// The same for all symmetric ranges of a grid whose larger end is `top` scales, with where overload begins: the end
// of the levels, of scales that codes are chosen under as float32 that of the range. `scratch` is as long as they.
void store_scales(ScaleType type, std::span<const Interval> ranges, float top, std::span<float> scratch,
                  std::span<GroupScale> stored);

// Bits that `count` scales take.
double scale_bits(ScaleType type, std::size_t count);

}  // namespace halfstep
