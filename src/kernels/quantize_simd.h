#pragma once
// Four weights at a time through a uniform quantizer: the twin of quantize_each in scalar.cpp.
#include <cfloat>
#include <type_traits>

#include "kernels/rounding.h"
#include "kernels/simd.h"

namespace halfstep {

inline v128_t mix32(v128_t h) {
  h = wasm_i32x4_mul(wasm_v128_xor(h, wasm_u32x4_shr(h, 16)), wasm_i32x4_splat(0x7FEB352D));
  h = wasm_i32x4_mul(wasm_v128_xor(h, wasm_u32x4_shr(h, 15)),
                     wasm_i32x4_splat(static_cast<std::int32_t>(0x846CA68B)));
  return wasm_v128_xor(h, wasm_u32x4_shr(h, 16));
}

inline v128_t unit(v128_t h) {
  return wasm_f32x4_mul(wasm_f32x4_convert_i32x4(wasm_u32x4_shr(h, 8)), wasm_f32x4_splat(0x1p-24f));
}

// The roundings but Nearest, and the dither that Q may have to take off. Out of line, because every loop over
// weights would have a copy of them.
class Otherwise4 {
 public:
  Otherwise4(AnyRounding mode, std::uint64_t seed, std::uint32_t index) : mode_(mode) {
    const StochasticKeys keys(seed);
    first_ = wasm_i32x4_splat(static_cast<std::int32_t>(keys.first));
    second_ = wasm_i32x4_splat(static_cast<std::int32_t>(keys.second));
    index_ = wasm_i32x4_add(wasm_i32x4_splat(static_cast<std::int32_t>(index)), wasm_i32x4_make(0, 1, 2, 3));
  }

  [[gnu::noinline]] v128_t round(v128_t q, std::size_t place) {
    const v128_t one = wasm_f32x4_splat(1), half = wasm_f32x4_splat(0.5f);
    if (mode_.rounding == Rounding::HalfAway) {
      if (mode_.half) {
        const v128_t negative = wasm_f32x4_lt(q, wasm_f32x4_splat(0));
        return wasm_v128_bitselect(wasm_f32x4_sub(wasm_f32x4_ceil(q), one), wasm_f32x4_floor(q), negative);
      }
      const v128_t whole = wasm_f32x4_trunc(q);
      const v128_t away = wasm_f32x4_ge(wasm_f32x4_abs(wasm_f32x4_sub(q, whole)), half);
      const v128_t signed_one = wasm_v128_bitselect(q, one, wasm_i32x4_splat(INT32_MIN));
      return wasm_f32x4_add(whole, wasm_v128_and(away, signed_one));
    }
    const v128_t t = mode_.half ? wasm_f32x4_sub(q, half) : q;
    const v128_t below = wasm_f32x4_floor(t);
    if (mode_.rounding == Rounding::Floor) return below;
    const v128_t index = wasm_i32x4_add(index_, wasm_i32x4_splat(static_cast<std::int32_t>(place)));
    const v128_t h = mix32(wasm_i32x4_add(mix32(wasm_v128_xor(index, first_)), second_));
    const v128_t u = unit(h);
    if (mode_.rounding == Rounding::Stochastic) {
      return wasm_f32x4_add(below, wasm_v128_and(wasm_f32x4_lt(u, wasm_f32x4_sub(t, below)), one));
    }
    dither_ = wasm_f32x4_sub(u, half);
    if (is_triangular(mode_.rounding)) {
      dither_ = wasm_f32x4_add(dither_, wasm_f32x4_sub(unit(mix32(wasm_i32x4_add(h, first_))), half));
    }
    const v128_t dithered = wasm_f32x4_add(q, dither_);
    return mode_.half ? wasm_f32x4_floor(dithered) : wasm_f32x4_nearest(dithered);
  }

  // Q of the level under the weights rounded last.
  v128_t value(v128_t level, v128_t step) const {
    if (!is_subtractive(mode_.rounding)) return wasm_f32x4_mul(level, step);
    const v128_t q = wasm_f32x4_mul(wasm_f32x4_sub(level, dither_), step);
    return wasm_f32x4_pmin(wasm_f32x4_pmax(q, wasm_f32x4_splat(-FLT_MAX)), wasm_f32x4_splat(FLT_MAX));
  }

 private:
  AnyRounding mode_;
  v128_t first_, second_, index_, dither_{};
};

// Round to nearest has nothing to remember.
struct Nearest4 {
  Nearest4(AnyRounding, std::uint64_t, std::uint32_t) {}
  v128_t round(v128_t q, std::size_t) { return q; }
  v128_t value(v128_t level, v128_t step) const { return wasm_f32x4_mul(level, step); }
};

// Lanes' codes as whole floats, and the values of the codes asked for last.
template <typename Mode>
class Quantizer4 {
 public:
  Quantizer4(Mode mode, const Cells& cells, std::uint32_t index)
      : mode_(mode),
        step_(wasm_f32x4_splat(cells.step)),
        divisor_(wasm_f32x4_splat(cells.divisor())),
        offset_(wasm_f32x4_splat(cells.offset)),
        low_(wasm_f32x4_splat(static_cast<float>(cells.low))),
        high_(wasm_f32x4_splat(static_cast<float>(cells.high))),
        otherwise_({mode.rounding, mode.half}, cells.seed, index) {}

  // `place` is the first lane's distance from `index`.
  v128_t code(v128_t x, std::size_t place) {
    const v128_t rounded = round(wasm_f32x4_div(x, divisor_), place);
    return wasm_f32x4_pmin(wasm_f32x4_pmax(rounded, low_), high_);
  }
  v128_t value(v128_t k) const {
    return otherwise_.value(mode_.half ? wasm_f32x4_add(k, offset_) : k, step_);
  }

 private:
  v128_t round(v128_t q, std::size_t place) {
    if (mode_.rounding == Rounding::Nearest) return mode_.half ? wasm_f32x4_floor(q) : wasm_f32x4_nearest(q);
    return otherwise_.round(q, place);
  }

  Mode mode_;
  v128_t step_, divisor_, offset_, low_, high_;
  std::conditional_t<std::is_same_v<Mode, AnyRounding>, Otherwise4, Nearest4> otherwise_;
};

// The same for a codebook: every edge is compared, so it pays for few of them.
class BookQuantizer4 {
 public:
  static constexpr std::size_t kMostEdges = 63;

  explicit BookQuantizer4(const Cells& cells)
      : levels_(cells.book_levels),
        edges_(cells.book_edges),
        scale_(wasm_f32x4_splat(cells.book_scale)),
        place_(cells.place()) {}

  v128_t code(v128_t x, std::size_t) const {
    const v128_t by = wasm_f32x4_splat(place_.by);
    const v128_t t = place_.multiplies ? wasm_f32x4_mul(x, by) : wasm_f32x4_div(x, by);
    v128_t minus = wasm_i32x4_splat(0);
    for (const float edge : edges_) minus = wasm_i32x4_add(minus, wasm_f32x4_ge(t, wasm_f32x4_splat(edge)));
    return wasm_f32x4_convert_i32x4(wasm_i32x4_neg(minus));
  }
  v128_t value(v128_t k) const {
    const v128_t places = wasm_i32x4_trunc_sat_f32x4(k);
    const auto level = [&](std::int32_t place) { return levels_[static_cast<std::size_t>(place)]; };
    const v128_t found =
        wasm_f32x4_make(level(wasm_i32x4_extract_lane(places, 0)), level(wasm_i32x4_extract_lane(places, 1)),
                        level(wasm_i32x4_extract_lane(places, 2)), level(wasm_i32x4_extract_lane(places, 3)));
    return wasm_f32x4_mul(found, scale_);
  }

 private:
  std::span<const float> levels_, edges_;
  v128_t scale_;
  Place place_;
};

// Calls each(x, k, Q) for whole vectors of four, and flush(quantizer, first weight's place) after every kBlock
// of them; returns how many weights that were, a multiple of 4·kBlock. A divisor of zero is left to the scalar twin.
template <int kBlock, typename Each, typename Flush>
std::size_t quantize_blocks(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, Each&& each,
                            Flush&& flush) {
  const auto run = [&](auto quantizer) {
    constexpr std::size_t kWeights = 4 * kBlock;
    std::size_t i = 0;
    for (; i + kWeights <= n; i += kWeights) {
      for (std::size_t j = i; j < i + kWeights; j += 4) {
        const v128_t v = wasm_v128_load(x + j);
        const v128_t k = quantizer.code(v, j);
        each(v, k, quantizer.value(k));
      }
      flush(quantizer, i);
    }
    return i;
  };
  if (cells.divisor() == 0) return 0;
  if (!cells.book_levels.empty()) {
    return cells.book_edges.size() > BookQuantizer4::kMostEdges ? 0 : run(BookQuantizer4(cells));
  }
  return with_rounding(cells, [&](auto mode) { return run(Quantizer4<decltype(mode)>(mode, cells, index)); });
}

template <typename Each>
std::size_t quantize_vectors(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, Each&& each) {
  return quantize_blocks<1>(x, n, cells, index, each, [](const auto&, std::size_t) {});
}

}  // namespace halfstep
