#pragma once
// TQ1_0 and TQ2_0: −1, 0, 1 times the largest magnitude.
#include <cstddef>
#include <cstdint>

namespace halfstep::blocks {

// The codes 0, 1, 2 of TQ1_0's 256 weights, from its 52 bytes of five trits, the most significant
// first, as fractions of 256. Any byte gives trits.
void load_trits(const std::uint8_t* bytes, std::uint16_t* codes);
void store_trits(const std::uint8_t* codes, std::uint8_t* bytes);

// The scale is the largest magnitude; weights go to the nearest level, halves away from zero.
void encode_tq1_0(const float* x, std::size_t blocks, std::uint8_t* bytes);
void encode_tq2_0(const float* x, std::size_t blocks, std::uint8_t* bytes);

}  // namespace halfstep::blocks
