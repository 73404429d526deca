// The SIMD twin of scalar_hadamard.cpp: its additions in its order, four lanes at a time and several levels between
// a load and a store.
#include "kernels/hadamard.h"
#include "kernels/rotation_signs.h"
#include "kernels/simd.h"

namespace halfstep {

namespace {

// The signs of four weights, from the lowest bits of `word`, as bits to xor with.
v128_t signs4(std::uint32_t word) {
  const v128_t bits = wasm_i32x4_make(1, 2, 4, 8);
  const v128_t set = wasm_i32x4_eq(wasm_v128_and(wasm_i32x4_splat(static_cast<std::int32_t>(word)), bits), bits);
  return wasm_v128_and(set, wasm_i32x4_splat(INT32_MIN));
}

// The two levels inside a vector.
v128_t butterflies4(v128_t v) {
  const v128_t pairs = wasm_i32x4_shuffle(v, v, 1, 0, 3, 2);
  v = wasm_f32x4_add(pairs, wasm_v128_xor(v, wasm_f32x4_make(0, -0.0f, 0, -0.0f)));
  const v128_t halves = wasm_i32x4_shuffle(v, v, 2, 3, 0, 1);
  return wasm_f32x4_add(halves, wasm_v128_xor(v, wasm_f32x4_make(0, 0, -0.0f, -0.0f)));
}

void butterfly(v128_t& a, v128_t& b) {
  const v128_t difference = wasm_f32x4_sub(a, b);
  a = wasm_f32x4_add(a, b);
  b = difference;
}

// Scales, and does the levels inside each 4·kVectors weights of a block; `flip` for the signs first.
template <std::size_t kVectors>
void first_levels(const float* x, std::size_t block, bool flip, RotationSigns& signs, std::uint32_t index, float* y) {
  const v128_t scale = wasm_f32x4_splat(rotation_scale(block));
  for (std::size_t i = 0; i < block; i += 4 * kVectors) {
    const std::uint32_t word = flip ? signs.word(index + static_cast<std::uint32_t>(i), 4 * kVectors) : 0;
    v128_t v[kVectors];
    for (std::size_t k = 0; k < kVectors; ++k) {
      const v128_t weights = wasm_v128_xor(wasm_v128_load(x + i + 4 * k), signs4(word >> 4 * k));
      v[k] = butterflies4(wasm_f32x4_mul(weights, scale));
    }
    for (std::size_t half = 1; half < kVectors; half *= 2) {
      for (std::size_t k = 0; k < kVectors; ++k) {
        if ((k & half) == 0) butterfly(v[k], v[k + half]);
      }
    }
    for (std::size_t k = 0; k < kVectors; ++k) wasm_v128_store(y + i + 4 * k, v[k]);
  }
}

// The levels from `half`, a multiple of 4, on: two at a time, and one where their number is odd.
void last_levels(float* y, std::size_t block, std::size_t half) {
  for (; 4 * half <= block; half *= 4) {
    for (std::size_t i = 0; i < block; i += 4 * half) {
      for (float* at = y + i; at < y + i + half; at += 4) {
        v128_t a = wasm_v128_load(at), b = wasm_v128_load(at + half);
        v128_t c = wasm_v128_load(at + 2 * half), d = wasm_v128_load(at + 3 * half);
        butterfly(a, b);
        butterfly(c, d);
        butterfly(a, c);
        butterfly(b, d);
        wasm_v128_store(at, a);
        wasm_v128_store(at + half, b);
        wasm_v128_store(at + 2 * half, c);
        wasm_v128_store(at + 3 * half, d);
      }
    }
  }
  if (half == block) return;
  for (float* at = y; at < y + half; at += 4) {
    v128_t a = wasm_v128_load(at), b = wasm_v128_load(at + half);
    butterfly(a, b);
    wasm_v128_store(at, a);
    wasm_v128_store(at + half, b);
  }
}

// Multiplies a block by its signs.
void flip(float* y, std::size_t block, RotationSigns& signs, std::uint32_t index) {
  const std::size_t stretch = std::min<std::size_t>(block, 32);
  for (std::size_t i = 0; i < block; i += stretch) {
    std::uint32_t word = signs.word(index + static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(stretch));
    for (float* at = y + i; at < y + i + stretch; at += 4, word >>= 4) {
      wasm_v128_store(at, wasm_v128_xor(wasm_v128_load(at), signs4(word)));
    }
  }
}

// Transforms whole blocks of four weights or more, signs before (rotate) or after; returns how many weights.
std::size_t transform(const float* x, std::size_t n, const Rotation& rotation, std::uint32_t index, bool before,
                      float* y) {
  RotationSigns signs(rotation.seed);
  std::size_t begin = 0;
  for (std::size_t block = rotation.block; begin < n; begin += block) {
    while (block > n - begin) block /= 2;
    if (block < 4) break;
    const std::uint32_t place = index + static_cast<std::uint32_t>(begin);
    float* const to = y + begin;
    if (block < 32) {
      first_levels<1>(x + begin, block, before, signs, place, to);
      last_levels(to, block, 4);
    } else {
      first_levels<8>(x + begin, block, before, signs, place, to);
      last_levels(to, block, 32);
    }
    if (!before) flip(to, block, signs, place);
  }
  return begin;
}

void rotate(const float* x, std::size_t n, const Rotation& rotation, std::uint32_t index, float* y) {
  const std::size_t done = transform(x, n, rotation, index, true, y);
  scalar_rotation().rotate(x + done, n - done, rotation, index + static_cast<std::uint32_t>(done), y + done);
}

void unrotate(const float* x, std::size_t n, const Rotation& rotation, std::uint32_t index, float* y) {
  const std::size_t done = transform(x, n, rotation, index, false, y);
  scalar_rotation().unrotate(x + done, n - done, rotation, index + static_cast<std::uint32_t>(done), y + done);
}

}  // namespace

const RotationKernels& simd_rotation() {
  static constexpr RotationKernels table{"simd", rotate, unrotate};
  return table;
}

}  // namespace halfstep
