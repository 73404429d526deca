#include "tensor/json.h"

#include "tensor/utf8.h"
#include "tensor/wording.h"

namespace halfstep {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::uint32_t code, std::string& out) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

}  // namespace

bool JsonReader::fail(std::string why) {
  if (ok()) failure_ = std::move(why);
  return false;
}

bool JsonReader::expected(std::string_view what) {
  const std::string found =
      position_ < text_.size() ? quoted(text_.substr(position_, 12)) : "the end";
  return fail("expected " + std::string(what) + ", found " + found);
}

void JsonReader::skip_space() {
  while (at(' ') || at('\t') || at('\n') || at('\r')) ++position_;
}

bool JsonReader::take(char c) {
  if (!at(c)) return false;
  ++position_;
  return true;
}

bool JsonReader::enter(char open, char close, std::string_view what) {
  if (!ok()) return false;
  skip_space();
  if (!at(open)) return expected(what);
  if (depth_ == kMaxDepth)
    return fail("more than " + std::to_string(kMaxDepth) + " levels of nesting");
  ++position_;
  levels_[depth_++] = {close, true};
  return true;
}

bool JsonReader::enter_object() { return enter('{', '}', "an object"); }
bool JsonReader::enter_array() { return enter('[', ']', "an array"); }

// Steps over the comma before an item, or over the closing bracket.
bool JsonReader::next_item() {
  if (!ok()) return false;
  Level& level = levels_[depth_ - 1];
  skip_space();
  if (take(level.close)) {
    --depth_;
    return false;
  }
  if (!level.first) {
    if (!take(',')) return expected(level.close == '}' ? "“,” or “}”" : "“,” or “]”");
    skip_space();
    if (at(level.close)) return fail("a comma with nothing after it");
  }
  level.first = false;
  return true;
}

bool JsonReader::next_member(std::string& key) {
  if (!next_item() || !read_string(key)) return false;
  skip_space();
  return take(':') || expected("“:”");
}

bool JsonReader::next_element() { return next_item(); }

bool JsonReader::read_hex4(std::uint32_t& code) {
  code = 0;
  for (int i = 0; i < 4; ++i, ++position_) {
    const char c = position_ < text_.size() ? text_[position_] : '\0';
    const char lower = static_cast<char>(c | 0x20);
    if (is_digit(c)) {
      code = code * 16 + static_cast<std::uint32_t>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      code = code * 16 + static_cast<std::uint32_t>(lower - 'a' + 10);
    } else {
      return expected("four hexadecimal digits");
    }
  }
  return true;
}

// What follows a backslash.
bool JsonReader::read_escape(std::string& out) {
  constexpr std::string_view kNames = "\"\\/bfnrt", kValues = "\"\\/\b\f\n\r\t";
  if (position_ < text_.size()) {
    const std::size_t which = kNames.find(text_[position_]);
    if (which != std::string_view::npos) {
      ++position_;
      out += kValues[which];
      return true;
    }
  }
  if (!take('u')) return expected("an escape");
  std::uint32_t code = 0;
  if (!read_hex4(code)) return false;
  if (code >= 0xDC00 && code <= 0xDFFF) return fail("half of a surrogate pair");
  if (code >= 0xD800 && code <= 0xDBFF) {
    std::uint32_t low = 0;
    if (!take('\\') || !take('u')) return fail("half of a surrogate pair");
    if (!read_hex4(low)) return false;
    if (low < 0xDC00 || low > 0xDFFF) return fail("half of a surrogate pair");
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  }
  append_utf8(code, out);
  return true;
}

bool JsonReader::read_string(std::string& out) {
  if (!ok()) return false;
  out.clear();
  skip_space();
  if (!take('"')) return expected("a string");
  std::size_t plain = position_;
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (c == '"') {
      out.append(text_.substr(plain, position_ - plain));
      ++position_;
      return true;
    }
    if (c == '\\') {
      out.append(text_.substr(plain, position_ - plain));
      ++position_;
      if (!read_escape(out)) return false;
      plain = position_;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      return fail("a control character inside a string");
    } else {
      const std::size_t length = utf8_length(text_, position_);
      if (length == 0) return fail("bytes that are not UTF-8");
      position_ += length;
    }
  }
  return fail("a string without its end");
}

bool JsonReader::read_number(std::string_view& token) {
  const std::size_t begin = position_;
  const auto digits = [&] {
    const std::size_t first = position_;
    while (position_ < text_.size() && is_digit(text_[position_])) ++position_;
    return position_ > first;
  };
  take('-');
  if (!take('0') && !digits()) return expected("a value");
  if (position_ < text_.size() && is_digit(text_[position_]))
    return fail("a number that starts with 0");
  if (take('.') && !digits()) return expected("digits after the point");
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    if (!digits()) return expected("an exponent");
  }
  token = text_.substr(begin, position_ - begin);
  return true;
}

bool JsonReader::read_whole(std::uint64_t& out) {
  if (!ok()) return false;
  skip_space();
  if (!at('-') && !(position_ < text_.size() && is_digit(text_[position_]))) {
    return expected("a whole number");
  }
  std::string_view token;
  if (!read_number(token)) return false;
  out = 0;
  for (const char c : token) {
    if (!is_digit(c)) return fail("expected a whole number, found " + quoted(token));
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (out > (UINT64_MAX - digit) / 10) return fail("a number beyond 64 bits, " + quoted(token));
    out = out * 10 + digit;
  }
  return true;
}

bool JsonReader::skip_scalar() {
  if (at('"')) {
    std::string ignored;
    return read_string(ignored);
  }
  for (const std::string_view word : {"true", "false", "null"}) {
    if (text_.substr(position_, word.size()) == word) {
      position_ += word.size();
      return true;
    }
  }
  std::string_view ignored;
  return read_number(ignored);
}

bool JsonReader::skip_value() {
  if (!ok()) return false;
  const std::size_t outer = depth_;
  std::string key;
  while (true) {
    skip_space();
    const bool read = at('{') ? enter_object() : at('[') ? enter_array() : skip_scalar();
    if (!read) return false;
    // On to the next value inside, closing what ends here.
    bool more = false;
    while (!more && depth_ > outer) {
      more = levels_[depth_ - 1].close == '}' ? next_member(key) : next_element();
      if (!ok()) return false;
    }
    if (!more) return true;
  }
}

bool JsonReader::finish() {
  if (!ok()) return false;
  skip_space();
  return position_ == text_.size() || expected("nothing more");
}

}  // namespace halfstep
