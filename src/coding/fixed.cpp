#include "coding/fixed.h"

#include <algorithm>
#include <bit>

namespace halfstep {

int fixed_width(std::uint32_t levels) { return static_cast<int>(std::bit_width(levels - 1)); }

std::uint64_t fixed_bytes(std::uint64_t count, int width) {
  return (count * static_cast<std::uint64_t>(width) + 7) / 8;
}

void fixed_encode(std::span<const std::uint16_t> codes, int width, std::span<std::uint8_t> out) {
  std::uint8_t* next = out.data();
  std::uint32_t pending = 0;
  int held = 0;
  for (const std::uint16_t code : codes) {
    pending |= static_cast<std::uint32_t>(code) << held;
    for (held += width; held >= 8; held -= 8, pending >>= 8) *next++ = static_cast<std::uint8_t>(pending);
  }
  if (held > 0) *next = static_cast<std::uint8_t>(pending);
}

bool fixed_decode(std::span<const std::uint8_t> bytes, std::uint32_t levels, std::span<std::uint16_t> codes) {
  const int width = fixed_width(levels);
  if (bytes.size() != fixed_bytes(codes.size(), width)) return false;
  const std::uint8_t* next = bytes.data();
  const std::uint32_t mask = (std::uint32_t{1} << width) - 1;
  std::uint32_t pending = 0, largest = 0;
  int held = 0;
  for (std::uint16_t& code : codes) {
    for (; held < width; held += 8) pending |= static_cast<std::uint32_t>(*next++) << held;
    code = static_cast<std::uint16_t>(pending & mask);
    largest = std::max<std::uint32_t>(largest, code);
    pending >>= width;
    held -= width;
  }
  return largest < levels && pending == 0;
}

}  // namespace halfstep
