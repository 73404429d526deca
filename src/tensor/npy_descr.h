#pragma once
// NumPy's spelling of an element type: byte order, kind, size ("<f4", "|u1", ">i2").
#include <cstdint>
#include <optional>
#include <string_view>

#include "tensor/tensor.h"

namespace halfstep {

struct NpyType {
  std::optional<Dtype> dtype;  // none for a type the lab can't decode
  std::uint64_t bytes = 0;     // of one element; may be 0 for strings and raw bytes
  bool big_endian = false;
};

// Known kinds: f i u b c S a U V m M. Objects (O) and words that are no type give a sentence.
Result<NpyType> read_npy_descr(std::string_view descr);

}  // namespace halfstep
