#pragma once
// What rounding to a minifloat needs to know of its format.
#include <cstdint>

namespace halfstep {

// Its mantissa bits, 0..10, its bias, and the code of its largest finite value. Either the bias is 127, float32's
// own, or 2^24 times the largest value is a float32.
struct MinifloatShape {
  int mantissa_bits = 0, bias = 0;
  std::uint32_t largest = 0;  // 0 of no format
};

// The value nearest to a ≥ 0 of a shape whose bias is not 127, half to even and saturating at `top`: 2^(23 − m) times
// a's binade, or the least one, is so large that float32's addition rounds a to the format's last place.
inline float nearest_value(const MinifloatShape& shape, float a, float top) {
  a = a < top ? a : top;
  const auto least = static_cast<std::uint32_t>(128 - shape.bias) << 23;
  const std::uint32_t binade = __builtin_bit_cast(std::uint32_t, a) & 0x7F800000u;
  const std::uint32_t unit = (binade > least ? binade : least) + (static_cast<std::uint32_t>(23 - shape.mantissa_bits) << 23);
  const float large = __builtin_bit_cast(float, unit);
  return (a + large) - large;
}

}  // namespace halfstep
