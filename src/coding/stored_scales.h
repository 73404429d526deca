#pragma once
// Scales in the bytes of their own type, little-endian.
//
//   float32     each
//   float16     each an IEEE binary16
//   e8m0 (both) each its exponent + 127; 255 is a scale of zero
//   e4m3        float32 t, then each an E4M3 of scale/t
//   nested      float32 mean, float32 magnitude of every 256, then each a code of dynamic_map()
//   none        nothing: every scale is 1
#include <cstdint>
#include <span>

#include "request.h"

namespace halfstep {

std::uint64_t stored_scale_bytes(ScaleType type, std::uint64_t count);

// `ideal` are the float32 scales that the stored ones come from: a type that stores something for
// all looks at them. `out` is stored_scale_bytes long.
void pack_scales(ScaleType type, std::span<const float> ideal, std::span<const float> stored,
                 std::span<std::uint8_t> out);

// The inverse; false where a scale is negative or not finite. `bytes` are stored_scale_bytes.
bool unpack_scales(ScaleType type, std::span<const std::uint8_t> bytes, std::span<float> scales);

}  // namespace halfstep
