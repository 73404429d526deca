#include "coding/symbols.h"

#include <algorithm>

namespace halfstep {

std::vector<std::uint16_t> rising(std::span<const std::uint32_t> counts) {
  std::vector<std::uint64_t> ranks;
  for (std::size_t s = 0; s < counts.size(); ++s) {
    if (counts[s] > 0) ranks.push_back(std::uint64_t{counts[s]} << 16 | s);
  }
  std::sort(ranks.begin(), ranks.end());
  std::vector<std::uint16_t> symbols;
  for (const std::uint64_t rank : ranks) symbols.push_back(static_cast<std::uint16_t>(rank));
  return symbols;
}

void write_symbols(ByteWriter& out, std::span<const std::uint32_t> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    out.varint(values[i]);
    if (values[i] != 0) continue;
    std::size_t more = 0;
    while (i + 1 < values.size() && values[i + 1] == 0) ++i, ++more;
    out.varint(more);
  }
}

bool read_symbols(ByteReader& in, std::size_t count, std::vector<std::uint32_t>& values) {
  values.clear();
  while (values.size() < count) {
    std::uint64_t value, more = 0;
    if (!in.varint(value) || value > UINT32_MAX) return false;
    if (value == 0 && (!in.varint(more) || more > count - values.size() - 1)) return false;
    values.insert(values.end(), static_cast<std::size_t>(more) + 1, static_cast<std::uint32_t>(value));
  }
  return true;
}

}  // namespace halfstep
