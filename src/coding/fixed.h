#pragma once
// Every code in equally many bits, the lowest bit first.
#include <cstdint>
#include <span>

namespace halfstep {

// Bits that tell `levels` codes apart: ⌈log2 levels⌉.
int fixed_width(std::uint32_t levels);
std::uint64_t fixed_bytes(std::uint64_t count, int width);

// `out` is fixed_bytes long; every code is below 2^width, and width at most 16.
void fixed_encode(std::span<const std::uint16_t> codes, int width, std::span<std::uint8_t> out);

// The inverse. False when a code is not below `levels` or the last byte is filled up with ones.
bool fixed_decode(std::span<const std::uint8_t> bytes, std::uint32_t levels, std::span<std::uint16_t> codes);

}  // namespace halfstep
