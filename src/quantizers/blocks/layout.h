#pragma once
// Where a block keeps its scales and its codes: one description for packing and unpacking, for
// every format. Source: the block structs of ggml (ggml-common.h) and its dequantize_row_*, the
// GGUF formats' definition.
#include <cstdint>

#include "quantizers/blocks.h"

namespace halfstep::blocks {

// `bits` of every code, stored a chunk of weights at a time: the chunk's L bytes hold weights j, j
// + L, j + 2L … in byte j, the first in the lowest bits.
struct Plane {
  std::uint8_t offset, bits;
  std::uint16_t chunk;
};

// How a block's part gets its scale d·s and its offset ∓m·(whole).
enum class Scales : std::uint8_t {
  One,        // d
  OneAndMin,  // d, and m that is added
  Nibbles,    // d·(low nibble) − m·(high nibble)
  SixPairs,   // d·(6 bits) − m·(6 bits)
  Six,        // d·(6 bits − 32)
  SixSplit,   // d·(6 bits − 32), stored in two fields
  Bytes,      // d·(signed byte)
  Power,      // 2^(byte − 128)
};

struct Layout {
  Scales kind;
  std::uint8_t d;       // where the half is; an m stands 2 bytes after it
  std::uint8_t scales;  // where the parts' whole numbers are
  Plane low, high;      // the code's low bits, and the bits above them or none
};

// The whole numbers that scale a block's parts, and the halves that they multiply.
struct Parts {
  float d = 0, m = 0;
  std::int16_t scale[kMostBlockWeights / 8];
  std::int16_t min[kMostBlockWeights / 8];
};

void load_scales(const Layout& layout, int parts, const std::uint8_t* bytes, Parts& to);
// `bytes` start as zeros; d and m are halves, so they are stored exactly.
void store_scales(const Layout& layout, int parts, const Parts& from, std::uint8_t* bytes);

void load_codes(const Layout& layout, int weights, const std::uint8_t* bytes, std::uint16_t* codes);
// `bytes` start as zeros.
void store_codes(const Layout& layout, int weights, const std::uint8_t* codes, std::uint8_t* bytes);

}  // namespace halfstep::blocks
