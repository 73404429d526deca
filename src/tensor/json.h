#pragma once
// A strict JSON reader (RFC 8259) that hands out values as they come and builds no tree.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace halfstep {

// Reads one text from front to back. The first thing that is not what was asked for ends the
// reading: every later call returns false, and failure() says what was wrong at byte position().
// Nesting beyond kMaxDepth fails; nothing recurses. Keys may repeat: what they mean is the
// caller's.
class JsonReader {
 public:
  static constexpr std::size_t kMaxDepth = 64;

  // `text` outlives the reader.
  explicit JsonReader(std::string_view text) : text_(text) {}

  bool ok() const { return failure_.empty(); }
  // "expected a string, found “[1]”"; empty while all is well.
  const std::string& failure() const { return failure_; }
  std::size_t position() const { return position_; }

  bool enter_object();
  // True: `key` is read and its value comes next. False: the object has closed, or !ok().
  bool next_member(std::string& key);
  bool enter_array();
  // True: a value comes next. False: the array has closed, or !ok().
  bool next_element();

  // A string as UTF-8, its escapes resolved. Bytes that are not UTF-8 and lone surrogates fail.
  bool read_string(std::string& out);
  // A whole number from 0 to 2^64 − 1, written without sign, fraction and exponent.
  bool read_whole(std::uint64_t& out);
  // Any value.
  bool skip_value();
  // Nothing but white space is left.
  bool finish();

 private:
  struct Level {
    char close;
    bool first;
  };

  bool fail(std::string why);
  bool expected(std::string_view what);
  void skip_space();
  bool at(char c) const { return position_ < text_.size() && text_[position_] == c; }
  bool take(char c);
  bool enter(char open, char close, std::string_view what);
  bool next_item();
  bool read_escape(std::string& out);
  bool read_hex4(std::uint32_t& code);
  bool read_number(std::string_view& token);
  bool skip_scalar();

  std::string_view text_;
  std::size_t position_ = 0;
  std::string failure_;
  std::array<Level, kMaxDepth> levels_{};
  std::size_t depth_ = 0;
};

}  // namespace halfstep
