#include "coding/coder.h"

#include <algorithm>
#include <string>

#include "coding/fixed.h"
#include "coding/huffman.h"
#include "coding/symbols.h"
#include "tensor/wording.h"

namespace halfstep {

namespace {

constexpr std::string_view kCoders[] = {"fixed", "huffman", "rans"};

}  // namespace

std::span<const std::string_view> coder_names() { return kCoders; }
std::string_view coder_name(Coder coder) { return kCoders[static_cast<std::size_t>(coder)]; }

Result<Coder> parse_coder(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kCoders); ++i) {
    if (name == kCoders[i]) return static_cast<Coder>(i);
  }
  return Error{"There is no coder " + quoted(name) + "; the coders are fixed, huffman, rans."};
}

Encoder::Encoder(Coder coder, std::span<const std::uint32_t> counts)
    : coder_(coder), levels_(static_cast<std::uint32_t>(counts.size())) {
  switch (coder_) {
    case Coder::Fixed: {
      std::uint64_t total = 0;
      for (const std::uint32_t count : counts) total += count;
      most_bytes_ = fixed_bytes(total, fixed_width(levels_));
      break;
    }
    case Coder::Huffman:
      lengths_ = huffman_lengths(counts);
      write_symbols(table_, lengths_);
      most_bytes_ = (huffman_bits(counts, lengths_) + 7) / 8;
      break;
    case Coder::Rans:
      model_ = rans_model(counts);
      write_model(table_, model_);
      most_bytes_ = rans_most_bytes(model_, counts);
  }
}

std::size_t Encoder::encode(std::span<const std::uint16_t> codes, std::span<std::uint8_t> room) const {
  switch (coder_) {
    case Coder::Fixed: fixed_encode(codes, fixed_width(levels_), room); break;
    case Coder::Huffman: huffman_encode(lengths_, codes, room); break;
    case Coder::Rans: return rans_encode(model_, codes, room);
  }
  return room.size();
}

bool Decoder::read_table(ByteReader& in) {
  switch (coder_) {
    case Coder::Huffman: return read_lengths(in, levels_, lengths_);
    case Coder::Rans: return read_model(in, levels_, model_);
    default: return true;
  }
}

bool Decoder::may_hold(std::uint64_t bytes, std::uint64_t codes) const {
  switch (coder_) {
    case Coder::Huffman: return codes <= 8 * bytes;  // a bit a code at least
    case Coder::Rans: return rans_may_hold(model_, bytes, codes);
    default: return bytes == fixed_bytes(codes, fixed_width(levels_));
  }
}

bool Decoder::decode(std::span<const std::uint8_t> stream, std::span<std::uint16_t> codes) const {
  switch (coder_) {
    case Coder::Huffman: return huffman_decode(lengths_, stream, codes);
    case Coder::Rans: return rans_decode(model_, stream, codes);
    default: return fixed_decode(stream, levels_, codes);
  }
}

}  // namespace halfstep
