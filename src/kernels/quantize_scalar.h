#pragma once
// One weight through a uniform quantizer, as kernels.h defines it: the truth of codes.
#include <algorithm>
#include <cmath>

#include "kernels/rounding.h"

namespace halfstep {

inline std::uint32_t mix32(std::uint32_t h) {
  h = (h ^ (h >> 16)) * 0x7FEB352Du;
  h = (h ^ (h >> 15)) * 0x846CA68Bu;
  return h ^ (h >> 16);
}

inline float stochastic_uniform(const StochasticKeys& keys, std::uint32_t index) {
  const std::uint32_t h = mix32(mix32(index ^ keys.first) + keys.second);
  return static_cast<float>(h >> 8) * 0x1p-24f;
}

template <typename Mode>
float round_to_code(Mode mode, float q, const StochasticKeys& keys, std::uint32_t index) {
  if (mode.rounding == Rounding::Nearest) return mode.half ? std::floor(q) : std::nearbyint(q);
  if (mode.rounding == Rounding::HalfAway) {
    if (mode.half) return q < 0 ? std::ceil(q) - 1 : std::floor(q);
    const float whole = std::trunc(q);
    return std::fabs(q - whole) >= 0.5f ? whole + std::copysign(1.0f, q) : whole;
  }
  const float t = mode.half ? q - 0.5f : q;
  const float below = std::floor(t);
  if (mode.rounding == Rounding::Floor) return below;
  return stochastic_uniform(keys, index) < t - below ? below + 1 : below;
}

// The code of x in a codebook: how many of its rising edges are ≤ x.
inline std::size_t book_code(std::span<const float> edges, float x) {
  return static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), x) - edges.begin());
}

}  // namespace halfstep
