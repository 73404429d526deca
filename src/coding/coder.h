#pragma once
// The coders by name: how each writes its table and its stream, and reads them again.
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "coding/bytes.h"
#include "coding/rans.h"
#include "result.h"

namespace halfstep {

enum class Coder { Fixed, Huffman, Rans };

// "fixed", "huffman", "rans", in the order of the enumeration.
std::span<const std::string_view> coder_names();
std::string_view coder_name(Coder coder);
Result<Coder> parse_coder(std::string_view name);

// A coder made ready for codes that occur `counts` times each, up to 2¹⁶ of them, of which one occurs.
class Encoder {
 public:
  Encoder(Coder coder, std::span<const std::uint32_t> counts);

  std::span<const std::uint8_t> table() const { return table_.bytes(); }
  // The stream is no longer.
  std::uint64_t most_bytes() const { return most_bytes_; }
  // Writes the stream to the front of `room`, most_bytes() long; the bytes written.
  std::size_t encode(std::span<const std::uint16_t> codes, std::span<std::uint8_t> room) const;

 private:
  Coder coder_;
  std::uint32_t levels_;
  std::vector<std::uint32_t> lengths_;  // of Huffman
  RansModel model_;                     // of rANS
  ByteWriter table_;
  std::uint64_t most_bytes_ = 0;
};

// The inverse. Every answer is false for bytes that no Encoder wrote, as far as each can tell.
class Decoder {
 public:
  Decoder(Coder coder, std::uint32_t levels) : coder_(coder), levels_(levels) {}

  bool read_table(ByteReader& in);
  // Whether a stream of so many bytes may hold so many codes: asked before memory for them is.
  bool may_hold(std::uint64_t bytes, std::uint64_t codes) const;
  bool decode(std::span<const std::uint8_t> stream, std::span<std::uint16_t> codes) const;

 private:
  Coder coder_;
  std::uint32_t levels_;
  std::vector<std::uint32_t> lengths_;
  RansModel model_;
};

}  // namespace halfstep
