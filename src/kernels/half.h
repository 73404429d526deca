#pragma once
// IEEE 754 binary16, the scale of most block formats, as its bits.
#include <cstdint>

namespace halfstep {

inline float float_of(std::uint32_t bits) { return __builtin_bit_cast(float, bits); }
inline std::uint32_t bits_of(float value) { return __builtin_bit_cast(std::uint32_t, value); }

inline constexpr float kHalfMax = 65504;
inline constexpr float kHalfLeast = 0x1p-24f;  // the least above zero

// Exact, the NaNs' payload kept.
inline float from_half(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000u) << 16, exponent = half & 0x7C00u,
                      mantissa = half & 0x3FFu;
  if (exponent == 0) return float_of(sign | bits_of(static_cast<float>(mantissa) * kHalfLeast));
  const std::uint32_t raised = exponent == 0x7C00u ? 0x7F800000u : (exponent << 13) + (112u << 23);
  return float_of(sign | raised | mantissa << 13);
}

// To nearest, ties to even; 65520 and above is infinity.
inline std::uint16_t to_half(float value) {
  const std::uint32_t bits = bits_of(value), size = bits & 0x7FFFFFFFu;
  std::uint32_t half;
  if (size > 0x7F800000u) {
    half = 0x7E00;
  } else if (size >= 0x47800000u) {
    half = 0x7C00;
  } else if (size >= 0x38800000u) {
    half = ((size + 0xFFFu + (size >> 13 & 1)) >> 13) - (112u << 10);
  } else {
    // Beside ½ a float32 has the spacing of a subnormal half: the addition rounds.
    half = bits_of(float_of(size) + 0.5f) - bits_of(0.5f);
  }
  return static_cast<std::uint16_t>((bits >> 16 & 0x8000u) | half);
}

// 2^(e − 128), half an E8M0 scale, for levels of FP4 twice over: subnormal for 0 and 1, and 2¹²⁷
// for what E8M0 calls NaN, as in ggml.
inline float power_scale(std::uint32_t e) {
  return float_of(e < 2 ? 0x00200000u << e : (e - 1) << 23);
}

// 1/d, or 0 where that is not finite: such a block is all zeros once its scale is a half.
inline float finite_inverse(float d) {
  const float inverse = 1 / d;
  return inverse - inverse == 0 ? inverse : 0;
}

// Little-endian in memory, whatever the machine.
inline std::uint16_t load_u16(const std::uint8_t* bytes) {
  return static_cast<std::uint16_t>(bytes[0] | bytes[1] << 8);
}
inline void store_u16(std::uint8_t* bytes, std::uint16_t value) {
  bytes[0] = static_cast<std::uint8_t>(value);
  bytes[1] = static_cast<std::uint8_t>(value >> 8);
}
inline float load_half(const std::uint8_t* bytes) { return from_half(load_u16(bytes)); }
inline void store_half(std::uint8_t* bytes, float value) { store_u16(bytes, to_half(value)); }

}  // namespace halfstep
