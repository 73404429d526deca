#pragma once
// The safetensors format: 8 bytes with the header's length, a JSON header, the tensors' bytes.
#include "tensor/directory.h"

namespace halfstep {

inline constexpr std::uint64_t kLongestSafetensorsHeader = 100'000'000;

// The tensors, by offset, ties by name. `head` holds at least the first 16 bytes, or the whole
// file. As the reference implementation does: the tensors cover the data from its first byte to its
// last, without overlap or hole; every range is what its shape and dtype take; unknown keys of a
// tensor are skipped. As the format's text asks: no name repeats, __metadata__ maps strings to
// strings. At most 64 axes.
Result<Directory> read_safetensors(std::span<const std::uint8_t> head, std::uint64_t file_bytes);

}  // namespace halfstep
