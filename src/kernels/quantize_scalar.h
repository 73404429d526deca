#pragma once
// One weight through a uniform quantizer, as kernels.h defines it: the truth of codes.
#include <algorithm>
#include <cfloat>
#include <cmath>

#include "kernels/rounding.h"

namespace halfstep {

inline std::uint32_t mix32(std::uint32_t h) {
  h = (h ^ (h >> 16)) * 0x7FEB352Du;
  h = (h ^ (h >> 15)) * 0x846CA68Bu;
  return h ^ (h >> 16);
}

inline std::uint32_t draw(const StochasticKeys& keys, std::uint32_t index) {
  return mix32(mix32(index ^ keys.first) + keys.second);
}

inline float unit(std::uint32_t h) { return static_cast<float>(h >> 8) * 0x1p-24f; }

inline float dither(Rounding dithered, const StochasticKeys& keys, std::uint32_t index) {
  const std::uint32_t h = draw(keys, index);
  const float d = unit(h) - 0.5f;
  return is_triangular(dithered) ? d + (unit(mix32(h + keys.first)) - 0.5f) : d;
}

// Out of line, because every loop over weights would have a copy of it.
[[gnu::noinline]] inline float round_otherwise(AnyRounding mode, float q, const StochasticKeys& keys,
                                               std::uint32_t index) {
  if (mode.rounding == Rounding::HalfAway) {
    if (mode.half) return q < 0 ? std::ceil(q) - 1 : std::floor(q);
    const float whole = std::trunc(q);
    return std::fabs(q - whole) >= 0.5f ? whole + std::copysign(1.0f, q) : whole;
  }
  if (is_dithered(mode.rounding)) {
    const float dithered = q + dither(mode.rounding, keys, index);
    return mode.half ? std::floor(dithered) : std::nearbyint(dithered);
  }
  const float t = mode.half ? q - 0.5f : q;
  const float below = std::floor(t);
  if (mode.rounding == Rounding::Floor) return below;
  return unit(draw(keys, index)) < t - below ? below + 1 : below;
}

template <typename Mode>
float round_to_code(Mode mode, float q, const StochasticKeys& keys, std::uint32_t index) {
  if (mode.rounding == Rounding::Nearest) return mode.half ? std::floor(q) : std::nearbyint(q);
  return round_otherwise({mode.rounding, mode.half}, q, keys, index);
}

// Q of a level, k + offset.
template <typename Mode>
float value_of(Mode mode, float level, float step, const StochasticKeys& keys, std::uint32_t index) {
  if (!is_subtractive(mode.rounding)) return level * step;
  return std::clamp((level - dither(mode.rounding, keys, index)) * step, -FLT_MAX, FLT_MAX);
}

// The code of x in a codebook: how many of its rising edges are ≤ x.
inline std::size_t book_code(std::span<const float> edges, float x) {
  return static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), x) - edges.begin());
}

}  // namespace halfstep
