#pragma once
// How a kernel's inner loop learns its rounding: round to nearest, which the lab lives on, as compile-time
// constants with a level or an edge at zero; every other rounding by one loop that looks at each weight.
#include "kernels/kernels.h"
#include "tensor/random.h"

namespace halfstep {

struct NearestLevel {
  static constexpr Rounding rounding = Rounding::Nearest;
  static constexpr bool half = false;
};

struct NearestEdge {
  static constexpr Rounding rounding = Rounding::Nearest;
  static constexpr bool half = true;
};

struct AnyRounding {
  Rounding rounding;
  bool half;  // whether the offset is ½
};

// Calls f with the one of these that `cells` ask for.
template <typename F>
auto with_rounding(const Cells& cells, F&& f) {
  const bool half = cells.offset != 0;
  if (cells.rounding != Rounding::Nearest) return f(AnyRounding{cells.rounding, half});
  return half ? f(NearestEdge{}) : f(NearestLevel{});
}

// The two keys that a seed gives the random roundings: the halves of SplitMix64's first word.
struct StochasticKeys {
  explicit StochasticKeys(std::uint64_t seed) {
    const std::uint64_t z = mix(seed + kGamma);
    first = static_cast<std::uint32_t>(z);
    second = static_cast<std::uint32_t>(z >> 32);
  }
  std::uint32_t first, second;
};

}  // namespace halfstep
