// The SIMD twin of scalar_grouped.cpp.
#include "kernels/grouped.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/lanes.h"

namespace halfstep {

namespace {

constexpr std::size_t kLeast = 16;  // weights that a group is a multiple of

v128_t splat_bits(std::uint32_t bits) { return wasm_i32x4_splat(static_cast<std::int32_t>(bits)); }

void absmax(const float* x, std::size_t n, std::size_t group, float* out) {
  const std::size_t whole = n / group * group;
  for (std::size_t begin = 0; begin < whole; begin += group) {
    v128_t a = zeros(), b = zeros();
    for (std::size_t i = begin; i < begin + group; i += 8) {
      a = wasm_f32x4_pmax(a, wasm_f32x4_abs(wasm_v128_load(x + i)));
      b = wasm_f32x4_pmax(b, wasm_f32x4_abs(wasm_v128_load(x + i + 4)));
    }
    *out++ = max4(wasm_f32x4_pmax(a, b));
  }
  if (whole < n) scalar_grouped().absmax(x + whole, n - whole, group, out);
}

// Values of a minifloat, without their codes: 2^(23 − m) times a's binade, or the least one, is so large that
// float32's addition rounds a to the format's last place, half to even.
class FloatValues {
 public:
  FloatValues(const MinifloatShape& shape, float top)
      : least_(splat_bits(static_cast<std::uint32_t>(128 - shape.bias) << 23)),
        shift_(splat_bits(static_cast<std::uint32_t>(23 - shape.mantissa_bits) << 23)),
        top_(wasm_f32x4_splat(top)) {}

  static constexpr bool multiplies() { return false; }
  [[gnu::always_inline]] void sixteen(const v128_t* t, v128_t* q) const {
    for (int i = 0; i < 4; ++i) {
      const v128_t a = wasm_f32x4_pmin(wasm_f32x4_abs(t[i]), top_);
      const v128_t binade = wasm_i32x4_max(wasm_v128_and(a, splat_bits(0x7F800000)), least_);
      const v128_t large = wasm_i32x4_add(binade, shift_);
      const v128_t size = wasm_f32x4_sub(wasm_f32x4_add(a, large), large);
      q[i] = wasm_v128_bitselect(t[i], size, splat_bits(0x80000000u));
    }
  }

 private:
  v128_t least_, shift_, top_;
};

// Values of up to 16 levels: edges are counted, and levels looked up a byte of float32 at a time.
class BookValues {
 public:
  explicit BookValues(const Cells& grid) : multiplies_(grid.reciprocal) {
    const std::size_t edges = grid.book_edges.size();
    // What lacks of 16 levels is never reached.
    for (std::size_t k = 0; k < 15; ++k) edges_[k] = wasm_f32x4_splat(k < edges ? grid.book_edges[k] : INFINITY);
    float levels[16] = {};
    std::copy(grid.book_levels.begin(), grid.book_levels.end(), levels);
    std::uint8_t bytes[4][16];
    for (int k = 0; k < 16; ++k) {
      std::uint8_t level[4];
      std::memcpy(level, levels + k, 4);
      for (int b = 0; b < 4; ++b) bytes[b][k] = level[b];
    }
    for (int b = 0; b < 4; ++b) planes_[b] = wasm_v128_load(bytes[b]);
  }

  bool multiplies() const { return multiplies_; }
  [[gnu::always_inline]] void sixteen(const v128_t* t, v128_t* q) const {
    v128_t a = zeros(), b = zeros(), c = zeros(), d = zeros();  // codes' negatives
    for (const v128_t& edge : edges_) {
      a = wasm_i32x4_add(a, wasm_f32x4_le(edge, t[0]));
      b = wasm_i32x4_add(b, wasm_f32x4_le(edge, t[1]));
      c = wasm_i32x4_add(c, wasm_f32x4_le(edge, t[2]));
      d = wasm_i32x4_add(d, wasm_f32x4_le(edge, t[3]));
    }
    const v128_t all =
        wasm_i8x16_neg(wasm_i8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(a, b), wasm_i16x8_narrow_i32x4(c, d)));
    v128_t bytes[4];
    for (int b = 0; b < 4; ++b) bytes[b] = wasm_i8x16_swizzle(planes_[b], all);
    const v128_t low01 = interleave_low(bytes[0], bytes[1]), low23 = interleave_low(bytes[2], bytes[3]);
    const v128_t high01 = interleave_high(bytes[0], bytes[1]), high23 = interleave_high(bytes[2], bytes[3]);
    q[0] = pairs_low(low01, low23);
    q[1] = pairs_high(low01, low23);
    q[2] = pairs_low(high01, high23);
    q[3] = pairs_high(high01, high23);
  }

 private:
  static v128_t interleave_low(v128_t a, v128_t b) {
    return wasm_i8x16_shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  }
  static v128_t interleave_high(v128_t a, v128_t b) {
    return wasm_i8x16_shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  }
  static v128_t pairs_low(v128_t a, v128_t b) { return wasm_i16x8_shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
  static v128_t pairs_high(v128_t a, v128_t b) { return wasm_i16x8_shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15); }

  bool multiplies_;
  v128_t edges_[15], planes_[4];
};

v128_t in_double(v128_t x) { return wasm_f64x2_add(promote_low(x), promote_high(x)); }

struct Sums {
  static constexpr int kTogether = 4;  // times sixteen weights summed in float32

  v128_t n = zeros(), nn = zeros(), xn = zeros(), outs = zeros();                  // lanes of float32, since the last flush
  v128_t beyond = zeros();                                                         // lanes of counts
  v128_t most = zeros(), granular = zeros();                                       // largest |n|, of all and inside the range
  v128_t all_n = zeros(), all_nn = zeros(), all_xn = zeros(), all_outs = zeros();  // lanes of double
  int since = 0;

  template <typename Values>
  [[gnu::always_inline]] void add_sixteen(const float* x, const Values& values, v128_t by, v128_t scale, v128_t reach) {
    v128_t v[4], t[4], q[4];
    for (int j = 0; j < 4; ++j) {
      v[j] = wasm_v128_load(x + 4 * j);
      t[j] = values.multiplies() ? wasm_f32x4_mul(v[j], by) : wasm_f32x4_div(v[j], by);
    }
    values.sixteen(t, q);
    for (int j = 0; j < 4; ++j) {
      const v128_t e = wasm_f32x4_sub(v[j], wasm_f32x4_mul(q[j], scale)), size = wasm_f32x4_abs(e);
      const v128_t square = wasm_f32x4_mul(e, e), out = wasm_f32x4_gt(wasm_f32x4_abs(v[j]), reach);
      n = wasm_f32x4_add(n, e);
      nn = wasm_f32x4_add(nn, square);
      xn = wasm_f32x4_add(xn, wasm_f32x4_mul(e, v[j]));
      outs = wasm_f32x4_add(outs, wasm_v128_and(square, out));
      beyond = wasm_i32x4_sub(beyond, out);
      most = wasm_f32x4_pmax(most, size);
      granular = wasm_f32x4_pmax(granular, wasm_v128_andnot(size, out));
    }
    if (++since == kTogether) flush();
  }
  void flush() {
    all_n = wasm_f64x2_add(all_n, in_double(n));
    all_nn = wasm_f64x2_add(all_nn, in_double(nn));
    all_xn = wasm_f64x2_add(all_xn, in_double(xn));
    all_outs = wasm_f64x2_add(all_outs, in_double(outs));
    n = nn = xn = outs = zeros();
    since = 0;
  }
  void end(NoiseSums& sums) {
    flush();
    sums.n += sum2(all_n);
    sums.nn += sum2(all_nn);
    sums.xn += sum2(all_xn);
    sums.overload_nn += sum2(all_outs);
    // A lane's share of 2³² weights may be above 2³¹.
    for (const std::int32_t count : {wasm_i32x4_extract_lane(beyond, 0), wasm_i32x4_extract_lane(beyond, 1),
                                     wasm_i32x4_extract_lane(beyond, 2), wasm_i32x4_extract_lane(beyond, 3)}) {
      sums.overload += static_cast<std::uint32_t>(count);
    }
    sums.granular_max = std::max(sums.granular_max, static_cast<double>(max4(granular)));
    sums.max = std::max(sums.max, static_cast<double>(max4(most)));
  }
};

template <typename Values>
void noise_of(const float* x, std::size_t n, std::size_t group, const GroupScale* scales, const Cells& grid,
              const MinifloatShape& shape, const Values& values, NoiseSums& sums) {
  const std::size_t whole = n / group * group;
  Sums all;
  for (std::size_t begin = 0; begin < whole; begin += group, ++scales) {
    // No reciprocal overflows from there on.
    if (scales->own <= 0x1p-126f) {
      scalar_grouped().noise(x + begin, group, group, scales, grid, shape, sums);
      continue;
    }
    const v128_t scale = wasm_f32x4_splat(scales->scale), reach = wasm_f32x4_splat(scales->reach);
    const v128_t by = wasm_f32x4_splat(values.multiplies() ? 1 / scales->own : scales->own);
    for (std::size_t i = begin; i < begin + group; i += kLeast) all.add_sixteen(x + i, values, by, scale, reach);
  }
  if (whole < n) scalar_grouped().noise(x + whole, n - whole, group, scales, grid, shape, sums);
  all.end(sums);
}

void noise(const float* x, std::size_t n, std::size_t group, const GroupScale* scales, const Cells& grid,
           const MinifloatShape& shape, NoiseSums& sums) {
  if (shape.largest > 0 && shape.bias != 127) {
    const float top = grid.book_levels.back();
    noise_of(x, n, group, scales, grid, shape, FloatValues(shape, top), sums);
  } else {
    noise_of(x, n, group, scales, grid, shape, BookValues(grid), sums);
  }
}

}  // namespace

const GroupedKernels& simd_grouped() {
  static constexpr GroupedKernels kernels{"simd", absmax, noise};
  return kernels;
}

}  // namespace halfstep
