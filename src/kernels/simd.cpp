// The SIMD twins. Whole vectors here, the last few weights through the scalar kernel of the same name.
#include <algorithm>

#include "buffer.h"
#include "kernels/kernels.h"
#include "kernels/quantize_simd.h"

namespace halfstep {

namespace {

v128_t zeros() { return wasm_i32x4_splat(0); }
v128_t promote_low(v128_t x) { return wasm_f64x2_promote_low_f32x4(x); }
v128_t promote_high(v128_t x) { return wasm_f64x2_promote_low_f32x4(wasm_i64x2_shuffle(x, x, 1, 1)); }
double sum2(v128_t x) { return wasm_f64x2_extract_lane(x, 0) + wasm_f64x2_extract_lane(x, 1); }
double max2(v128_t x) { return std::max(wasm_f64x2_extract_lane(x, 0), wasm_f64x2_extract_lane(x, 1)); }
float max4(v128_t x) {
  return std::max(std::max(wasm_f32x4_extract_lane(x, 0), wasm_f32x4_extract_lane(x, 1)),
                  std::max(wasm_f32x4_extract_lane(x, 2), wasm_f32x4_extract_lane(x, 3)));
}
float min4(v128_t x) { return -max4(wasm_f32x4_neg(x)); }
// Adds the four lanes of a mask of −1s.
std::uint64_t count4(v128_t counts) {
  const auto lane = [](std::int32_t negative) { return static_cast<std::uint64_t>(-static_cast<std::int64_t>(negative)); };
  return lane(wasm_i32x4_extract_lane(counts, 0)) + lane(wasm_i32x4_extract_lane(counts, 1)) +
         lane(wasm_i32x4_extract_lane(counts, 2)) + lane(wasm_i32x4_extract_lane(counts, 3));
}

// Lanes of float32 summed in double.
struct Sum4 {
  v128_t low = zeros(), high = zeros();
  void add(v128_t x) {
    low = wasm_f64x2_add(low, promote_low(x));
    high = wasm_f64x2_add(high, promote_high(x));
  }
  double total() const { return sum2(wasm_f64x2_add(low, high)); }
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
  Sum4 sum;
  v128_t low_squares = zeros(), high_squares = zeros();
  v128_t least = wasm_v128_load(x), most = least;
  for (std::size_t i = 0; i < whole; i += 4) {
    const v128_t v = wasm_v128_load(x + i);
    least = wasm_f32x4_pmin(least, v);
    most = wasm_f32x4_pmax(most, v);
    const v128_t low = promote_low(v), high = promote_high(v);
    sum.low = wasm_f64x2_add(sum.low, low);
    sum.high = wasm_f64x2_add(sum.high, high);
    low_squares = wasm_f64x2_add(low_squares, wasm_f64x2_mul(low, low));
    high_squares = wasm_f64x2_add(high_squares, wasm_f64x2_mul(high, high));
  }
  m.min = m.count ? std::min(m.min, min4(least)) : min4(least);
  m.max = m.count ? std::max(m.max, max4(most)) : max4(most);
  m.count = n;
  m.sum += sum.total();
  m.sum_squares += sum2(wasm_f64x2_add(low_squares, high_squares));
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

// Lanes beyond the range, as a mask.
struct Outside {
  explicit Outside(const Cells& cells)
      : low(wasm_f32x4_splat(cells.range_low)), high(wasm_f32x4_splat(cells.range_high)) {}
  v128_t operator()(v128_t x) const { return wasm_v128_or(wasm_f32x4_lt(x, low), wasm_f32x4_gt(x, high)); }
  v128_t low, high;
};

void noise(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, NoiseSums& sums) {
  const Outside outside(cells);
  v128_t total_low = zeros(), total_high = zeros(), nn_low = zeros(), nn_high = zeros();
  v128_t xn_low = zeros(), xn_high = zeros(), most = zeros(), granular = zeros(), beyond_nn = zeros();
  std::uint64_t overload = 0;
  const std::size_t done = quantize_vectors(x, n, cells, index, [&](v128_t v, v128_t, v128_t q) {
    const v128_t x_low = promote_low(v), x_high = promote_high(v);
    const v128_t low = wasm_f64x2_sub(x_low, promote_low(q)), high = wasm_f64x2_sub(x_high, promote_high(q));
    const v128_t low2 = wasm_f64x2_mul(low, low), high2 = wasm_f64x2_mul(high, high);
    total_low = wasm_f64x2_add(total_low, low);
    total_high = wasm_f64x2_add(total_high, high);
    nn_low = wasm_f64x2_add(nn_low, low2);
    nn_high = wasm_f64x2_add(nn_high, high2);
    xn_low = wasm_f64x2_add(xn_low, wasm_f64x2_mul(low, x_low));
    xn_high = wasm_f64x2_add(xn_high, wasm_f64x2_mul(high, x_high));
    const v128_t abs_low = wasm_f64x2_abs(low), abs_high = wasm_f64x2_abs(high);
    const v128_t mask = outside(v);
    if (wasm_v128_any_true(mask)) {
      const v128_t mask_low = wasm_i32x4_shuffle(mask, mask, 0, 0, 1, 1);
      const v128_t mask_high = wasm_i32x4_shuffle(mask, mask, 2, 2, 3, 3);
      overload += count4(mask);
      beyond_nn = wasm_f64x2_add(beyond_nn, wasm_f64x2_add(wasm_v128_and(low2, mask_low),
                                                           wasm_v128_and(high2, mask_high)));
      most = wasm_f64x2_pmax(most, wasm_f64x2_pmax(abs_low, abs_high));
      granular = wasm_f64x2_pmax(granular, wasm_f64x2_pmax(wasm_v128_andnot(abs_low, mask_low),
                                                           wasm_v128_andnot(abs_high, mask_high)));
    } else {
      granular = wasm_f64x2_pmax(granular, wasm_f64x2_pmax(abs_low, abs_high));
    }
  });
  sums.n += sum2(wasm_f64x2_add(total_low, total_high));
  sums.nn += sum2(wasm_f64x2_add(nn_low, nn_high));
  sums.xn += sum2(wasm_f64x2_add(xn_low, xn_high));
  sums.granular_max = std::max(sums.granular_max, max2(granular));
  sums.max = std::max({sums.max, max2(most), max2(granular)});
  sums.overload += overload;
  sums.overload_nn += sum2(beyond_nn);
  scalar_kernels().noise(x + done, n - done, cells, index + static_cast<std::uint32_t>(done), sums);
}

void noise_blocked(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, NoiseSums& sums) {
  const Outside outside(cells);
  Sum4 total, nn, xn, beyond;
  v128_t block_n = zeros(), block_nn = zeros(), block_xn = zeros();
  v128_t granular = zeros(), most = zeros();
  std::uint64_t overload = 0;
  const std::size_t done = quantize_blocks<8>(
      x, n, cells, index,
      [&](v128_t v, v128_t, v128_t q) {
        const v128_t e = wasm_f32x4_sub(v, q);
        const v128_t ee = wasm_f32x4_mul(e, e);
        block_n = wasm_f32x4_add(block_n, e);
        block_nn = wasm_f32x4_add(block_nn, ee);
        block_xn = wasm_f32x4_add(block_xn, wasm_f32x4_mul(e, v));
        const v128_t size = wasm_f32x4_abs(e);
        const v128_t mask = outside(v);
        if (wasm_v128_any_true(mask)) {
          overload += count4(mask);
          beyond.add(wasm_v128_and(ee, mask));
          most = wasm_f32x4_pmax(most, size);
          granular = wasm_f32x4_pmax(granular, wasm_v128_andnot(size, mask));
        } else {
          granular = wasm_f32x4_pmax(granular, size);
        }
      },
      [&] {
        total.add(block_n);
        nn.add(block_nn);
        xn.add(block_xn);
        block_n = block_nn = block_xn = zeros();
      });
  sums.n += total.total();
  sums.nn += nn.total();
  sums.xn += xn.total();
  sums.granular_max = std::max(sums.granular_max, static_cast<double>(max4(granular)));
  sums.max = std::max(sums.max, static_cast<double>(std::max(max4(most), max4(granular))));
  sums.overload += overload;
  sums.overload_nn += beyond.total();
  scalar_kernels().noise(x + done, n - done, cells, index + static_cast<std::uint32_t>(done), sums);
}

SquareError square_error(const float* x, std::size_t n, const Cells& cells, std::uint32_t index) {
  const v128_t range_low = wasm_f32x4_splat(cells.range_low), range_high = wasm_f32x4_splat(cells.range_high);
  Sum4 total, clipped;
  v128_t block_total = zeros(), block_clipped = zeros();
  const std::size_t done = quantize_blocks<8>(
      x, n, cells, index,
      [&](v128_t v, v128_t, v128_t q) {
        const v128_t e = wasm_f32x4_sub(v, q);
        const v128_t beyond = wasm_f32x4_sub(v, wasm_f32x4_pmin(wasm_f32x4_pmax(v, range_low), range_high));
        block_total = wasm_f32x4_add(block_total, wasm_f32x4_mul(e, e));
        block_clipped = wasm_f32x4_add(block_clipped, wasm_f32x4_mul(beyond, beyond));
      },
      [&] {
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
  v128_t e_low = zeros(), e_high = zeros(), ee_low = zeros(), ee_high = zeros();
  for (std::size_t i = 0; i < whole; i += 4) {
    const v128_t v = wasm_v128_load(x + i);
    const v128_t low = wasm_f64x2_sub(promote_low(v), center), high = wasm_f64x2_sub(promote_high(v), center);
    e_low = wasm_f64x2_add(e_low, low);
    e_high = wasm_f64x2_add(e_high, high);
    ee_low = wasm_f64x2_add(ee_low, wasm_f64x2_mul(low, low));
    ee_high = wasm_f64x2_add(ee_high, wasm_f64x2_mul(high, high));
  }
  sums.e += sum2(wasm_f64x2_add(e_low, e_high));
  sums.ee += sum2(wasm_f64x2_add(ee_low, ee_high));
  return sums;
}

// Calls each(lane) for four unsigned lanes.
template <typename Each>
void each_lane(v128_t lanes, Each&& each) {
  const auto low = static_cast<std::uint64_t>(wasm_i64x2_extract_lane(lanes, 0));
  const auto high = static_cast<std::uint64_t>(wasm_i64x2_extract_lane(lanes, 1));
  each(static_cast<std::uint32_t>(low));
  each(static_cast<std::uint32_t>(low >> 32));
  each(static_cast<std::uint32_t>(high));
  each(static_cast<std::uint32_t>(high >> 32));
}

// Counts kTogether codes of as many vectors with one increment, in a table of levels^kTogether ≤ 2¹⁶ places.
template <int kTogether>
std::size_t count_together(const float* x, std::size_t n, const Cells& cells, std::uint32_t index,
                           std::uint32_t* counts) {
  const std::uint32_t levels = cells.levels();
  std::size_t places = 1;
  for (int j = 0; j < kTogether; ++j) places *= levels;
  Buffer<std::uint32_t> table;
  if (!table.allocate(places)) return 0;
  std::fill(table.data(), table.data() + places, 0u);
  const v128_t low = wasm_f32x4_splat(static_cast<float>(cells.low));
  const v128_t radix = wasm_f32x4_splat(static_cast<float>(levels));
  v128_t place = zeros();
  const std::size_t done = quantize_blocks<kTogether>(
      x, n, cells, index,
      [&](v128_t, v128_t k, v128_t) {
        place = wasm_f32x4_add(wasm_f32x4_mul(place, radix), wasm_f32x4_sub(k, low));
      },
      [&] {
        each_lane(wasm_u32x4_trunc_sat_f32x4(place), [&](std::uint32_t p) { ++table[p]; });
        place = zeros();
      });
  for (std::size_t p = 0; p < places; ++p) {
    if (table[p] == 0) continue;
    std::size_t rest = p;
    for (int j = 0; j < kTogether; ++j, rest /= levels) counts[rest % levels] += table[p];
  }
  return done;
}

void count_codes(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, std::uint32_t* counts) {
  constexpr std::size_t kWorthATable = 1 << 15;
  std::size_t done = 0;
  if (n >= kWorthATable && cells.levels() <= 16) {
    done = count_together<4>(x, n, cells, index, counts);
  } else if (n >= kWorthATable && cells.levels() <= 256) {
    done = count_together<2>(x, n, cells, index, counts);
  }
  if (done == 0) {
    const v128_t low = wasm_i32x4_splat(cells.low);
    done = quantize_vectors(x, n, cells, index, [&](v128_t, v128_t k, v128_t) {
      each_lane(wasm_i32x4_sub(wasm_i32x4_trunc_sat_f32x4(k), low), [&](std::uint32_t code) { ++counts[code]; });
    });
  }
  scalar_kernels().count_codes(x + done, n - done, cells, index + static_cast<std::uint32_t>(done), counts);
}

// Adds values to bins two at a time.
class BinAdder {
 public:
  explicit BinAdder(Bins& bins)
      : bins_(bins),
        low_(wasm_f64x2_splat(bins.low)),
        per_unit_(wasm_f64x2_splat(static_cast<double>(bins.counts.size()) / (bins.high - bins.low))),
        end_(wasm_f64x2_splat(static_cast<double>(bins.counts.size()))) {}

  void add(v128_t values) {
    const v128_t place = wasm_f64x2_mul(wasm_f64x2_sub(values, low_), per_unit_);
    const v128_t inside = wasm_v128_and(wasm_f64x2_ge(place, zeros()), wasm_f64x2_lt(place, end_));
    if (!wasm_i64x2_all_true(inside)) {
      one(wasm_f64x2_extract_lane(place, 0));
      one(wasm_f64x2_extract_lane(place, 1));
      return;
    }
    const auto both = static_cast<std::uint64_t>(wasm_i64x2_extract_lane(wasm_u32x4_trunc_sat_f64x2_zero(place), 0));
    ++bins_.counts[static_cast<std::uint32_t>(both)];
    ++bins_.counts[both >> 32];
  }

 private:
  void one(double place) {
    if (place < 0) {
      ++bins_.below;
    } else if (place < static_cast<double>(bins_.counts.size())) {
      ++bins_.counts[static_cast<std::size_t>(place)];
    } else {
      ++bins_.above;
    }
  }

  Bins& bins_;
  v128_t low_, per_unit_, end_;
};

void histogram(const float* x, std::size_t n, Bins& bins) {
  BinAdder adder(bins);
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const v128_t v = wasm_v128_load(x + i);
    adder.add(promote_low(v));
    adder.add(promote_high(v));
  }
  scalar_kernels().histogram(x + i, n - i, bins);
}

void noise_histogram(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, Bins& bins) {
  BinAdder adder(bins);
  const v128_t step = wasm_f64x2_splat(static_cast<double>(cells.step));
  const std::size_t done = quantize_vectors(x, n, cells, index, [&](v128_t v, v128_t, v128_t q) {
    adder.add(wasm_f64x2_div(wasm_f64x2_sub(promote_low(v), promote_low(q)), step));
    adder.add(wasm_f64x2_div(wasm_f64x2_sub(promote_high(v), promote_high(q)), step));
  });
  scalar_kernels().noise_histogram(x + done, n - done, cells, index + static_cast<std::uint32_t>(done), bins);
}

}  // namespace

const Kernels& simd_kernels() {
  static constexpr Kernels table{"simd",        read,         nonfinite,   moments,   central_moments,
                                 encode,        reconstruct,  noise,       noise_blocked,
                                 square_error,  errors,       count_codes,  histogram,   noise_histogram};
  return table;
}

}  // namespace halfstep
