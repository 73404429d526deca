#pragma once
// What the coders' tables share: symbols by how often they occur, and numbers a symbol as bytes.
#include <cstdint>
#include <span>
#include <vector>

#include "coding/bytes.h"

namespace halfstep {

// The symbols whose count is above 0, the rarest first, equals by number. At most 2¹⁶ symbols.
std::vector<std::uint16_t> rising(std::span<const std::uint32_t> counts);

// Writes the values, among which long stretches of zeros, as varints; a zero is followed by how many more zeros come after it.
void write_symbols(ByteWriter& out, std::span<const std::uint32_t> values);
// Reads `count` values; false when the bytes do not begin with just that many.
bool read_symbols(ByteReader& in, std::size_t count, std::vector<std::uint32_t>& values);

}  // namespace halfstep
