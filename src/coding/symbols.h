#pragma once
// A table of small whole numbers, one a symbol, with long stretches of zeros.
#include <cstdint>
#include <span>
#include <vector>

#include "coding/bytes.h"

namespace halfstep {

// Writes the values as varints; a zero is followed by how many more zeros come after it.
void write_symbols(ByteWriter& out, std::span<const std::uint32_t> values);
// Reads `count` values; false when the bytes do not begin with just that many.
bool read_symbols(ByteReader& in, std::size_t count, std::vector<std::uint32_t>& values);

}  // namespace halfstep
