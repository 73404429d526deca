#pragma once
// What the two implementations of hadamard.h share: the signs, and the scale of a block.
#include "kernels/hadamard.h"
#include "kernels/quantize_scalar.h"

namespace halfstep {

class RotationSigns {
 public:
  explicit RotationSigns(std::uint64_t seed) : keys_(seed ^ 0x484144414D415244u) {}

  // The signs of `count` ≤ 32 weights from `place` on, the first in the lowest bit; set is minus. Bits above them
  // may be anything.
  std::uint32_t word(std::uint32_t place, std::uint32_t count) {
    const std::uint32_t group = place / 32, shift = place % 32;
    if (group != group_) {
      group_ = group;
      bits_ = bits_of(group);
    }
    if (shift + count <= 32) return bits_ >> shift;
    return bits_ >> shift | bits_of((place + 32) / 32) << (32 - shift);
  }

 private:
  std::uint32_t bits_of(std::uint32_t group) const { return mix32(mix32(group ^ keys_.first) + keys_.second); }

  StochasticKeys keys_;
  std::uint32_t group_ = UINT32_MAX, bits_ = 0;  // the group last asked for; there is none at the beginning
};

// 1/√block rounded to float32.
inline float rotation_scale(std::size_t block) {
  return static_cast<float>(1 / std::sqrt(static_cast<double>(block)));
}

}  // namespace halfstep
