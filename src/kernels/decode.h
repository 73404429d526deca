#pragma once
// Stored elements to float32.
#include <cstdint>
#include <span>

#include "result.h"
#include "tensor/tensor.h"

namespace halfstep {

// Decodes `out.size()` elements from exactly `out.size() * dtype_bytes(dtype)` bytes of any alignment, which do not overlap
// `out`. Every value is exact, but F64 and I32, which round to nearest even (F64 beyond float32 becomes ±∞). −0 stays −0,
// NaN stays NaN.
Status decode(Dtype dtype, bool big_endian, std::span<const std::uint8_t> bytes, std::span<float> out);

}  // namespace halfstep
