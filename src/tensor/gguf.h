#pragma once
// GGUF, versions 2 and 3, little-endian (ggml's docs/gguf.md): mark, version, two counts; metadata
// keys with values of 13 types; tensors by name, lengths of axes, type and offset; then the data,
// where everything begins at a multiple of general.alignment.
#include "tensor/directory.h"

namespace halfstep {

inline constexpr std::string_view kGgufMagic = "GGUF";

// `head` holds at least the first 16 bytes, or the whole file, and begins with the mark. Shapes are
// turned to row-major order: GGUF names the axis that changes fastest first. Metadata is stepped
// over, but for general.alignment. Every tensor of a known type lies inside the file and no two
// overlap; bytes that belong to no tensor are padding. A type without a known size has end = begin.
// A header above 100 MB, and more than 100 000 tensors or keys, give a sentence.
Result<Directory> read_gguf(std::span<const std::uint8_t> head, std::uint64_t file_bytes);

}  // namespace halfstep
