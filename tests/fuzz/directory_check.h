#pragma once
// What holds for read_directory() on any bytes at all. Shared by the fuzzer and the replayed
// mutations.
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "../core/ggml_sizes.h"
#include "tensor/directory.h"

namespace halfstep::testing {

// One line of text that ends with a full stop.
inline bool is_sentence(const std::string& text) {
  return text.size() > 1 && text.ends_with('.') &&
         std::none_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < ' '; });
}

// What `count` weights of a type take, or of a block type as published.
inline std::uint64_t stored_bytes(const TensorEntry& entry) {
  for (const GgmlSize& type : kDecodedGgml) {
    if (type.name != entry.stored_dtype) continue;
    return entry.count % type.weights == 0 && entry.block_weights == type.weights
               ? entry.count / type.weights * type.bytes
               : UINT64_MAX;
  }
  return entry.block_weights == 1 ? entry.count * dtype_bytes(entry.dtype) : UINT64_MAX;
}

// "" or what went wrong. Reads the file both ways: given whole, and given as much as is asked for.
inline std::string check_directory(std::span<const std::uint8_t> file) {
  const auto whole = read_directory(file, file.size(), "file.npy");
  if (whole && whole->need != 0) return "asked for more of a file that was given whole";

  auto piecewise = read_directory(file.first(0), file.size(), "file.npy");
  std::uint64_t given = 0;
  while (piecewise && piecewise->need != 0) {
    if (piecewise->need <= given || piecewise->need > file.size())
      return "asked for a wrong amount";
    given = piecewise->need;
    // A copy of just that much, so that a read beyond it is seen.
    const std::vector<std::uint8_t> head(file.begin(),
                                         file.begin() + static_cast<std::ptrdiff_t>(given));
    piecewise = read_directory(head, file.size(), "file.npy");
  }
  if (whole.ok() != piecewise.ok()) return "the answer depends on how much was given";
  if (!whole) {
    if (!is_sentence(whole.error())) return "not one sentence: " + whole.error();
    return whole.error() == piecewise.error() ? "" : "the sentence depends on how much was given";
  }
  if (whole->entries.size() != piecewise->entries.size()) return "the entries depend on the head";

  for (const TensorEntry& entry : whole->entries) {
    if (entry.begin > entry.end || entry.end > file.size()) return "a tensor outside the file";
    const auto count = element_count(entry.shape);
    if (!count || count.value() != entry.count) return "a count that is not the shape's";
    if (entry.decodable && entry.end - entry.begin != stored_bytes(entry)) {
      return "a range that is not the shape's";
    }
    if (!entry.decodable && !is_sentence(why_undecodable(entry))) return "no reason given";
  }
  return "";
}

}  // namespace halfstep::testing
