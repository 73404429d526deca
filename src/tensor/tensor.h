#pragma once
// What a tensor is: its storage type, its shape, and where a file keeps it.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "result.h"

namespace halfstep {

enum class Dtype { F64,
                   F32,
                   F16,
                   BF16,
                   I8,
                   U8,
                   I16,
                   I32 };

// The safetensors spelling: "F64", "F32", "F16", "BF16", "I8", "U8", "I16", "I32".
std::string_view dtype_name(Dtype dtype);
Result<Dtype> parse_dtype(std::string_view name);
std::size_t dtype_bytes(Dtype dtype);

// Row-major, outermost axis first; an empty shape is a scalar of one element.
using Shape = std::vector<std::uint64_t>;

// The number of elements, or an error when the product does not fit 2^53 (what JavaScript counts exactly).
Result<std::uint64_t> element_count(const Shape& shape);

// One tensor of a file. Bytes [begin, end) are counted from the file's first byte.
struct TensorEntry {
  std::string name;
  Dtype dtype = Dtype::F32;
  // Its name for a person: dtype_name, or of a block type GGUF's name ("Q4_K", and dtype means
  // nothing), or of a type the lab can't decode as the file spells it.
  std::string stored_dtype;
  // Weights that are stored together and decoded together; divides the last axis.
  std::uint32_t block_weights = 1;
  bool decodable = true;
  bool big_endian = false;
  bool fortran_order = false;
  Shape shape;
  std::uint64_t count = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

}  // namespace halfstep
