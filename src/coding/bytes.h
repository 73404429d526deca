#pragma once
// Little-endian bytes out and in. A reader never passes its end: it answers false.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace halfstep {

// For headers and tables, which are small.
class ByteWriter {
 public:
  void byte(std::uint8_t value) { bytes_.push_back(value); }
  // Seven bits a byte, the lowest first.
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }
  void word(std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) byte(static_cast<std::uint8_t>(value >> shift));
  }
  void float32(float value) { word(__builtin_bit_cast(std::uint32_t, value)); }

  std::size_t size() const { return bytes_.size(); }
  std::span<const std::uint8_t> bytes() const { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

// Writes to the first four of `out`.
inline void store_word(std::uint8_t* out, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) out[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

inline std::uint32_t load_word(const std::uint8_t* in) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value |= static_cast<std::uint32_t>(in[i]) << (8 * i);
  return value;
}

class ByteReader {
 public:
  explicit ByteReader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  bool byte(std::uint8_t& value) {
    if (rest_.empty()) return false;
    value = rest_.front();
    rest_ = rest_.subspan(1);
    return true;
  }
  // False too for more than 64 bits.
  bool varint(std::uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      std::uint8_t next;
      if (!byte(next) || (shift == 63 && next > 1)) return false;
      value |= static_cast<std::uint64_t>(next & 0x7F) << shift;
      if (next < 0x80) return true;
    }
    return false;
  }
  bool word(std::uint32_t& value) {
    std::span<const std::uint8_t> four;
    if (!take(4, four)) return false;
    value = load_word(four.data());
    return true;
  }
  bool float32(float& value) {
    std::uint32_t bits;
    if (!word(bits)) return false;
    value = __builtin_bit_cast(float, bits);
    return true;
  }
  // The next `count` bytes as they are.
  bool take(std::uint64_t count, std::span<const std::uint8_t>& bytes) {
    if (count > rest_.size()) return false;
    bytes = rest_.first(static_cast<std::size_t>(count));
    rest_ = rest_.subspan(bytes.size());
    return true;
  }

  std::span<const std::uint8_t> rest() const { return rest_; }

 private:
  std::span<const std::uint8_t> rest_;
};

}  // namespace halfstep
