#include "coding/crc32.h"

#include <array>

#include "coding/bytes.h"

namespace halfstep {

namespace {

// tables[j][b]: what byte b does to the remainder when j more bytes follow it (Sarwate's table and its
// "slicing" by Kounavis & Berry, 2005). Made anew for each call, for they take 8 KB and few microseconds.
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

void fill(Tables& tables) {
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t remainder = b;
    for (int i = 0; i < 8; ++i) remainder = remainder >> 1 ^ (remainder & 1 ? 0xEDB88320u : 0);
    tables[0][b] = remainder;
  }
  for (std::size_t j = 1; j < tables.size(); ++j) {
    for (std::size_t b = 0; b < 256; ++b) {
      tables[j][b] = tables[j - 1][b] >> 8 ^ tables[0][tables[j - 1][b] & 0xFF];
    }
  }
}

}  // namespace

std::uint32_t crc32(std::span<const std::uint8_t> bytes) {
  Tables tables;
  fill(tables);
  std::uint32_t remainder = 0xFFFFFFFFu;
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    const std::uint32_t a = load_word(&bytes[i]) ^ remainder, b = load_word(&bytes[i + 4]);
    remainder = tables[7][a & 0xFF] ^ tables[6][a >> 8 & 0xFF] ^ tables[5][a >> 16 & 0xFF] ^
                tables[4][a >> 24] ^ tables[3][b & 0xFF] ^ tables[2][b >> 8 & 0xFF] ^
                tables[1][b >> 16 & 0xFF] ^ tables[0][b >> 24];
  }
  for (; i < bytes.size(); ++i) remainder = remainder >> 8 ^ tables[0][(remainder ^ bytes[i]) & 0xFF];
  return ~remainder;
}

}  // namespace halfstep
