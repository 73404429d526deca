#pragma once
// Small words for vectors of four float32 or two double.
#include <algorithm>

#include "kernels/simd.h"

namespace halfstep {

inline v128_t zeros() { return wasm_i32x4_splat(0); }
inline v128_t add(v128_t a, v128_t b) { return wasm_f32x4_add(a, b); }
inline v128_t sub(v128_t a, v128_t b) { return wasm_f32x4_sub(a, b); }
inline v128_t mul(v128_t a, v128_t b) { return wasm_f32x4_mul(a, b); }
inline v128_t promote_low(v128_t x) { return wasm_f64x2_promote_low_f32x4(x); }
inline v128_t promote_high(v128_t x) { return wasm_f64x2_promote_low_f32x4(wasm_i64x2_shuffle(x, x, 1, 1)); }
inline double sum2(v128_t x) { return wasm_f64x2_extract_lane(x, 0) + wasm_f64x2_extract_lane(x, 1); }
inline double max2(v128_t x) { return std::max(wasm_f64x2_extract_lane(x, 0), wasm_f64x2_extract_lane(x, 1)); }
inline float max4(v128_t x) {
  return std::max(std::max(wasm_f32x4_extract_lane(x, 0), wasm_f32x4_extract_lane(x, 1)),
                  std::max(wasm_f32x4_extract_lane(x, 2), wasm_f32x4_extract_lane(x, 3)));
}
// To the nearest whole number, ties to even, where abs(x) < 2²²: beside 1.5·2²³ a float32 counts ones.
inline v128_t round_small(v128_t x) {
  const v128_t magic = wasm_f32x4_splat(0x1.8p23f);
  return wasm_f32x4_sub(wasm_f32x4_add(x, magic), magic);
}
// 1/x, or 0 where that is not finite.
inline v128_t finite_inverse4(v128_t x) {
  const v128_t inverse = wasm_f32x4_div(wasm_f32x4_splat(1), x);
  return wasm_v128_and(inverse, wasm_f32x4_eq(wasm_f32x4_sub(inverse, inverse), zeros()));
}
inline float min4(v128_t x) { return -max4(wasm_f32x4_neg(x)); }

}  // namespace halfstep
