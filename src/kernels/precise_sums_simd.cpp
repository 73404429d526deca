#include "kernels/precise_sums_simd.h"

#include "kernels/lanes.h"

namespace halfstep::simd {

namespace {

// Two lanes of sums, and what their additions lost.
struct Sum2 {
  v128_t sum = zeros(), lost = zeros();
  void add(v128_t term) {
    const v128_t next = wasm_f64x2_add(sum, term);
    const v128_t from_term = wasm_f64x2_sub(next, sum);
    const v128_t from_sum = wasm_f64x2_sub(next, from_term);
    lost = wasm_f64x2_add(lost, wasm_f64x2_add(wasm_f64x2_sub(sum, from_sum), wasm_f64x2_sub(term, from_term)));
    sum = next;
  }
  DoubleDouble total() const {
    return DoubleDouble{wasm_f64x2_extract_lane(sum, 0), wasm_f64x2_extract_lane(lost, 0)} +
           DoubleDouble{wasm_f64x2_extract_lane(sum, 1), wasm_f64x2_extract_lane(lost, 1)};
  }
};

}  // namespace

PreciseSums precise_sums(const float* x, std::size_t n) {
  const std::size_t whole = n / 4 * 4;
  Sum2 low, high, low_squares, high_squares;
  for (std::size_t i = 0; i < whole; i += 4) {
    const v128_t v = wasm_v128_load(x + i);
    const v128_t x_low = promote_low(v), x_high = promote_high(v);
    low.add(x_low);
    high.add(x_high);
    low_squares.add(wasm_f64x2_mul(x_low, x_low));
    high_squares.add(wasm_f64x2_mul(x_high, x_high));
  }
  const PreciseSums rest = scalar_kernels().precise_sums(x + whole, n - whole);
  return {low.total() + high.total() + rest.x, low_squares.total() + high_squares.total() + rest.xx};
}

}  // namespace halfstep::simd
