#pragma once
// The weights that share a scale, looked at one by one.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "quantizers/plan.h"

namespace halfstep {

// Of a segment with more weights than this the first so many are looked at.
inline constexpr std::size_t kMostSeen = 256;

// Weight i of those seen is levels[codes[i]]·scales[i/part] + offsets[i/part], in float32, the product first.
struct Segment {
  std::size_t begin = 0, count = 0;    // its place in the tensor, and its weights
  std::size_t part = 1;                // weights that share a scale and an offset
  std::vector<float> levels;           // what a code stands for before its scale, rising; none of a lattice
  std::vector<float> scales, offsets;  // one a part
  // Of the weights seen: x, Q(x), and the place of the code among the levels, where there are some. NaN goes as 0.
  std::vector<float> weights, quantized;
  std::vector<std::uint32_t> codes;
};

// Segment `index` of the plan of these weights. An error where there is none of this number.
Result<Segment> segment(const Weights& weights, const Plan& plan, std::size_t index);

// The same of one block of a storage layout; x holds at most `codec.weights` of them and is filled up with zeros.
// Its values are those that `codec.decode` gives.
Segment open_block(const BlockCodec& codec, std::span<const float> x);

}  // namespace halfstep
