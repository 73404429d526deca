#include "kernels/level_fit.h"

#include "kernels/lanes.h"

namespace halfstep {

namespace {

// The nearest level of each place. A table's are looked up where kTable.
template <bool kTable>
class Nearest {
 public:
  explicit Nearest(const Ladder& ladder)
      : table_(ladder.nearest),
        low_(wasm_f32x4_splat(ladder.low)),
        high_(wasm_f32x4_splat(ladder.high)),
        first_(wasm_i32x4_splat(static_cast<int>(2 * ladder.low))) {}

  v128_t operator()(v128_t place) const {
    const v128_t inside = wasm_f32x4_pmax(low_, wasm_f32x4_pmin(high_, place));
    if constexpr (!kTable) return round_small(inside);
    // Beside 1.5·2²³ a float32 counts ones, and so do its bits.
    const v128_t magic = wasm_f32x4_splat(0x1.8p23f);
    const v128_t halves = wasm_f32x4_ceil(wasm_f32x4_add(inside, inside));
    const v128_t at = wasm_i32x4_sub(wasm_i32x4_sub(wasm_f32x4_add(halves, magic), magic), first_);
    return wasm_f32x4_make(
        table_[wasm_i32x4_extract_lane(at, 0)], table_[wasm_i32x4_extract_lane(at, 1)],
        table_[wasm_i32x4_extract_lane(at, 2)], table_[wasm_i32x4_extract_lane(at, 3)]);
  }

 private:
  const float* table_;
  v128_t low_, high_, first_;
};

template <bool kTable>
void fit(const Ladder& ladder, const float* x, int n, LevelFits& fits) {
  const Nearest<kTable> nearest(ladder);
  const v128_t scale = wasm_v128_load(fits.scale), offset = wasm_v128_load(fits.offset);
  const v128_t inverse = finite_inverse4(scale);
  v128_t error = zeros(), r = zeros(), rl = zeros(), l = zeros(), ll = zeros();
  for (int i = 0; i < n; ++i) {
    const v128_t weight = wasm_v128_load32_splat(x + i);
    const v128_t level = nearest(wasm_f32x4_mul(wasm_f32x4_sub(weight, offset), inverse));
    const v128_t rest =
        wasm_f32x4_sub(weight, wasm_f32x4_add(wasm_f32x4_mul(level, scale), offset));
    error = wasm_f32x4_add(error, wasm_f32x4_mul(rest, rest));
    r = wasm_f32x4_add(r, rest);
    rl = wasm_f32x4_add(rl, wasm_f32x4_mul(rest, level));
    l = wasm_f32x4_add(l, level);
    ll = wasm_f32x4_add(ll, wasm_f32x4_mul(level, level));
  }
  wasm_v128_store(fits.error, error);
  wasm_v128_store(fits.r, r);
  wasm_v128_store(fits.rl, rl);
  wasm_v128_store(fits.l, l);
  wasm_v128_store(fits.ll, ll);
}

template <bool kTable>
void codes_of(const Ladder& ladder, const float* x, int n, float scale, float offset,
              std::uint8_t* codes) {
  const Nearest<kTable> nearest(ladder);
  const v128_t multiply = finite_inverse4(wasm_f32x4_splat(scale)), subtract = wasm_f32x4_splat(offset);
  for (int i = 0; i < n; i += 4) {
    float levels[4];
    wasm_v128_store(levels, nearest(wasm_f32x4_mul(
                                wasm_f32x4_sub(wasm_v128_load(x + i), subtract), multiply)));
    for (const float value : levels) {
      int code = 0;
      if constexpr (kTable) {
        while (ladder.table[code] < value) ++code;
      } else {
        code = static_cast<int>(value - ladder.low);
      }
      *codes++ = static_cast<std::uint8_t>(code);
    }
  }
}

}  // namespace

void fit_levels(const Ladder& ladder, const float* x, int n, LevelFits& fits) {
  ladder.table ? fit<true>(ladder, x, n, fits) : fit<false>(ladder, x, n, fits);
}

void solve_lines(int n, Offsets offsets, LevelFits& fits) {
  const v128_t l = wasm_v128_load(fits.l), ll = wasm_v128_load(fits.ll);
  const v128_t r = wasm_v128_load(fits.r), rl = wasm_v128_load(fits.rl);
  const v128_t count = wasm_f32x4_splat(static_cast<float>(n));
  const v128_t from = wasm_v128_load(fits.offset);
  v128_t offset = zeros(), turns = wasm_f32x4_eq(offset, offset);
  if (offsets != Offsets::None) {
    const v128_t spread = sub(mul(count, ll), mul(l, l));
    // Of levels all alike any scale will do: the offset alone moves.
    const v128_t several = wasm_f32x4_gt(spread, zeros());
    offset = wasm_v128_bitselect(mul(sub(mul(ll, r), mul(l, rl)), finite_inverse4(spread)),
                                 wasm_f32x4_div(r, count), several);
    const v128_t to = add(from, offset);
    // … and then not at all, if the scale alone can do it.
    const v128_t mean = add(to, wasm_f32x4_div(mul(l, wasm_v128_load(fits.scale)), count));
    const v128_t beyond =
        offsets == Offsets::Below ? wasm_f32x4_gt(wasm_v128_bitselect(to, mean, several), zeros())
                                  : wasm_f32x4_lt(to, zeros());
    offset = wasm_v128_bitselect(wasm_f32x4_neg(from), offset, beyond);
    turns = wasm_v128_or(several, beyond);
  }
  const v128_t scale =
      wasm_v128_and(turns, mul(sub(rl, mul(l, offset)), finite_inverse4(ll)));
  const v128_t twice = wasm_f32x4_splat(2), before = wasm_v128_load(fits.error);
  const v128_t gain = mul(twice, add(mul(scale, rl), mul(offset, r)));
  const v128_t cost = add(mul(scale, add(mul(ll, scale), mul(twice, mul(l, offset)))),
                          mul(count, mul(offset, offset)));
  const v128_t error = add(sub(before, gain), cost);
  const v128_t told = wasm_f32x4_gt(error, mul(before, wasm_f32x4_splat(0x1p-20f)));
  wasm_v128_store(fits.error, wasm_v128_and(error, told));
  wasm_v128_store(fits.scale, add(wasm_v128_load(fits.scale), scale));
  wasm_v128_store(fits.offset, add(from, offset));
}

void level_codes(const Ladder& ladder, const float* x, int n, float scale, float offset,
                 std::uint8_t* codes) {
  ladder.table ? codes_of<true>(ladder, x, n, scale, offset, codes)
               : codes_of<false>(ladder, x, n, scale, offset, codes);
}

void expand_levels(const std::uint16_t* codes, int n, const float* levels, float scale,
                   float offset, float* x) {
  for (int i = 0; i < n; ++i) x[i] = levels[codes[i]] * scale + offset;
}

}  // namespace halfstep
