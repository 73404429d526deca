#pragma once
// Formats with a storage layout of their own, a block of weights at a time: weights in, bytes out, and back.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace halfstep {

inline constexpr int kMostBlockWeights = 256;

// A block taken apart. Weight i is levels[codes[i]]·scales[i/part] + offsets[i/part], in float32, the product
// first; an offset of −0 leaves every value as it is.
struct BlockView {
  std::uint16_t codes[kMostBlockWeights];
  float scales[kMostBlockWeights / 8];
  float offsets[kMostBlockWeights / 8];
};

// One format, named as GGUF names it, in lower case. Blocks follow one another without gaps; bytes are
// little-endian. Weights are finite float32.
struct BlockCodec {
  std::string_view name;          // "q4_0"
  int weights;                    // of a block
  int bytes;                      // of a block, scales included
  int part;                       // weights that share a scale and an offset; at least 8, divides `weights`
  std::span<const float> levels;  // what a code stands for before its scale, rising
  void (*encode)(const float* x, std::size_t blocks, std::uint8_t* bytes);
  // Any bytes at all decode, to the bits of the reference.
  void (*decode)(const std::uint8_t* bytes, std::size_t blocks, float* x);
  void (*open)(const std::uint8_t* bytes, BlockView& view);
  // The bytes of a block that are not its codes', in order; and a block of them and of codes as `open` gives them, whose
  // values are the same to the bit, but that a zero may lose its sign.
  int side_bytes;
  void (*side)(const std::uint8_t* bytes, std::uint8_t* side);
  void (*join)(const std::uint8_t* side, const std::uint16_t* codes, std::uint8_t* bytes);
};

// Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q2_K Q3_K Q4_K Q5_K Q6_K IQ4_NL IQ4_XS TQ1_0 TQ2_0 MXFP4.
std::span<const BlockCodec> block_codecs();
// Null for an unknown name.
const BlockCodec* find_block_codec(std::string_view name);

}  // namespace halfstep
