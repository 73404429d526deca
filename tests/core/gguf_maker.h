#pragma once
// GGUF files as bytes, written from ggml's docs/gguf.md without the code under test.
#include <utility>

#include "file_makers.h"

namespace halfstep::testing {

inline Bytes gguf_text(std::string_view text) {
  Bytes bytes;
  append_little_endian(bytes, text.size(), 8);
  append(bytes, text);
  return bytes;
}

inline Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes bytes;
  for (const Bytes& part : parts) bytes.insert(bytes.end(), part.begin(), part.end());
  return bytes;
}

inline Bytes number_bytes(std::uint64_t value, int size) {
  Bytes bytes;
  append_little_endian(bytes, value, size);
  return bytes;
}

// A metadata key with the bytes of its value.
inline Bytes gguf_key(std::string_view key, std::uint32_t type, const Bytes& value) {
  return joined({gguf_text(key), number_bytes(type, 4), value});
}

inline Bytes gguf_array(std::uint32_t type, std::uint64_t count, const Bytes& values) {
  return joined({number_bytes(type, 4), number_bytes(count, 8), values});
}

// `lengths` as GGUF has them, the axis that changes fastest first.
inline Bytes gguf_tensor(std::string_view name, const std::vector<std::uint64_t>& lengths,
                         std::uint32_t type, std::uint64_t offset) {
  Bytes bytes = joined({gguf_text(name), number_bytes(lengths.size(), 4)});
  for (const std::uint64_t length : lengths) append_little_endian(bytes, length, 8);
  append_little_endian(bytes, type, 4);
  append_little_endian(bytes, offset, 8);
  return bytes;
}

struct GgufParts {
  std::vector<Bytes> keys = {};
  std::vector<Bytes> tensors = {};
  std::size_t data_bytes = 0;
  std::uint32_t version = 3;
  std::size_t alignment = 32;
};

// Where the data begins.
inline Bytes gguf_header(const GgufParts& parts) {
  Bytes bytes;
  append(bytes, "GGUF");
  append_little_endian(bytes, parts.version, 4);
  append_little_endian(bytes, parts.tensors.size(), 8);
  append_little_endian(bytes, parts.keys.size(), 8);
  for (const Bytes& key : parts.keys) bytes.insert(bytes.end(), key.begin(), key.end());
  for (const Bytes& tensor : parts.tensors) bytes.insert(bytes.end(), tensor.begin(), tensor.end());
  while (bytes.size() % parts.alignment != 0) bytes.push_back(0);
  return bytes;
}

inline Bytes gguf_file(const GgufParts& parts) {
  Bytes bytes = gguf_header(parts);
  bytes.resize(bytes.size() + parts.data_bytes);
  return bytes;
}

// A key of each of the 13 types of value, arrays of strings and of arrays among them.
inline std::vector<Bytes> every_key() {
  std::vector<Bytes> keys = {};
  static constexpr int kSizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
  for (std::uint32_t type = 0; type < 13; ++type) {
    if (kSizes[type])
      keys.push_back(gguf_key("of.type." + std::to_string(type), type, Bytes(kSizes[type], 1)));
  }
  keys.push_back(gguf_key("general.architecture", 8, gguf_text("llama")));
  keys.push_back(gguf_key(
      "tokens", 9, gguf_array(8, 3, joined({gguf_text("<s>"), gguf_text(""), gguf_text("▁a")}))));
  keys.push_back(gguf_key("scores", 9, gguf_array(6, 5, Bytes(20, 7))));
  keys.push_back(gguf_key("none", 9, gguf_array(12, 0, {})));
  const Bytes inner = gguf_array(8, 2, joined({gguf_text("in"), gguf_text("side")}));
  const Bytes shorts = gguf_array(2, 3, Bytes(6, 9));
  keys.push_back(
      gguf_key("nested", 9, gguf_array(9, 3, joined({inner, shorts, gguf_array(9, 1, inner)}))));
  return keys;
}

}  // namespace halfstep::testing
