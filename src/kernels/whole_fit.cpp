#include "kernels/whole_fit.h"

#include "kernels/lanes.h"

namespace halfstep {

namespace {

v128_t clamp(v128_t x, v128_t low, v128_t high) {
  return wasm_f32x4_pmax(low, wasm_f32x4_pmin(high, x));
}

// Σ over the parts of the least that error(item) has for one of their items.
template <typename Item, typename Error>
void sum_of_least(const Choices<Item>& choices, float errors[4], Error&& error) {
  v128_t sum = zeros();
  for (int p = 0; p < choices.parts; ++p) {
    const Item* item = choices.items + p * choices.each;
    v128_t least = error(*item);
    for (const Item* end = item++ + choices.counts[p]; item < end; ++item)
      least = wasm_f32x4_pmin(least, error(*item));
    sum = add(sum, least);
  }
  wasm_v128_store(errors, sum);
}

}  // namespace

void whole_errors(const Choices<Wish>& wishes, float low, float high, const float steps[4],
                  float errors[4]) {
  const v128_t step = wasm_v128_load(steps), inverse = finite_inverse4(step);
  const v128_t lowest = wasm_f32x4_splat(low), highest = wasm_f32x4_splat(high);
  sum_of_least(wishes, errors, [&](const Wish& wish) {
    const v128_t value = wasm_v128_load32_splat(&wish.value);
    const v128_t whole = round_small(clamp(mul(value, inverse), lowest, highest));
    const v128_t away = sub(mul(whole, step), value);
    return add(wasm_v128_load32_splat(&wish.error),
               mul(wasm_v128_load32_splat(&wish.stiff), mul(away, away)));
  });
}

void pair_errors(const Choices<Line>& lines, const WholeRange& range, const float d[4],
                 const float m[4], float errors[4]) {
  const v128_t step = wasm_v128_load(d), inverse = finite_inverse4(step);
  const v128_t min_step = wasm_f32x4_neg(wasm_v128_load(m)), min_inverse = finite_inverse4(min_step);
  const v128_t low = wasm_f32x4_splat(range.scale_low), high = wasm_f32x4_splat(range.scale_high);
  const v128_t most = wasm_f32x4_splat(range.min_high), n = wasm_f32x4_splat(range.n);
  const v128_t share = wasm_f32x4_splat(range.min_high > 0 ? 1 / range.n : 0);
  sum_of_least(lines, errors, [&](const Line& line) {
    const v128_t scale = wasm_v128_load32_splat(&line.scale);
    const v128_t offset = wasm_v128_load32_splat(&line.offset);
    const v128_t l = wasm_v128_load32_splat(&line.l), ll = wasm_v128_load32_splat(&line.ll);
    const v128_t place = clamp(mul(scale, inverse), low, high);
    // An offset can make good what the scale lacks.
    const auto away = [&](v128_t s) {
      const v128_t ds = sub(mul(step, s), scale);
      const v128_t want = sub(offset, mul(mul(l, ds), share));
      const v128_t t = round_small(clamp(mul(want, min_inverse), zeros(), most));
      const v128_t off = sub(mul(min_step, t), offset);
      return add(mul(ds, add(mul(ll, ds), mul(add(l, l), off))), mul(n, mul(off, off)));
    };
    return add(wasm_v128_load32_splat(&line.error),
               wasm_f32x4_pmin(away(wasm_f32x4_floor(place)), away(wasm_f32x4_ceil(place))));
  });
}

}  // namespace halfstep
