#pragma once
// The loops over groups of weights that share one grid of levels, each group under a scale of its own: what
// kernels.h does group by group, without its cost for each.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kernels/kernels.h"
#include "kernels/minifloat_shape.h"

namespace halfstep {

// What a group is under: its scale, the magnitude beyond which a weight is overload, and the scale that codes are
// chosen under, 0 of a range of zero.
struct GroupScale {
  float scale, reach, own;
};

// x is finite, n of them; every group has `group` weights, a multiple of 16, and the last one may have fewer.
struct GroupedKernels {
  std::string_view name;
  // The largest |x| of each group.
  void (*absmax)(const float* x, std::size_t n, std::size_t group, float* out);
  // Adds to `sums` the noise under the scales, one a group. `grid` has a book
  // of at most 16 levels, or any with a shape that is not of bias 127; its book_scale is not read. An own scale of
  // zero has Q = 0. Sums in float32 over 64 weights in four lanes, then double: |error| ≤ 18·u·Σ|term| + n·(v·Σ|term| + 2⁻¹⁴⁹),
  // where each |x| ≤ 2⁴⁰ and each scale is 0 or at least 2⁻⁴⁰.
  void (*noise)(const float* x, std::size_t n, std::size_t group, const GroupScale* scales, const Cells& grid,
                const MinifloatShape& shape, NoiseSums& sums);
};

const GroupedKernels& scalar_grouped();
const GroupedKernels& simd_grouped();

}  // namespace halfstep
