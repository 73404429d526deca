// The SIMD twins of scalar_blocks.cpp: a block of 32 weights is eight vectors of float32, then two
// of bytes.
#include <cmath>

#include "kernels/blocks.h"
#include "kernels/half.h"
#include "kernels/lanes.h"

namespace halfstep::simd_blocks {

namespace {

constexpr int kWeights = 32, kVectors = 8;

// The lowest and highest of a block; of equal zeros either.
struct Extent {
  float low, high;
};
Extent extent(const float* x) {
  v128_t low = wasm_v128_load(x), high = low;
  for (int i = 4; i < kWeights; i += 4) {
    const v128_t v = wasm_v128_load(x + i);
    low = wasm_f32x4_pmin(low, v);
    high = wasm_f32x4_pmax(high, v);
  }
  return {min4(low), max4(high)};
}

// The first weight that equals ±value, for formats whose scale has its sign.
float first_of_size(const float* x, float value) {
  while (std::fabs(*x) != value) ++x;
  return *x;
}

float signed_extreme(const float* x) {
  const Extent range = extent(x);
  if (-range.low == range.high) return range.high == 0 ? 0 : first_of_size(x, range.high);
  return -range.low > range.high ? range.low : range.high;
}

float largest(const float* x) {
  const Extent range = extent(x);
  return std::fabs(std::max(-range.low, range.high));  // of zeros +0
}

// 32 floats that are whole numbers −128 … 255, as their low bytes.
struct Bytes {
  v128_t low, high;  // the first 16, the last 16
};
template <typename Whole>
Bytes whole_bytes(const float* x, Whole&& whole) {
  // Beside 1.5·2²³ a float32 counts ones: its low byte is the number's.
  const v128_t magic = wasm_f32x4_splat(0x1.8p23f), byte = wasm_i32x4_splat(255);
  v128_t v[kVectors];
  for (int i = 0; i < kVectors; ++i) {
    v[i] = wasm_v128_and(wasm_f32x4_add(whole(wasm_v128_load(x + 4 * i)), magic), byte);
  }
  const auto narrow = [](const v128_t* four) {
    return wasm_u8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(four[0], four[1]),
                                   wasm_i16x8_narrow_i32x4(four[2], four[3]));
  };
  return {narrow(v), narrow(v + 4)};
}

// Calls each(place, vector of four whole floats) for 16 signed bytes.
template <typename Each>
void widen(v128_t bytes, Each&& each) {
  const v128_t low = wasm_i16x8_extend_low_i8x16(bytes), high = wasm_i16x8_extend_high_i8x16(bytes);
  each(0, wasm_f32x4_convert_i32x4(wasm_i32x4_extend_low_i16x8(low)));
  each(4, wasm_f32x4_convert_i32x4(wasm_i32x4_extend_high_i16x8(low)));
  each(8, wasm_f32x4_convert_i32x4(wasm_i32x4_extend_low_i16x8(high)));
  each(12, wasm_f32x4_convert_i32x4(wasm_i32x4_extend_high_i16x8(high)));
}

// x = byte·d, and + m where there is one.
template <bool kAffine>
void scale_bytes(v128_t bytes, float d, float m, float* x) {
  const v128_t scale = wasm_f32x4_splat(d), add = wasm_f32x4_splat(m);
  widen(bytes, [&](int place, v128_t whole) {
    v128_t v = wasm_f32x4_mul(whole, scale);
    if constexpr (kAffine) v = wasm_f32x4_add(v, add);
    wasm_v128_store(x + place, v);
  });
}

v128_t low_nibbles(v128_t bytes) { return wasm_v128_and(bytes, wasm_i8x16_splat(15)); }
v128_t high_nibbles(v128_t bytes) { return wasm_u8x16_shr(bytes, 4); }
v128_t nibbles(const Bytes& codes) {
  return wasm_v128_or(low_nibbles(codes.low), wasm_i8x16_shl(codes.high, 4));
}

// 16 where the bit of the byte's number is set.
v128_t fifth_bits(std::uint32_t bits) {
  const v128_t each = wasm_i8x16_make(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  const v128_t spread = wasm_i8x16_swizzle(wasm_i32x4_splat(static_cast<std::int32_t>(bits)),
                                           wasm_i64x2_make(0, 0x0101010101010101));
  return wasm_v128_and(wasm_i8x16_eq(wasm_v128_and(spread, each), each), wasm_i8x16_splat(16));
}

// Q4_0 … Q5_1, laid out as Small in scalar_blocks.cpp says.
template <int kBits, bool kAffine>
struct Small {
  static constexpr int kLevels = 1 << kBits, kHigh = kAffine ? 4 : 2,
                       kNibbles = kHigh + (kBits == 5 ? 4 : 0);
  static constexpr int kBytes = kNibbles + 16;

  static void encode(const float* x, std::size_t blocks, std::uint8_t* bytes) {
    for (; blocks-- > 0; x += kWeights, bytes += kBytes) {
      float d, low = 0, bias = 0.5f;
      if constexpr (kAffine) {
        const Extent range = extent(x);
        low = range.low == 0 ? first_of_size(x, 0) : range.low;
        d = (range.high - low + 0.0f) / (kLevels - 1);  // of zeros +0
        store_half(bytes + 2, low);
      } else {
        bias += kLevels / 2;
        d = signed_extreme(x) / -(kLevels / 2);
      }
      store_half(bytes, d);
      const float inverse = finite_inverse(d);
      if (inverse == 0) low = 0;
      const v128_t multiply = wasm_f32x4_splat(inverse), subtract = wasm_f32x4_splat(low),
                   add = wasm_f32x4_splat(bias);
      Bytes codes = whole_bytes(x, [&](v128_t v) {
        if constexpr (kAffine) v = wasm_f32x4_sub(v, subtract);
        return wasm_f32x4_floor(wasm_f32x4_add(wasm_f32x4_mul(v, multiply), add));
      });
      const v128_t most = wasm_i8x16_splat(kLevels - 1);
      codes = {wasm_u8x16_min(codes.low, most), wasm_u8x16_min(codes.high, most)};
      wasm_v128_store(bytes + kNibbles, nibbles(codes));
      if constexpr (kBits == 5) {
        store_u16(bytes + kHigh,
                  static_cast<std::uint16_t>(wasm_i8x16_bitmask(wasm_i8x16_shl(codes.low, 3))));
        store_u16(bytes + kHigh + 2,
                  static_cast<std::uint16_t>(wasm_i8x16_bitmask(wasm_i8x16_shl(codes.high, 3))));
      }
    }
  }

  static void decode(const std::uint8_t* bytes, std::size_t blocks, float* x) {
    for (; blocks-- > 0; x += kWeights, bytes += kBytes) {
      const float d = load_half(bytes), m = kAffine ? load_half(bytes + 2) : 0;
      const v128_t stored = wasm_v128_load(bytes + kNibbles);
      Bytes codes = {low_nibbles(stored), high_nibbles(stored)};
      if constexpr (kBits == 5) {
        codes = {wasm_v128_or(codes.low, fifth_bits(load_u16(bytes + kHigh))),
                 wasm_v128_or(codes.high, fifth_bits(load_u16(bytes + kHigh + 2)))};
      }
      if constexpr (!kAffine) {
        const v128_t middle = wasm_i8x16_splat(kLevels / 2);
        codes = {wasm_i8x16_sub(codes.low, middle), wasm_i8x16_sub(codes.high, middle)};
      }
      scale_bytes<kAffine>(codes.low, d, m, x);
      scale_bytes<kAffine>(codes.high, d, m, x + 16);
    }
  }
};

}  // namespace

void encode_q4_0(const float* x, std::size_t n, std::uint8_t* bytes) {
  Small<4, false>::encode(x, n, bytes);
}
void encode_q4_1(const float* x, std::size_t n, std::uint8_t* bytes) {
  Small<4, true>::encode(x, n, bytes);
}
void encode_q5_0(const float* x, std::size_t n, std::uint8_t* bytes) {
  Small<5, false>::encode(x, n, bytes);
}
void encode_q5_1(const float* x, std::size_t n, std::uint8_t* bytes) {
  Small<5, true>::encode(x, n, bytes);
}
void decode_q4_0(const std::uint8_t* bytes, std::size_t n, float* x) {
  Small<4, false>::decode(bytes, n, x);
}
void decode_q4_1(const std::uint8_t* bytes, std::size_t n, float* x) {
  Small<4, true>::decode(bytes, n, x);
}
void decode_q5_0(const std::uint8_t* bytes, std::size_t n, float* x) {
  Small<5, false>::decode(bytes, n, x);
}
void decode_q5_1(const std::uint8_t* bytes, std::size_t n, float* x) {
  Small<5, true>::decode(bytes, n, x);
}

void encode_q8_0(const float* x, std::size_t blocks, std::uint8_t* bytes) {
  for (; blocks-- > 0; x += kWeights, bytes += 2 + kWeights) {
    const float d = largest(x) / 127;
    store_half(bytes, d);
    const v128_t multiply = wasm_f32x4_splat(finite_inverse(d));
    const v128_t one = wasm_f32x4_splat(1), half = wasm_f32x4_splat(0.5f),
                 sign = wasm_f32x4_splat(-0.0f);
    const Bytes codes = whole_bytes(x, [&](v128_t v) {
      // Half away from zero: a whole part, and one more where the exact rest is ½ or above.
      v = wasm_f32x4_mul(v, multiply);
      const v128_t whole = wasm_f32x4_trunc(v);
      const v128_t up = wasm_f32x4_ge(wasm_f32x4_abs(wasm_f32x4_sub(v, whole)), half);
      return wasm_f32x4_add(whole, wasm_v128_and(up, wasm_v128_or(wasm_v128_and(v, sign), one)));
    });
    wasm_v128_store(bytes + 2, codes.low);
    wasm_v128_store(bytes + 18, codes.high);
  }
}

void decode_q8_0(const std::uint8_t* bytes, std::size_t blocks, float* x) {
  for (; blocks-- > 0; x += kWeights, bytes += 2 + kWeights) {
    const float d = load_half(bytes);
    scale_bytes<false>(wasm_v128_load(bytes + 2), d, 0, x);
    scale_bytes<false>(wasm_v128_load(bytes + 18), d, 0, x + 16);
  }
}

void encode_mxfp4(const float* x, std::size_t blocks, std::uint8_t* bytes) {
  // FP4's thresholds in half units of its scale are 1 3 5 7 10 14 20: the code of ceil of a
  // magnitude in those.
  const v128_t ceilings = wasm_i8x16_make(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 5, 5, 5, 5, 6);
  for (; blocks-- > 0; x += kWeights, bytes += 1 + kWeights / 2) {
    const std::uint32_t exponent = bits_of(largest(x)) >> 23;
    const std::uint32_t e = exponent < 2 ? 0 : exponent - 2;
    // 2^(129 − e) in two steps, as it may lie beyond float32. Tiny weights stay above zero or
    // become it: code 0.
    const v128_t first = wasm_f32x4_splat(float_of((254 - e) << 23)), second = wasm_f32x4_splat(4);
    v128_t signs[kVectors];
    int at = 0;
    Bytes codes = whole_bytes(x, [&](v128_t v) {
      signs[at++] = v;
      return wasm_f32x4_ceil(wasm_f32x4_mul(wasm_f32x4_mul(wasm_f32x4_abs(v), first), second));
    });
    const auto code = [&](v128_t ceiling, const v128_t* four) {
      const v128_t last = wasm_u8x16_gt(ceiling, wasm_i8x16_splat(20));
      const v128_t magnitude = wasm_i8x16_sub(
          wasm_i8x16_swizzle(ceilings, wasm_u8x16_min(ceiling, wasm_i8x16_splat(15))), last);
      const v128_t negative = wasm_i8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(four[0], four[1]),
                                                      wasm_i16x8_narrow_i32x4(four[2], four[3]));
      const v128_t sign = wasm_v128_and(wasm_u8x16_shr(negative, 4), wasm_i8x16_splat(8));
      return wasm_v128_or(magnitude, wasm_v128_and(sign, wasm_i8x16_gt(magnitude, zeros())));
    };
    codes = {code(codes.low, signs), code(codes.high, signs + 4)};
    bytes[0] = static_cast<std::uint8_t>(e);
    wasm_v128_store(bytes + 1, nibbles(codes));
  }
}

void decode_mxfp4(const std::uint8_t* bytes, std::size_t blocks, float* x) {
  const v128_t levels = wasm_i8x16_make(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);
  for (; blocks-- > 0; x += kWeights, bytes += 1 + kWeights / 2) {
    const float unit = power_scale(bytes[0]);
    const v128_t stored = wasm_v128_load(bytes + 1);
    scale_bytes<false>(wasm_i8x16_swizzle(levels, low_nibbles(stored)), unit, 0, x);
    scale_bytes<false>(wasm_i8x16_swizzle(levels, high_nibbles(stored)), unit, 0, x + 16);
  }
}

}  // namespace halfstep::simd_blocks
