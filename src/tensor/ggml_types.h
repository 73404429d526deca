#pragma once
#include <cstdint>
#include <span>

namespace halfstep {

// A type of ggml's tensors, as a GGUF file numbers and names it (ggml's docs/gguf.md). Weights are
// stored a block at a time, along a row; the plain types have blocks of one weight.
struct GgmlType {
  std::uint8_t number;
  bool decodable;  // to float32, by the lab
  std::uint16_t weights;
  std::uint16_t bytes;
  char name[13];
};

// By number. The sizes are those of ggml's block structures (ggml-common.h).
std::span<const GgmlType> ggml_types();
// Null for a number ggml has not given, or has taken back.
const GgmlType* find_ggml_type(std::uint32_t number);

}  // namespace halfstep
