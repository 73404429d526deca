#include "kernels/counts_simd.h"

#include <algorithm>
#include <array>

#include "buffer.h"
#include "kernels/lanes.h"
#include "kernels/quantize_simd.h"

namespace halfstep::simd {

namespace {

// Adding it turns a float32 of 0 … 2²³ − 1 that is a whole number into an integer: its mantissa's bits.
constexpr float kToInteger = 0x1p23f;

// Calls each(integer) for four lanes of whole floats that kToInteger was added to.
template <typename Each>
void each_integer(v128_t lanes, Each&& each) {
  const v128_t integers = wasm_v128_and(lanes, wasm_i32x4_splat(0x7FFFFF));
  const auto low = static_cast<std::uint64_t>(wasm_i64x2_extract_lane(integers, 0));
  const auto high = static_cast<std::uint64_t>(wasm_i64x2_extract_lane(integers, 1));
  each(static_cast<std::uint32_t>(low));
  each(static_cast<std::uint32_t>(low >> 32));
  each(static_cast<std::uint32_t>(high));
  each(static_cast<std::uint32_t>(high >> 32));
}

// A table pays for its clearing and its sum when this many weights come for each of its places.
constexpr std::size_t kWeightsPerPlace = 4;

// Folds a table whose places are 2, 4 or 8 codes, each below `levels`, and adds it to counts of single codes.
void unfold(std::uint32_t* table, std::size_t places, std::size_t levels, std::uint32_t* counts) {
  std::array<std::uint32_t, 256> halves;
  while (places > levels) {
    // A place is a pair of halves, each of half as many codes.
    std::size_t side = levels;
    while (side * side < places) side *= side;
    halves.fill(0);
    for (std::size_t first = 0; first < side; ++first) {
      for (std::size_t second = 0; second < side; ++second) {
        const std::uint32_t count = table[first * side + second];
        halves[first] += count;
        halves[second] += count;
      }
    }
    std::copy_n(halves.begin(), side, table);
    places = side;
  }
  for (std::size_t k = 0; k < levels; ++k) counts[k] += table[k];
}

// Counts kTogether codes of as many vectors with one increment, in a table of levels^kTogether ≤ 2¹⁶ places.
// Needs low ≤ 0 ≤ high, so that places are exact in float32.
template <int kTogether>
std::size_t count_together(const float* x, std::size_t n, const Cells& cells, std::uint32_t index,
                           std::uint32_t* counts) {
  const std::size_t levels = cells.levels();
  std::size_t places = 1;
  float first = 0;  // of the lowest codes
  for (int j = 0; j < kTogether; ++j) {
    places *= levels;
    first = first * static_cast<float>(levels) + static_cast<float>(cells.low);
  }
  Buffer<std::uint32_t> table;
  if (n < kWeightsPerPlace * places || !table.allocate(places)) return 0;
  std::fill_n(table.data(), places, 0u);
  const v128_t radix = wasm_f32x4_splat(static_cast<float>(levels));
  const v128_t offset = wasm_f32x4_splat(kToInteger - first);
  v128_t place = zeros();
  const std::size_t done = quantize_blocks<kTogether>(
      x, n, cells, index,
      [&](v128_t, v128_t k, v128_t) { place = wasm_f32x4_add(wasm_f32x4_mul(place, radix), k); },
      [&](const auto&, std::size_t) {
        each_integer(wasm_f32x4_add(place, offset), [&](std::uint32_t p) { ++table[p]; });
        place = zeros();
      });
  unfold(table.data(), places, levels, counts);
  return done;
}

std::size_t count_singly(const float* x, std::size_t n, const Cells& cells, std::uint32_t index,
                         std::uint32_t* counts) {
  const v128_t offset = wasm_f32x4_splat(kToInteger - static_cast<float>(cells.low));
  return quantize_vectors(x, n, cells, index, [&](v128_t, v128_t k, v128_t) {
    each_integer(wasm_f32x4_add(k, offset), [&](std::uint32_t code) { ++counts[code]; });
  });
}

// Adds values to bins two at a time, in a table of its own with a place for what is below and one for what is above.
class BinAdder {
 public:
  // False when `weights` are too few to pay for the table, or memory does not allow it.
  bool begin(const Bins& bins, std::size_t weights) {
    const std::size_t count = bins.counts.size();
    if (weights < kWeightsPerPlace * count || !table_.allocate(count + 2)) return false;
    std::fill_n(table_.data(), count + 2, 0u);
    low_ = wasm_f64x2_splat(bins.low);
    per_unit_ = wasm_f64x2_splat(static_cast<double>(count) / (bins.high - bins.low));
    end_ = wasm_f64x2_splat(static_cast<double>(count));
    return true;
  }

  void add(v128_t values) {
    const v128_t place = wasm_f64x2_mul(wasm_f64x2_sub(values, low_), per_unit_);
    // A NaN, from bins without width, becomes the end.
    const v128_t inside = wasm_f64x2_pmax(wasm_f64x2_pmin(end_, place), wasm_f64x2_splat(-1));
    // Adding 2⁵² leaves an integer in the low bits; 1 more, for the place below.
    const v128_t integers = wasm_f64x2_add(wasm_f64x2_floor(inside), wasm_f64x2_splat(0x1p52 + 1));
    ++table_[static_cast<std::uint32_t>(wasm_i64x2_extract_lane(integers, 0))];
    ++table_[static_cast<std::uint32_t>(wasm_i64x2_extract_lane(integers, 1))];
  }

  void end(Bins& bins) const {
    const std::size_t count = bins.counts.size();
    bins.below += table_[0];
    bins.above += table_[count + 1];
    for (std::size_t i = 0; i < count; ++i) bins.counts[i] += table_[i + 1];
  }

 private:
  Buffer<std::uint32_t> table_;
  v128_t low_ = zeros(), per_unit_ = zeros(), end_ = zeros();
};

}  // namespace

void count_codes(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, std::uint32_t* counts) {
  std::size_t done = 0;
  // Of a single level there is nothing to tell together.
  if (cells.low <= 0 && cells.high >= 0 && cells.levels() > 1) {
    if (cells.levels() <= 4) {
      done = count_together<8>(x, n, cells, index, counts);
    } else if (cells.levels() <= 16) {
      done = count_together<4>(x, n, cells, index, counts);
    } else if (cells.levels() <= 256) {
      done = count_together<2>(x, n, cells, index, counts);
    }
  }
  if (done == 0) done = count_singly(x, n, cells, index, counts);
  scalar_kernels().count_codes(x + done, n - done, cells, index + static_cast<std::uint32_t>(done), counts);
}

void histogram(const float* x, std::size_t n, Bins& bins) {
  BinAdder adder;
  std::size_t i = 0;
  if (adder.begin(bins, n)) {
    for (; i + 4 <= n; i += 4) {
      const v128_t v = wasm_v128_load(x + i);
      adder.add(promote_low(v));
      adder.add(promote_high(v));
    }
    adder.end(bins);
  }
  scalar_kernels().histogram(x + i, n - i, bins);
}

void noise_histogram(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, Bins& bins) {
  BinAdder adder;
  std::size_t done = 0;
  if (adder.begin(bins, n)) {
    const v128_t step = wasm_f64x2_splat(cells.step == 0 ? 1 : static_cast<double>(cells.step));
    done = quantize_vectors(x, n, cells, index, [&](v128_t v, v128_t, v128_t q) {
      adder.add(wasm_f64x2_div(wasm_f64x2_sub(promote_low(v), promote_low(q)), step));
      adder.add(wasm_f64x2_div(wasm_f64x2_sub(promote_high(v), promote_high(q)), step));
    });
    adder.end(bins);
  }
  scalar_kernels().noise_histogram(x + done, n - done, cells, index + static_cast<std::uint32_t>(done), bins);
}

}  // namespace halfstep::simd
