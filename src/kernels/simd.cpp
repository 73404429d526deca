// The SIMD twins. Whole vectors here, the last few weights through the scalar kernel of the same name.
#include <algorithm>

#include "kernels/counts_simd.h"
#include "kernels/float_order.h"
#include "kernels/kernels.h"
#include "kernels/lanes.h"
#include "kernels/precise_sums_simd.h"
#include "kernels/quantize_simd.h"

namespace halfstep {

namespace {

// Adds the four lanes of a mask of −1s.
std::uint64_t count4(v128_t counts) {
  const auto lane = [](std::int32_t negative) { return static_cast<std::uint64_t>(-static_cast<std::int64_t>(negative)); };
  return lane(wasm_i32x4_extract_lane(counts, 0)) + lane(wasm_i32x4_extract_lane(counts, 1)) +
         lane(wasm_i32x4_extract_lane(counts, 2)) + lane(wasm_i32x4_extract_lane(counts, 3));
}

// Lanes of float32 summed in double.
struct Sum4 {
  v128_t sums = zeros();
  void add(v128_t x) { sums = wasm_f64x2_add(sums, wasm_f64x2_add(promote_low(x), promote_high(x))); }
  double total() const { return sum2(sums); }
};

std::uint32_t read(const float* x, std::size_t n) {
  v128_t a = zeros(), b = zeros(), c = zeros(), d = zeros();
  std::size_t i = 0;
  for (; i + 16 <= n; i += 16) {
    a = wasm_v128_xor(a, wasm_v128_load(x + i));
    b = wasm_v128_xor(b, wasm_v128_load(x + i + 4));
    c = wasm_v128_xor(c, wasm_v128_load(x + i + 8));
    d = wasm_v128_xor(d, wasm_v128_load(x + i + 12));
  }
  const v128_t all = wasm_v128_xor(wasm_v128_xor(a, b), wasm_v128_xor(c, d));
  return static_cast<std::uint32_t>(wasm_i32x4_extract_lane(all, 0) ^ wasm_i32x4_extract_lane(all, 1) ^
                                    wasm_i32x4_extract_lane(all, 2) ^ wasm_i32x4_extract_lane(all, 3)) ^
         scalar_kernels().read(x + i, n - i);
}

std::size_t nonfinite(const float* x, std::size_t n) {
  const v128_t exponent = wasm_i32x4_splat(0x7F800000);
  std::size_t i = 0, count = 0;
  while (i + 4 <= n) {
    v128_t counts = zeros();
    // A lane holds at most 2³¹ ones.
    const std::size_t end = std::min(n - 3, i + (std::size_t{1} << 28));
    for (; i < end; i += 4) {
      const v128_t bits = wasm_v128_and(wasm_v128_load(x + i), exponent);
      counts = wasm_i32x4_add(counts, wasm_i32x4_eq(bits, exponent));
    }
    count += static_cast<std::size_t>(count4(counts));
  }
  return count + scalar_kernels().nonfinite(x + i, n - i);
}

Moments moments(const float* x, std::size_t n) {
  const std::size_t whole = n / 4 * 4;
  Moments m = scalar_kernels().moments(x + whole, n - whole);
  if (whole == 0) return m;
  v128_t sums = zeros(), squares = zeros();
  v128_t least = wasm_v128_load(x), most = least;
  for (std::size_t i = 0; i < whole; i += 4) {
    const v128_t v = wasm_v128_load(x + i);
    least = wasm_f32x4_pmin(least, v);
    most = wasm_f32x4_pmax(most, v);
    const v128_t low = promote_low(v), high = promote_high(v);
    sums = wasm_f64x2_add(sums, wasm_f64x2_add(low, high));
    squares = wasm_f64x2_add(squares, wasm_f64x2_add(wasm_f64x2_mul(low, low), wasm_f64x2_mul(high, high)));
  }
  m.min = m.count ? std::min(m.min, min4(least)) : min4(least);
  m.max = m.count ? std::max(m.max, max4(most)) : max4(most);
  m.count = n;
  m.sum += sum2(sums);
  m.sum_squares += sum2(squares);
  return m;
}

CentralMoments central_moments(const float* x, std::size_t n, double mean) {
  const std::size_t whole = n / 4 * 4;
  CentralMoments m = scalar_kernels().central_moments(x + whole, n - whole, mean);
  const v128_t center = wasm_f64x2_splat(mean);
  v128_t second_low = zeros(), second_high = zeros(), fourth_low = zeros(), fourth_high = zeros();
  for (std::size_t i = 0; i < whole; i += 4) {
    const v128_t v = wasm_v128_load(x + i);
    const v128_t low = wasm_f64x2_sub(promote_low(v), center), high = wasm_f64x2_sub(promote_high(v), center);
    const v128_t low2 = wasm_f64x2_mul(low, low), high2 = wasm_f64x2_mul(high, high);
    second_low = wasm_f64x2_add(second_low, low2);
    second_high = wasm_f64x2_add(second_high, high2);
    fourth_low = wasm_f64x2_add(fourth_low, wasm_f64x2_mul(low2, low2));
    fourth_high = wasm_f64x2_add(fourth_high, wasm_f64x2_mul(high2, high2));
  }
  m.second += sum2(wasm_f64x2_add(second_low, second_high));
  m.fourth += sum2(wasm_f64x2_add(fourth_low, fourth_high));
  return m;
}

double magnitudes(const float* x, std::size_t n) {
  const std::size_t whole = n / 4 * 4;
  v128_t low = zeros(), high = zeros();
  for (std::size_t i = 0; i < whole; i += 4) {
    const v128_t size = wasm_f32x4_abs(wasm_v128_load(x + i));
    low = wasm_f64x2_add(low, promote_low(size));
    high = wasm_f64x2_add(high, promote_high(size));
  }
  return sum2(wasm_f64x2_add(low, high)) + scalar_kernels().magnitudes(x + whole, n - whole);
}

void encode(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, std::uint16_t* codes) {
  const v128_t low = wasm_i32x4_splat(cells.low);
  std::uint16_t* out = codes;
  const std::size_t done = quantize_vectors(x, n, cells, index, [&](v128_t, v128_t k, v128_t) {
    const v128_t code = wasm_i32x4_sub(wasm_i32x4_trunc_sat_f32x4(k), low);
    wasm_v128_store64_lane(out, wasm_u16x8_narrow_i32x4(code, code), 0);
    out += 4;
  });
  scalar_kernels().encode(x + done, n - done, cells, index + static_cast<std::uint32_t>(done), codes + done);
}

void reconstruct(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, float* q) {
  float* out = q;
  const std::size_t done = quantize_vectors(x, n, cells, index, [&](v128_t, v128_t, v128_t value) {
    wasm_v128_store(out, wasm_f32x4_add(value, zeros()));
    out += 4;
  });
  scalar_kernels().reconstruct(x + done, n - done, cells, index + static_cast<std::uint32_t>(done), q + done);
}

// Vectors whose terms are summed in float32 (kernels.h), and checked for overload, at once.
constexpr int kBlock = 12;

// The least and the most of a block's weights, to tell at its end whether any lies beyond the range.
class BlockRange {
 public:
  explicit BlockRange(const Cells& cells)
      : low_(wasm_f32x4_splat(last_within(cells.range_low))), high_(wasm_f32x4_splat(last_within(cells.range_high))) {}

  void see(v128_t x) {
    least_ = wasm_f32x4_pmin(least_, x);
    most_ = wasm_f32x4_pmax(most_, x);
  }
  // Whether any weight seen since the last call was outside.
  bool left() {
    const v128_t out = wasm_v128_or(wasm_f32x4_lt(least_, low_), wasm_f32x4_gt(most_, high_));
    least_ = most_ = zeros();
    return wasm_v128_any_true(out);
  }
  // Lanes outside, as a mask.
  v128_t outside(v128_t x) const { return wasm_v128_or(wasm_f32x4_lt(x, low_), wasm_f32x4_gt(x, high_)); }

 private:
  v128_t low_, high_, least_ = zeros(), most_ = zeros();  // 0 is inside the range of any format
};

// What blocks with some weight beyond the range add, in double. Out of the way of those without.
struct Overload {
  std::uint64_t count = 0;
  v128_t nn = zeros(), granular = zeros(), most = zeros();

  template <typename Quantizer>
  [[gnu::noinline]] void add(const float* x, Quantizer& quantizer, std::size_t place, const BlockRange& range) {
    for (int j = 0; j < kBlock; ++j, place += 4) {
      const v128_t v = wasm_v128_load(x + place), k = quantizer.code(v, place), q = quantizer.value(k);
      const v128_t mask = range.outside(v);
      count += count4(mask);
      half(wasm_f64x2_sub(promote_low(v), promote_low(q)), wasm_i32x4_shuffle(mask, mask, 0, 0, 1, 1));
      half(wasm_f64x2_sub(promote_high(v), promote_high(q)), wasm_i32x4_shuffle(mask, mask, 2, 2, 3, 3));
    }
  }

 private:
  void half(v128_t e, v128_t mask) {
    const v128_t out = wasm_v128_and(e, mask);
    most = wasm_f64x2_pmax(most, wasm_f64x2_abs(e));
    nn = wasm_f64x2_add(nn, wasm_f64x2_mul(out, out));
    granular = wasm_f64x2_pmax(granular, wasm_f64x2_abs(wasm_v128_andnot(e, mask)));
  }
};

void noise(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, NoiseSums& sums) {
  BlockRange range(cells);
  Overload overload;
  v128_t total = zeros(), nn = zeros(), xn = zeros(), block_most = zeros(), granular = zeros();
  const std::size_t done = quantize_blocks<kBlock>(
      x, n, cells, index,
      [&](v128_t v, v128_t, v128_t q) {
        range.see(v);
        const v128_t x_low = promote_low(v), x_high = promote_high(v);
        const v128_t low = wasm_f64x2_sub(x_low, promote_low(q)), high = wasm_f64x2_sub(x_high, promote_high(q));
        total = wasm_f64x2_add(total, wasm_f64x2_add(low, high));
        nn = wasm_f64x2_add(nn, wasm_f64x2_add(wasm_f64x2_mul(low, low), wasm_f64x2_mul(high, high)));
        xn = wasm_f64x2_add(xn, wasm_f64x2_add(wasm_f64x2_mul(low, x_low), wasm_f64x2_mul(high, x_high)));
        block_most = wasm_f64x2_pmax(block_most, wasm_f64x2_pmax(wasm_f64x2_abs(low), wasm_f64x2_abs(high)));
      },
      [&](auto& quantizer, std::size_t place) {
        if (range.left()) {
          overload.add(x, quantizer, place, range);
        } else {
          granular = wasm_f64x2_pmax(granular, block_most);
        }
        block_most = zeros();
      });
  const double inside = std::max(max2(granular), max2(overload.granular));
  sums.n += sum2(total);
  sums.nn += sum2(nn);
  sums.xn += sum2(xn);
  sums.granular_max = std::max(sums.granular_max, inside);
  sums.max = std::max({sums.max, inside, max2(overload.most)});
  sums.overload += overload.count;
  sums.overload_nn += sum2(overload.nn);
  scalar_kernels().noise(x + done, n - done, cells, index + static_cast<std::uint32_t>(done), sums);
}

void noise_blocked(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, NoiseSums& sums) {
  BlockRange range(cells);
  Overload overload;
  Sum4 total, nn, xn;
  v128_t block_n = zeros(), block_nn = zeros(), block_xn = zeros();
  v128_t block_most = zeros(), granular = zeros();
  const std::size_t done = quantize_blocks<kBlock>(
      x, n, cells, index,
      [&](v128_t v, v128_t, v128_t q) {
        range.see(v);
        const v128_t e = wasm_f32x4_sub(v, q);
        block_n = wasm_f32x4_add(block_n, e);
        block_nn = wasm_f32x4_add(block_nn, wasm_f32x4_mul(e, e));
        block_xn = wasm_f32x4_add(block_xn, wasm_f32x4_mul(e, v));
        block_most = wasm_f32x4_pmax(block_most, wasm_f32x4_abs(e));
      },
      [&](auto& quantizer, std::size_t place) {
        total.add(block_n);
        nn.add(block_nn);
        xn.add(block_xn);
        if (range.left()) {
          overload.add(x, quantizer, place, range);
        } else {
          granular = wasm_f32x4_pmax(granular, block_most);
        }
        block_n = block_nn = block_xn = block_most = zeros();
      });
  const double inside = std::max(static_cast<double>(max4(granular)), max2(overload.granular));
  sums.n += total.total();
  sums.nn += nn.total();
  sums.xn += xn.total();
  sums.granular_max = std::max(sums.granular_max, inside);
  sums.max = std::max({sums.max, inside, max2(overload.most)});
  sums.overload += overload.count;
  sums.overload_nn += sum2(overload.nn);
  scalar_kernels().noise(x + done, n - done, cells, index + static_cast<std::uint32_t>(done), sums);
}

void difference(const float* x, const float* q, std::size_t n, NoiseSums& sums) {
  const std::size_t whole = n / 4 * 4;
  v128_t e_sum = zeros(), ee = zeros(), xe = zeros(), most = zeros();
  const v128_t x_mean = wasm_f64x2_splat(sums.about.x), n_mean = wasm_f64x2_splat(sums.about.n);
  const auto add = [&](v128_t value, v128_t level) {
    const v128_t e = wasm_f64x2_sub(wasm_f64x2_sub(value, level), n_mean);
    e_sum = wasm_f64x2_add(e_sum, e);
    ee = wasm_f64x2_add(ee, wasm_f64x2_mul(e, e));
    xe = wasm_f64x2_add(xe, wasm_f64x2_mul(e, wasm_f64x2_sub(value, x_mean)));
    most = wasm_f64x2_pmax(most, wasm_f64x2_abs(e));
  };
  for (std::size_t i = 0; i < whole; i += 4) {
    const v128_t v = wasm_v128_load(x + i), level = wasm_v128_load(q + i);
    add(promote_low(v), promote_low(level));
    add(promote_high(v), promote_high(level));
  }
  sums.n += sum2(e_sum);
  sums.nn += sum2(ee);
  sums.xn += sum2(xe);
  sums.max = std::max({sums.max, wasm_f64x2_extract_lane(most, 0), wasm_f64x2_extract_lane(most, 1)});
  scalar_kernels().difference(x + whole, q + whole, n - whole, sums);
}

SquareError square_error(const float* x, std::size_t n, const Cells& cells, std::uint32_t index) {
  const v128_t range_low = wasm_f32x4_splat(last_within(cells.range_low));
  const v128_t range_high = wasm_f32x4_splat(last_within(cells.range_high));
  Sum4 total, clipped;
  v128_t block_total = zeros(), block_clipped = zeros();
  const std::size_t done = quantize_blocks<kBlock>(
      x, n, cells, index,
      [&](v128_t v, v128_t, v128_t q) {
        const v128_t e = wasm_f32x4_sub(v, q);
        const v128_t beyond = wasm_f32x4_sub(v, wasm_f32x4_pmin(wasm_f32x4_pmax(v, range_low), range_high));
        block_total = wasm_f32x4_add(block_total, wasm_f32x4_mul(e, e));
        block_clipped = wasm_f32x4_add(block_clipped, wasm_f32x4_mul(beyond, beyond));
      },
      [&](const auto&, std::size_t) {
        total.add(block_total);
        clipped.add(block_clipped);
        block_total = block_clipped = zeros();
      });
  SquareError error =
      scalar_kernels().square_error(x + done, n - done, cells, index + static_cast<std::uint32_t>(done));
  error.total += total.total();
  error.clipped += clipped.total();
  return error;
}

ErrorSums errors(const float* x, std::size_t n, double q) {
  const std::size_t whole = n / 4 * 4;
  ErrorSums sums = scalar_kernels().errors(x + whole, n - whole, q);
  const v128_t center = wasm_f64x2_splat(q);
  v128_t e_low = zeros(), e_high = zeros(), ee_low = zeros(), ee_high = zeros(), xe_low = zeros(), xe_high = zeros();
  for (std::size_t i = 0; i < whole; i += 4) {
    const v128_t v = wasm_v128_load(x + i);
    const v128_t x_low = promote_low(v), x_high = promote_high(v);
    const v128_t low = wasm_f64x2_sub(x_low, center), high = wasm_f64x2_sub(x_high, center);
    e_low = wasm_f64x2_add(e_low, low);
    e_high = wasm_f64x2_add(e_high, high);
    ee_low = wasm_f64x2_add(ee_low, wasm_f64x2_mul(low, low));
    ee_high = wasm_f64x2_add(ee_high, wasm_f64x2_mul(high, high));
    xe_low = wasm_f64x2_add(xe_low, wasm_f64x2_mul(x_low, low));
    xe_high = wasm_f64x2_add(xe_high, wasm_f64x2_mul(x_high, high));
  }
  sums.e += sum2(wasm_f64x2_add(e_low, e_high));
  sums.ee += sum2(wasm_f64x2_add(ee_low, ee_high));
  sums.xe += sum2(wasm_f64x2_add(xe_low, xe_high));
  return sums;
}

}  // namespace

const Kernels& simd_kernels() {
  static constexpr Kernels table{"simd", read, nonfinite, moments, central_moments, magnitudes,
                                 encode, reconstruct, noise, noise_blocked, difference,
                                 square_error, errors, simd::precise_sums, simd::count_codes,
                                 simd::histogram, simd::noise_histogram};
  return table;
}

}  // namespace halfstep
