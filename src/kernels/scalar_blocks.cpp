// The truth of the quick block formats. Compiled without auto-vectorization.
#include <algorithm>
#include <cmath>

#include "kernels/blocks.h"
#include "kernels/half.h"

namespace halfstep {

namespace {

constexpr int kWeights = 32, kHalf = kWeights / 2;

// Q4_0 … Q5_1: d, for an affine format m, for 5 bits the fifth bits of all codes, and the nibbles.
struct Small {
  int bits;
  bool affine;
  int levels() const { return 1 << bits; }
  int high() const { return affine ? 4 : 2; }
  int nibbles() const { return high() + (bits == 5 ? 4 : 0); }
  int bytes() const { return nibbles() + kHalf; }
};

// The first of the weights of the largest magnitude.
float signed_extreme(const float* x) {
  float extreme = 0;
  for (int i = 0; i < kWeights; ++i) {
    if (std::fabs(x[i]) > std::fabs(extreme)) extreme = x[i];
  }
  return extreme;
}

void encode_small(const float* x, std::size_t blocks, std::uint8_t* bytes, Small how) {
  for (; blocks-- > 0; x += kWeights, bytes += how.bytes()) {
    float d, low = 0, bias = 0.5f;
    if (how.affine) {
      low = *std::min_element(x, x + kWeights);  // the first of equals, so the first of −0 and 0
      d = (*std::max_element(x, x + kWeights) - low) / static_cast<float>(how.levels() - 1);
      store_half(bytes + 2, low);
    } else {
      bias += static_cast<float>(how.levels() / 2);
      d = signed_extreme(x) / static_cast<float>(-how.levels() / 2);
    }
    store_half(bytes, d);
    const float inverse = finite_inverse(d);
    if (inverse == 0) low = 0;  // the range may have overflowed
    std::uint32_t fifth = 0;
    for (int i = 0; i < kWeights; ++i) {
      const int code = std::min(how.levels() - 1, static_cast<int>((x[i] - low) * inverse + bias));
      std::uint8_t& byte = bytes[how.nibbles() + i % kHalf];
      byte = static_cast<std::uint8_t>(i < kHalf ? code & 15 : byte | (code & 15) << 4);
      fifth |= static_cast<std::uint32_t>(code >> 4) << i;
    }
    if (how.bits == 5) {
      store_u16(bytes + how.high(), static_cast<std::uint16_t>(fifth));
      store_u16(bytes + how.high() + 2, static_cast<std::uint16_t>(fifth >> 16));
    }
  }
}

void decode_small(const std::uint8_t* bytes, std::size_t blocks, float* x, Small how) {
  for (; blocks-- > 0; x += kWeights, bytes += how.bytes()) {
    const float d = load_half(bytes);
    for (int i = 0; i < kWeights; ++i) {
      int code = bytes[how.nibbles() + i % kHalf] >> (i < kHalf ? 0 : 4) & 15;
      if (how.bits == 5) code |= (bytes[how.high() + i / 8] >> i % 8 & 1) << 4;
      if (!how.affine) code -= how.levels() / 2;
      x[i] = static_cast<float>(code) * d;
      if (how.affine) x[i] += load_half(bytes + 2);
    }
  }
}

// FP4's magnitudes in units of half its scale; bit 3 is the sign.
constexpr int kFp4[] = {0, 1, 2, 3, 4, 6, 8, 12};

}  // namespace

namespace scalar_blocks {

void encode_q4_0(const float* x, std::size_t n, std::uint8_t* bytes) {
  encode_small(x, n, bytes, {4, false});
}
void encode_q4_1(const float* x, std::size_t n, std::uint8_t* bytes) {
  encode_small(x, n, bytes, {4, true});
}
void encode_q5_0(const float* x, std::size_t n, std::uint8_t* bytes) {
  encode_small(x, n, bytes, {5, false});
}
void encode_q5_1(const float* x, std::size_t n, std::uint8_t* bytes) {
  encode_small(x, n, bytes, {5, true});
}
void decode_q4_0(const std::uint8_t* bytes, std::size_t n, float* x) {
  decode_small(bytes, n, x, {4, false});
}
void decode_q4_1(const std::uint8_t* bytes, std::size_t n, float* x) {
  decode_small(bytes, n, x, {4, true});
}
void decode_q5_0(const std::uint8_t* bytes, std::size_t n, float* x) {
  decode_small(bytes, n, x, {5, false});
}
void decode_q5_1(const std::uint8_t* bytes, std::size_t n, float* x) {
  decode_small(bytes, n, x, {5, true});
}

void encode_q8_0(const float* x, std::size_t blocks, std::uint8_t* bytes) {
  for (; blocks-- > 0; x += kWeights, bytes += 2 + kWeights) {
    const float d = std::fabs(signed_extreme(x)) / 127;
    const float inverse = finite_inverse(d);
    store_half(bytes, d);
    for (int i = 0; i < kWeights; ++i) {
      bytes[2 + i] = static_cast<std::uint8_t>(static_cast<int>(std::round(x[i] * inverse)));
    }
  }
}

void decode_q8_0(const std::uint8_t* bytes, std::size_t blocks, float* x) {
  for (; blocks-- > 0; x += kWeights, bytes += 2 + kWeights) {
    const float d = load_half(bytes);
    for (int i = 0; i < kWeights; ++i)
      x[i] = static_cast<float>(static_cast<std::int8_t>(bytes[2 + i])) * d;
  }
}

void encode_mxfp4(const float* x, std::size_t blocks, std::uint8_t* bytes) {
  for (; blocks-- > 0; x += kWeights, bytes += 1 + kHalf) {
    // floor(log2 of the largest) − 2, which FP4's largest exponent is.
    const std::uint32_t exponent = bits_of(std::fabs(signed_extreme(x))) >> 23;
    const std::uint32_t e = exponent < 2 ? 0 : exponent - 2;
    const double unit = power_scale(e);
    bytes[0] = static_cast<std::uint8_t>(e);
    for (int i = 0; i < kWeights; ++i) {
      const double size = std::fabs(x[i]);
      int code = 0;
      while (code < 7 &&
             std::fabs(kFp4[code + 1] * unit - size) < std::fabs(kFp4[code] * unit - size))
        ++code;
      if (x[i] < 0 && code > 0) code |= 8;
      std::uint8_t& byte = bytes[1 + i % kHalf];
      byte = static_cast<std::uint8_t>(i < kHalf ? code : byte | code << 4);
    }
  }
}

void decode_mxfp4(const std::uint8_t* bytes, std::size_t blocks, float* x) {
  for (; blocks-- > 0; x += kWeights, bytes += 1 + kHalf) {
    const float unit = power_scale(bytes[0]);
    for (int i = 0; i < kWeights; ++i) {
      const int code = bytes[1 + i % kHalf] >> (i < kHalf ? 0 : 4) & 15;
      x[i] = static_cast<float>(code & 8 ? -kFp4[code & 7] : kFp4[code & 7]) * unit;
    }
  }
}

}  // namespace scalar_blocks

}  // namespace halfstep
