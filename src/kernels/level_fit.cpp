#include "kernels/level_fit.h"

#include "kernels/half.h"
#include "kernels/lanes.h"

namespace halfstep {

namespace {

constexpr int kTable = 16;

// Calls each(x, l) for every vector of weights with their nearest levels.
template <typename Each>
void each_level(const Ladder& ladder, const float* x, int n, float inverse, float offset,
                Each&& each) {
  const v128_t multiply = wasm_f32x4_splat(inverse), subtract = wasm_f32x4_splat(offset);
  const v128_t low = wasm_f32x4_splat(ladder.low), high = wasm_f32x4_splat(ladder.high);
  const v128_t magic = wasm_f32x4_splat(0x1.8p23f);
  for (int i = 0; i < n; i += 4) {
    const v128_t weights = wasm_v128_load(x + i);
    const v128_t place = wasm_f32x4_mul(wasm_f32x4_sub(weights, subtract), multiply);
    v128_t level;
    if (ladder.table) {
      level = wasm_f32x4_splat(ladder.table[0]);
      for (int k = 1; k < kTable; ++k) {
        const float middle = (ladder.table[k - 1] + ladder.table[k]) * 0.5f;
        const v128_t rise = wasm_f32x4_splat(ladder.table[k] - ladder.table[k - 1]);
        level = wasm_f32x4_add(level,
                               wasm_v128_and(wasm_f32x4_gt(place, wasm_f32x4_splat(middle)), rise));
      }
    } else {
      // Beside 1.5·2²³ a float32 counts ones: the addition rounds.
      const v128_t inside = wasm_f32x4_pmax(low, wasm_f32x4_pmin(high, place));
      level = wasm_f32x4_sub(wasm_f32x4_add(inside, magic), magic);
    }
    each(weights, level);
  }
}

float sum4(v128_t x) {
  return (wasm_f32x4_extract_lane(x, 0) + wasm_f32x4_extract_lane(x, 1)) +
         (wasm_f32x4_extract_lane(x, 2) + wasm_f32x4_extract_lane(x, 3));
}

}  // namespace

LevelSums level_sums(const Ladder& ladder, const float* x, int n, float inverse, float offset) {
  v128_t l = zeros(), ll = zeros(), lx = zeros();
  each_level(ladder, x, n, inverse, offset, [&](v128_t weights, v128_t level) {
    l = wasm_f32x4_add(l, level);
    ll = wasm_f32x4_add(ll, wasm_f32x4_mul(level, level));
    lx = wasm_f32x4_add(lx, wasm_f32x4_mul(level, weights));
  });
  return {sum4(l), sum4(ll), sum4(lx)};
}

float level_error(const Ladder& ladder, const float* x, int n, float scale, float offset) {
  const v128_t multiply = wasm_f32x4_splat(scale), add = wasm_f32x4_splat(offset);
  v128_t sum = zeros();
  each_level(ladder, x, n, finite_inverse(scale), offset, [&](v128_t weights, v128_t level) {
    const v128_t error =
        wasm_f32x4_sub(weights, wasm_f32x4_add(wasm_f32x4_mul(level, multiply), add));
    sum = wasm_f32x4_add(sum, wasm_f32x4_mul(error, error));
  });
  return sum4(sum);
}

void level_codes(const Ladder& ladder, const float* x, int n, float scale, float offset,
                 std::uint8_t* codes) {
  each_level(ladder, x, n, finite_inverse(scale), offset, [&](v128_t, v128_t level) {
    float levels[4];
    wasm_v128_store(levels, level);
    for (const float value : levels) {
      int code = 0;
      if (ladder.table) {
        while (ladder.table[code] < value) ++code;
      } else {
        code = static_cast<int>(value - ladder.low);
      }
      *codes++ = static_cast<std::uint8_t>(code);
    }
  });
}

void expand_levels(const std::uint16_t* codes, int n, const float* levels, float scale,
                   float offset, float* x) {
  for (int i = 0; i < n; ++i) x[i] = levels[codes[i]] * scale + offset;
}

}  // namespace halfstep
