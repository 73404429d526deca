#include "tensor/wording.h"

#include <algorithm>

#include "tensor/utf8.h"

namespace halfstep {
namespace {

constexpr std::size_t kLongestName = 60;
constexpr std::size_t kMostAxes = 8;

// C0, DEL, C1, and the line and paragraph separators.
bool breaks_a_line(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return first < 0x20 || first == 0x7F;
  if (sequence.size() == 2) return first == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0;
  return sequence == "\xE2\x80\xA8" || sequence == "\xE2\x80\xA9";
}

}  // namespace

std::string quoted(std::string_view name) {
  std::string text = "“";
  std::size_t at = 0;
  for (std::size_t characters = 0; at < name.size() && characters < kLongestName; ++characters) {
    const std::size_t length = utf8_length(name, at);
    const std::string_view sequence = name.substr(at, std::max<std::size_t>(length, 1));
    text += length == 0 || breaks_a_line(sequence) ? std::string_view("?") : sequence;
    at += sequence.size();
  }
  return text + (at < name.size() ? "…”" : "”");
}

std::string spell_shape(const Shape& shape) {
  if (shape.empty()) return "()";
  std::string text = std::to_string(shape[0]);
  for (std::size_t axis = 1; axis < std::min(shape.size(), kMostAxes); ++axis) {
    text += " × " + std::to_string(shape[axis]);
  }
  return shape.size() > kMostAxes ? text + " × …" : text;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::string spell_bytes(std::uint64_t bytes) {
  return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
}

}  // namespace halfstep
