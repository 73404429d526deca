#pragma once
// Four weights at a time to a minifloat by arithmetic on exponents: what a search among the edges of its grid
// (quantizers/minifloat.h) finds, to the bit, at a cost that does not grow with the levels.
#include <cstddef>
#include <cstdint>

#include "kernels/minifloat_shape.h"
#include "kernels/simd.h"

namespace halfstep {

// Codes counted from the lowest level, as whole floats, and their values: Q(x) = levels[k]·scale. x and x/scale are
// not NaN; x/scale may be ±∞.
class MinifloatQuantizer4 {
 public:
  MinifloatQuantizer4(const MinifloatShape& shape, float scale)
      : own_range_(shape.bias != 127),
        shift_(23 - shape.mantissa_bits),
        one_digit_(shape.mantissa_bits == 0),
        scale_(wasm_f32x4_splat(scale)),
        largest_(splat(shape.largest)),
        zero_digits_(splat(0x4B000000 + shape.largest)),
        least_(splat(static_cast<std::uint32_t>(128 - shape.bias) << 23)),
        subnormals_(splat(own_range_ ? 1u << shape.mantissa_bits : 0)),
        // Of bias 127 the bits of float32 do, and a denormal factor would slow every multiplication.
        last_place_(own_range_ ? splat(static_cast<std::uint32_t>(128 - shape.bias - shape.mantissa_bits) << 23)
                               : splat(0)) {
    top_ = magnitude(largest_);
  }

  v128_t code(v128_t x, std::size_t) const {
    const v128_t t = wasm_f32x4_div(x, scale_), sign = wasm_i32x4_shr(t, 31);
    const v128_t a = wasm_f32x4_pmin(wasm_f32x4_abs(t), top_);
    const v128_t size = own_range_ ? size_by_addition(a) : size_by_bits(a);
    const v128_t k = wasm_i32x4_sub(wasm_v128_xor(size, sign), sign);
    return wasm_f32x4_convert_i32x4(wasm_i32x4_add(k, largest_));
  }

  v128_t value(v128_t k) const {
    // Beside 2^23 a whole float's digits are its lowest bits; wasm's truncation takes several instructions.
    const v128_t digits = wasm_f32x4_add(k, wasm_f32x4_splat(0x1p23f));
    const v128_t place = wasm_i32x4_sub(digits, zero_digits_);
    const v128_t minus = wasm_v128_and(place, splat(0x80000000u));
    return wasm_f32x4_mul(wasm_v128_xor(magnitude(wasm_i32x4_abs(place)), minus), scale_);
  }

 private:
  static v128_t splat(std::uint32_t bits) { return wasm_i32x4_splat(static_cast<std::int32_t>(bits)); }

  // The code of a without sign. 2^(23 − m) times a's binade, or the least one, is so large that float32's addition
  // rounds a to the format's last place, half to even; that place's digits are then the sum's lowest bits.
  v128_t size_by_addition(v128_t a) const {
    const v128_t binade = wasm_i32x4_max(wasm_v128_and(a, splat(0x7F800000)), least_);
    const v128_t large = wasm_i32x4_add(binade, splat(static_cast<std::uint32_t>(shift_) << 23));
    const v128_t significand = wasm_i32x4_sub(wasm_f32x4_add(a, large), large);
    return wasm_i32x4_add(wasm_u32x4_shr(wasm_i32x4_sub(binade, least_), static_cast<std::uint32_t>(shift_)),
                          significand);
  }

  // The same where exponents are float32's own: its bits without the last `shift_`, half to even by the last digit
  // that is kept; without mantissa bits that is the implied one.
  v128_t size_by_bits(v128_t a) const {
    const v128_t one = splat(1), kept = wasm_u32x4_shr(a, static_cast<std::uint32_t>(shift_));
    const v128_t odd = one_digit_ ? wasm_u32x4_min(kept, one) : wasm_v128_and(kept, one);
    const v128_t almost_half = splat((1u << (shift_ - 1)) - 1);
    return wasm_u32x4_shr(wasm_i32x4_add(wasm_i32x4_add(a, almost_half), odd), static_cast<std::uint32_t>(shift_));
  }

  // The value of a code without sign.
  v128_t magnitude(v128_t size) const {
    const v128_t rebias = wasm_i32x4_sub(least_, splat(1u << 23));
    const v128_t normal = wasm_i32x4_add(wasm_i32x4_shl(size, static_cast<std::uint32_t>(shift_)), rebias);
    const v128_t subnormal = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(size), last_place_);
    return wasm_v128_bitselect(subnormal, normal, wasm_i32x4_lt(size, subnormals_));
  }

  bool own_range_;
  int shift_;
  bool one_digit_;
  v128_t scale_, largest_, zero_digits_, least_, subnormals_, last_place_, top_;
};

}  // namespace halfstep
