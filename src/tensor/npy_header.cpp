#include "tensor/npy_header.h"

#include "tensor/wording.h"

namespace halfstep {
namespace {

constexpr std::size_t kMostAxes = 64;

// Reads a literal from front to back; the first failure is kept in `error`.
class LiteralReader {
 public:
  explicit LiteralReader(std::string_view text) : text_(text) {}

  bool read(NpyHeader& header);
  const Error& error() const { return error_; }

 private:
  bool fail(std::string sentence) {
    error_.sentence = std::move(sentence);
    return false;
  }
  bool expected(std::string_view what) {
    const std::string found =
        position_ < text_.size() ? quoted(text_.substr(position_, 12)) : "its end";
    return fail("This .npy file's header is malformed at byte " + std::to_string(position_) +
                ": expected " + std::string(what) + ", found " + found + ".");
  }
  void skip_space() {
    while (position_ < text_.size() &&
           std::string_view(" \t\n\r\f").find(text_[position_]) != std::string_view::npos) {
      ++position_;
    }
  }
  char peek() {
    skip_space();
    return position_ < text_.size() ? text_[position_] : '\0';
  }
  bool take(char c) {
    if (c != peek() || position_ == text_.size()) return false;
    ++position_;
    return true;
  }
  bool read_string(std::string_view& out, std::string_view what);
  bool read_bool(bool& out);
  bool read_whole(std::uint64_t& out);
  bool read_shape(Shape& out);
  bool read_descr(std::string& out);

  std::string_view text_;
  std::size_t position_ = 0;
  Error error_;
};

bool LiteralReader::read_string(std::string_view& out, std::string_view what) {
  const char quote = peek();
  if (quote != '\'' && quote != '"') return expected(what);
  const std::size_t end = text_.find(quote, position_ + 1);
  if (end == std::string_view::npos)
    return fail("This .npy file's header has a string without its end.");
  out = text_.substr(position_ + 1, end - position_ - 1);
  position_ = end + 1;
  return true;
}

bool LiteralReader::read_descr(std::string& out) {
  if (peek() == '[' || peek() == '(') {
    return fail(
        "This .npy file holds records (a structured dtype); the lab opens arrays of plain "
        "numbers.");
  }
  std::string_view word;
  if (!read_string(word, "the element type as a string")) return false;
  out = word;
  return true;
}

bool LiteralReader::read_bool(bool& out) {
  skip_space();
  for (const bool value : {false, true}) {
    const std::string_view word = value ? "True" : "False";
    if (text_.substr(position_, word.size()) == word) {
      out = value;
      position_ += word.size();
      return true;
    }
  }
  return expected("True or False");
}

bool LiteralReader::read_whole(std::uint64_t& out) {
  skip_space();
  const std::size_t begin = position_;
  out = 0;
  for (; position_ < text_.size() && text_[position_] >= '0' && text_[position_] <= '9';
       ++position_) {
    const auto digit = static_cast<std::uint64_t>(text_[position_] - '0');
    if (out > (UINT64_MAX - digit) / 10) {
      return fail("This .npy file's shape has an axis longer than 2^64.");
    }
    out = out * 10 + digit;
  }
  const std::string_view digits = text_.substr(begin, position_ - begin);
  if (digits.empty() || (digits.size() > 1 && digits[0] == '0')) {
    position_ = begin;
    return expected("a whole number");
  }
  if (position_ < text_.size() && text_[position_] == 'L') ++position_;
  return true;
}

bool LiteralReader::read_shape(Shape& out) {
  if (!take('(')) return expected("the shape as a tuple");
  while (!take(')')) {
    std::uint64_t length = 0;
    if (!read_whole(length)) return false;
    if (out.size() == kMostAxes) {
      return fail("This .npy file's shape has more than " + std::to_string(kMostAxes) + " axes.");
    }
    out.push_back(length);
    if (take(',')) continue;
    // "(3)" is a number in Python, not a tuple.
    if (out.size() == 1 || !take(')')) return expected("“,”");
    return true;
  }
  return true;
}

bool LiteralReader::read(NpyHeader& header) {
  constexpr std::string_view kKeys[] = {"descr", "fortran_order", "shape"};
  bool seen[3] = {};
  if (!take('{')) return expected("“{”");
  while (!take('}')) {
    std::string_view key;
    if (!read_string(key, "a key")) return false;
    std::size_t which = 0;
    while (which < 3 && kKeys[which] != key) ++which;
    if (which == 3)
      return fail("This .npy file's header has the key " + quoted(key) +
                  ", which is not of the format.");
    if (seen[which]) return fail("This .npy file's header has the key " + quoted(key) + " twice.");
    seen[which] = true;
    if (!take(':')) return expected("“:”");
    const bool read = which == 0   ? read_descr(header.descr)
                      : which == 1 ? read_bool(header.fortran_order)
                                   : read_shape(header.shape);
    if (!read) return false;
    if (!take(',') && peek() != '}') return expected("“,” or “}”");
  }
  for (std::size_t which = 0; which < 3; ++which) {
    if (!seen[which])
      return fail("This .npy file's header lacks the key " + quoted(kKeys[which]) + ".");
  }
  skip_space();
  return position_ == text_.size() || expected("nothing more");
}

}  // namespace

Result<NpyHeader> read_npy_header(std::string_view text) {
  NpyHeader header;
  LiteralReader reader(text);
  if (!reader.read(header)) return reader.error();
  return header;
}

}  // namespace halfstep
