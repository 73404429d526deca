#pragma once
// What tensors a file holds. Start reading the file formats here.
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "result.h"
#include "tensor/tensor.h"

namespace halfstep {

struct Directory {
  // Not 0: give that many bytes from the file's start and ask again. More than was given, at most
  // the file's size and 100 MB + 8.
  std::uint64_t need = 0;
  // In file order. A type the lab can't decode is listed with decodable = false.
  std::vector<TensorEntry> entries;
};

// The tensors of a .npy, .safetensors or .gguf file from its first bytes `head`; `file_bytes` is
// the size of the whole file. The format is told by the bytes, not by the name. Every entry lies
// inside the file and end − begin is what its shape and type take. Any other file gives one
// sentence.
Result<Directory> read_directory(std::span<const std::uint8_t> head, std::uint64_t file_bytes,
                                 std::string_view file_name);

// Why an entry with decodable = false can't be put on the bench, in one sentence.
std::string why_undecodable(const TensorEntry& entry);

}  // namespace halfstep
