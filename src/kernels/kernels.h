#pragma once
// Every loop over weights, one contract each. Two implementations: `scalar` is the truth and read
// first, `simd` is its twin. Codes and counts are equal to the bit; sums are within the stated bounds.
//
// Inputs are finite float32, at any alignment; nothing outside [x, x + n) is read.
// u = 2⁻²⁴ is half an ulp of 1 in float32, v = 2⁻⁵³ of double.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "kernels/double_double.h"
#include "request.h"

namespace halfstep {

// How a weight is counted in its codebook's scale: x/by, or x·by.
struct Place {
  float by;
  bool multiplies;

  float operator()(float x) const { return multiplies ? x * by : x / by; }
};

// A uniform quantizer: q = x/divisor() and q − offset in float32, k = clamp(round(q − offset), low, high),
// Q(x) = (k + offset)·step rounded to float32. offset is 0 (a level at zero) or ½ (an edge at zero).
// Ties at offset ½ go up for Nearest (k = floor(q)), away from zero for HalfAway, and at zero up for both.
// A dithered rounding is Nearest's of q + d in float32, d the weight's own `dither`; the subtractive ones have
// Q(x) = (k + offset − d)·step, each operation rounded to float32, never beyond ±FLT_MAX.
// A divisor of 0 stands for a range of zero: k = 0 (of a codebook the code of 0), Q = 0.
struct Cells {
  float step = 1;
  float offset = 0;
  std::int32_t low = 0, high = 0;        // k, both included; |k| ≤ 2¹⁶
  double range_low = 0, range_high = 0;  // x outside is overload
  Rounding rounding = Rounding::Nearest;
  std::uint64_t seed = 0;  // of a random rounding
  // Not empty for a codebook: rising levels, and one edge fewer between them. Then k is how many edges are
  // ≤ place()(x) and Q(x) = book_levels[k]·book_scale, each rounded to float32; low is 0, and step serves as the
  // unit of n in histograms alone.
  std::span<const float> book_levels = {}, book_edges = {};
  float book_scale = 1;
  // The scale that codes are chosen under where Q has another, stored one; 0 where they are one.
  float own_scale = 0;

  // Of a codebook x·(1/divisor()) takes the place of x/divisor(), as of published kernels, where that is above 2⁻¹²⁶.
  bool reciprocal = false;

  float divisor() const;
  Place place() const;
  std::uint32_t levels() const { return static_cast<std::uint32_t>(high - low) + 1; }
};

// The random number u of weight `index`, by which stochastic rounding decides, is uniform on the 2²⁴ multiples of 2⁻²⁴
// in [0, 1): two rounds of a 32-bit mix (Wellons' lowbias32) of the index keyed by the seed.
// The dither d of weight `index` in steps: u − ½ with that u, on [−½, ½); for the triangular ones u + v − 1 on
// [−1, 1), v from one more round of the mix. Means are −2⁻²⁵ and −2⁻²⁴.
float dither(Rounding dithered, std::uint64_t seed, std::uint32_t index);

struct Moments {
  std::uint64_t count = 0;
  double sum = 0, sum_squares = 0;
  float min = 0, max = 0;  // of a count above 0
};

struct CentralMoments {
  double second = 0, fourth = 0;  // Σ(x−μ)², Σ(x−μ)⁴
};

// What x and n are taken less, where sums about zero would lose digits.
struct Means {
  double x = 0, n = 0;
};

// Sums over weights of the noise n = x − Q(x).
struct NoiseSums {
  double n = 0, nn = 0, xn = 0;  // Σn, Σn², Σxn
  double max = 0;                // largest |n|
  double granular_max = 0;       // largest |n| inside the range
  double overload_nn = 0;        // Σn² beyond the range
  std::uint64_t overload = 0;    // weights beyond the range
  Means about = {};              // of `difference`
};

struct SquareError {
  double total = 0;    // Σn²
  double clipped = 0;  // Σ of the squared distance beyond the range: a floor of `total`, falling in the range
};

// Sums of e = x − q for one q.
struct ErrorSums {
  double e = 0, ee = 0, xe = 0;  // Σe, Σe², Σxe
};

// Sums to 106 bits: what cumulative sums are made of.
struct PreciseSums {
  DoubleDouble x, xx;  // Σx, Σx²
};

struct Bins {
  double low = 0, high = 1;  // equal bins over [low, high)
  std::span<std::uint32_t> counts;
  std::uint64_t below = 0, above = 0;
};

struct Kernels {
  std::string_view name;

  // The xor of all bits: a pass that only reads, the yardstick of the budgets.
  std::uint32_t (*read)(const float* x, std::size_t n);
  // How many are NaN or ±∞. The one kernel that takes them.
  std::size_t (*nonfinite)(const float* x, std::size_t n);
  // Sums in double: |error| ≤ n·v·Σ|term|.
  Moments (*moments)(const float* x, std::size_t n);
  CentralMoments (*central_moments)(const float* x, std::size_t n, double mean);
  // Σ|x|, in double as these.
  double (*magnitudes)(const float* x, std::size_t n);

  // `index` is the first weight's place in the tensor, for the random roundings.
  // Codes counted from the lowest: k − low.
  void (*encode)(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, std::uint16_t* codes);
  // A Q of zero is +0, as from an integer code.
  void (*reconstruct)(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, float* q);
  // Adds to `sums`. n in double, all sums in double: |error| ≤ n·v·Σ|term|.
  void (*noise)(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, NoiseSums& sums);
  // The same in one memory pass' time: float32 partial sums of 12 terms, then double.
  // |error| ≤ 14·u·Σ|term| + n·(v·Σ|term| + 2⁻¹⁴⁹). Needs 2⁻⁴⁰ ≤ step ≤ 2⁴⁰ and |x| ≤ 2⁴⁰, where nothing
  // overflows.
  void (*noise_blocked)(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, NoiseSums& sums);
  // Adds to `sums` the noise x − q of values that are given, all of them granular, less sums.about; bounds as for `noise`.
  void (*difference)(const float* x, const float* q, std::size_t n, NoiseSums& sums);
  // For searching a range; sums as in `noise_blocked`, and with its needs.
  SquareError (*square_error)(const float* x, std::size_t n, const Cells& cells, std::uint32_t index);

  // x − q in double, sums in double: |error| ≤ n·v·Σ|term|.
  ErrorSums (*errors)(const float* x, std::size_t n, double q);
  // For n ≤ 2²⁰: |error| ≤ n²·2⁻¹⁰⁶·Σ|term|.
  PreciseSums (*precise_sums)(const float* x, std::size_t n);

  // Adds to counts[k − low]; counts has cells.levels() entries.
  void (*count_codes)(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, std::uint32_t* counts);
  // Adds to the bin of x: floor((x − low)·(bins/(high − low))) in double; what is in no bin is below or above.
  void (*histogram)(const float* x, std::size_t n, Bins& bins);
  // Adds to the bin of n/step (of a step of 0, n), n and the quotient in double.
  void (*noise_histogram)(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, Bins& bins);
};

const Kernels& scalar_kernels();
const Kernels& simd_kernels();

// What the lab uses.
inline const Kernels& kernels() { return simd_kernels(); }

// Whether `noise_blocked` and `square_error` may be used for these cells on weights up to `absmax`.
bool ordinary_scale(const Cells& cells, float absmax);

// A row of the table that tests and benchmarks walk: run one kernel of one implementation over a workload.
struct KernelRow {
  std::string_view name;
  bool scatter;  // counts into a table: no SIMD gain is promised
  // A checksum of the result, so that the work can't be left out.
  double (*run)(const Kernels&, std::span<const float> x, const Cells&, std::span<std::uint32_t> scratch);
};
std::span<const KernelRow> kernel_table();

}  // namespace halfstep
