// The SIMD twins of scalar_blocks.cpp: a block of 32 weights is eight vectors of float32, then two
// of bytes.
#include <cmath>

#include "kernels/blocks.h"
#include "kernels/half.h"
#include "kernels/lanes.h"

namespace halfstep::simd_blocks {

namespace {

constexpr int kWeights = 32, kVectors = 8;

// A block's largest weight in lanes 0 and 2, its least negated in lanes 1 and 3; the first weight
// where all are zeros. All by vectors: which end wins is a coin's toss that no processor foresees.
v128_t ends(const float* x) {
  v128_t low = wasm_v128_load(x), high = low;
  for (int i = 4; i < kWeights; i += 4) {
    const v128_t v = wasm_v128_load(x + i);
    low = wasm_f32x4_pmin(low, v);
    high = wasm_f32x4_pmax(high, v);
  }
  low = wasm_f32x4_neg(low);
  const v128_t pairs = wasm_f32x4_pmax(wasm_i32x4_shuffle(high, low, 0, 4, 1, 5),
                                       wasm_i32x4_shuffle(high, low, 2, 6, 3, 7));
  return wasm_f32x4_pmax(pairs, wasm_i32x4_shuffle(pairs, pairs, 2, 3, 0, 1));
}

// The largest magnitude, of zeros +0, from a block's ends.
float largest(v128_t ends) {
  const v128_t swapped = wasm_i32x4_shuffle(ends, ends, 1, 0, 3, 2);
  return wasm_f32x4_extract_lane(wasm_f32x4_abs(wasm_f32x4_pmax(ends, swapped)), 0);
}

// The first weight that equals ±value.
float first_of_size(const float* x, float value) {
  while (std::fabs(*x) != value) ++x;
  return *x;
}

float signed_extreme(const float* x) {
  const v128_t both = ends(x);
  const float high = wasm_f32x4_extract_lane(both, 0), low = wasm_f32x4_extract_lane(both, 1);
  const float size = largest(both);
  if (high == low && size > 0) return first_of_size(x, size);
  return float_of(bits_of(size) | static_cast<std::uint32_t>(low > high) << 31);
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

// x = (byte − middle)·d, and + m where there is one, for 16 unsigned bytes. A byte under the upper
// bytes of 2²³ is a float32 by itself: compilers for wasm take conversions from bytes apart, lane
// by lane.
template <bool kAffine>
void scale_bytes(v128_t bytes, int middle, float d, float m, float* x) {
  const v128_t scale = wasm_f32x4_splat(d), add = wasm_f32x4_splat(m),
               upper = wasm_i16x8_splat(0x4B00);
  const v128_t subtract = wasm_f32x4_splat(0x1p23f + static_cast<float>(middle));
  const auto store = [&](v128_t whole, float* to) {
    v128_t v = wasm_f32x4_mul(wasm_f32x4_sub(whole, subtract), scale);
    if constexpr (kAffine) v = wasm_f32x4_add(v, add);
    wasm_v128_store(to, v);
  };
  const auto widen = [&](v128_t shorts, float* to) {
    store(wasm_i16x8_shuffle(shorts, upper, 0, 8, 1, 9, 2, 10, 3, 11), to);
    store(wasm_i16x8_shuffle(shorts, upper, 4, 12, 5, 13, 6, 14, 7, 15), to + 4);
  };
  widen(wasm_i8x16_shuffle(bytes, zeros(), 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
        x);
  widen(wasm_i8x16_shuffle(bytes, zeros(), 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15,
                           31),
        x + 8);
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
        const v128_t both = ends(x);
        low = -wasm_f32x4_extract_lane(both, 1);
        if (low == 0) low = first_of_size(x, 0);
        d = (wasm_f32x4_extract_lane(both, 0) - low) / (kLevels - 1);
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
      constexpr int kMiddle = kAffine ? 0 : kLevels / 2;
      scale_bytes<kAffine>(codes.low, kMiddle, d, m, x);
      scale_bytes<kAffine>(codes.high, kMiddle, d, m, x + 16);
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
    const float d = largest(ends(x)) / 127;
    store_half(bytes, d);
    const v128_t multiply = wasm_f32x4_splat(finite_inverse(d));
    // The float32 before ½: added to a magnitude it reaches the next whole number from its half on,
    // and not before.
    const v128_t half = wasm_f32x4_splat(0x1.FFFFFEp-2f), sign = wasm_f32x4_splat(-0.0f);
    const Bytes codes = whole_bytes(x, [&](v128_t v) {
      v = wasm_f32x4_mul(v, multiply);
      const v128_t whole = wasm_f32x4_floor(wasm_f32x4_add(wasm_f32x4_abs(v), half));
      return wasm_v128_or(whole, wasm_v128_and(v, sign));
    });
    wasm_v128_store(bytes + 2, codes.low);
    wasm_v128_store(bytes + 18, codes.high);
  }
}

void decode_q8_0(const std::uint8_t* bytes, std::size_t blocks, float* x) {
  for (; blocks-- > 0; x += kWeights, bytes += 2 + kWeights) {
    const float d = load_half(bytes);
    const v128_t sign = wasm_i8x16_splat(-128);
    scale_bytes<false>(wasm_v128_xor(wasm_v128_load(bytes + 2), sign), 128, d, 0, x);
    scale_bytes<false>(wasm_v128_xor(wasm_v128_load(bytes + 18), sign), 128, d, 0, x + 16);
  }
}

void encode_mxfp4(const float* x, std::size_t blocks, std::uint8_t* bytes) {
  // FP4's thresholds in half units of its scale are 1 3 5 7 10 14 20: the code of ceil of a
  // magnitude in those.
  const v128_t ceilings = wasm_i8x16_make(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 5, 5, 5, 5, 6);
  for (; blocks-- > 0; x += kWeights, bytes += 1 + kWeights / 2) {
    const std::uint32_t exponent = bits_of(largest(ends(x))) >> 23;
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
  // FP4 twice over, and 12 more: 0 1 2 3 4 6 8 12, then their negatives.
  const v128_t levels = wasm_i8x16_make(12, 13, 14, 15, 16, 18, 20, 24, 12, 11, 10, 9, 8, 6, 4, 0);
  for (; blocks-- > 0; x += kWeights, bytes += 1 + kWeights / 2) {
    const float unit = power_scale(bytes[0]);
    const v128_t stored = wasm_v128_load(bytes + 1);
    scale_bytes<false>(wasm_i8x16_swizzle(levels, low_nibbles(stored)), 12, unit, 0, x);
    scale_bytes<false>(wasm_i8x16_swizzle(levels, high_nibbles(stored)), 12, unit, 0, x + 16);
  }
}

}  // namespace halfstep::simd_blocks
