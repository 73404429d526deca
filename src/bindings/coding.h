#pragma once
// Coded tensors to and from JavaScript.
#include "bench.h"
#include "bindings/values.h"

namespace halfstep {

// A Uint8Array's bytes, copied. Errors: no memory.
Result<Buffer<std::uint8_t>> read_bytes(const val& array);

// How long it is; and its bytes, copied.
val write_lengths(const CodedTensor& coded, std::size_t weights);
val write(const CodedTensor& coded, std::size_t weights);

}  // namespace halfstep
