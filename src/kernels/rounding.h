#pragma once
// Calls a generic lambda with the rounding and the offset of `cells` as compile-time constants,
// so that a kernel's inner loop holds one rounding and no branch.
#include <type_traits>

#include "kernels/kernels.h"

namespace halfstep {

template <Rounding R>
using RoundingConstant = std::integral_constant<Rounding, R>;

template <typename F>
auto with_rounding(const Cells& cells, F&& f) {
  const auto with_offset = [&](auto rounding) {
    return cells.offset == 0 ? f(rounding, std::false_type{}) : f(rounding, std::true_type{});
  };
  switch (cells.rounding) {
    case Rounding::HalfAway: return with_offset(RoundingConstant<Rounding::HalfAway>{});
    case Rounding::Floor: return with_offset(RoundingConstant<Rounding::Floor>{});
    case Rounding::Stochastic: return with_offset(RoundingConstant<Rounding::Stochastic>{});
    default: return with_offset(RoundingConstant<Rounding::Nearest>{});
  }
}

// The two keys that a seed gives stochastic rounding (SplitMix64's finalizer, Stafford's variant 13).
struct StochasticKeys {
  explicit StochasticKeys(std::uint64_t seed) {
    std::uint64_t z = seed + 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    first = static_cast<std::uint32_t>(z);
    second = static_cast<std::uint32_t>(z >> 32);
  }
  std::uint32_t first, second;
};

}  // namespace halfstep
