#pragma once
// DESIGN section 4 once more, as slow loops in float64 that share no code with src: what the tests compare with.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "kernels/kernels.h"
#include "request.h"
#include "tensor/tensor.h"

namespace oracle {

using halfstep::Cells;
using halfstep::Rounding;

inline constexpr double kU = 0x1p-24, kV = 0x1p-53;  // half an ulp of 1 in float32 and double

// A sum whose error is that of one rounding, not of n (Neumaier's compensation).
class Sum {
 public:
  void add(double term) {
    const double next = sum_ + term;
    lost_ += std::fabs(sum_) >= std::fabs(term) ? (sum_ - next) + term : (term - next) + sum_;
    sum_ = next;
    size_ += std::fabs(term);
  }
  double value() const { return sum_ + lost_; }
  double size() const { return size_; }  // Σ|term|

 private:
  double sum_ = 0, lost_ = 0, size_ = 0;
};

// Wellons' lowbias32, in 64-bit arithmetic.
inline std::uint64_t lowbias32(std::uint64_t h) {
  h ^= h / 65536;
  h = h * 0x7feb352du % (std::uint64_t{1} << 32);
  h ^= h / 32768;
  h = h * 0x846ca68bu % (std::uint64_t{1} << 32);
  return h ^ h / 65536;
}

// The random numbers of a weight: SplitMix64's first output gives the two keys, and the second number is one
// round more of the mix.
inline double uniform(std::uint64_t seed, std::uint32_t index, bool second = false) {
  std::uint64_t z = seed + 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  const std::uint64_t low = z % (std::uint64_t{1} << 32), high = z >> 32;
  std::uint64_t h = lowbias32((lowbias32(index ^ low) + high) % (std::uint64_t{1} << 32));
  if (second) h = lowbias32((h + low) % (std::uint64_t{1} << 32));
  return static_cast<double>(h / 256) / 16777216.0;
}

// The largest whole number not above q, beyond ±2⁴⁰ the nearest of these.
inline std::int64_t floor_int(double q) {
  const double held = std::min(std::max(q, -0x1p40), 0x1p40);
  auto whole = static_cast<std::int64_t>(held);
  if (static_cast<double>(whole) > held) --whole;
  return whole;
}

// Round half to even by looking at what is left over.
inline std::int64_t nearest_even(double q) {
  const std::int64_t below = floor_int(q);
  const double rest = q - static_cast<double>(below);
  if (rest > 0.5 || (rest == 0.5 && below % 2 != 0)) return below + 1;
  return below;
}

// The dither of a weight in steps.
inline double dither_of(Rounding rounding, std::uint64_t seed, std::uint32_t index) {
  const double u = uniform(seed, index) - 0.5;
  const bool two = rounding == Rounding::DitherTriangular || rounding == Rounding::SubtractiveTriangular;
  return two ? u + uniform(seed, index, true) - 0.5 : u;
}

struct Quantized {
  std::int32_t k;
  float q;
};

// One finite weight through cells. With an edge at zero (offset ½) ties of Nearest go up, those of HalfAway
// away from zero and at zero up.
inline Quantized quantize(float x, const Cells& c, std::uint32_t index) {
  if (c.step == 0) return {0, 0};
  const double q = static_cast<float>(static_cast<double>(x) / static_cast<double>(c.step));
  const bool edge = c.offset != 0;
  const double t = edge ? static_cast<float>(q - 0.5) : q;
  std::int64_t k = 0;
  double d = 0, off = 0;  // the dither put on, and taken off again
  switch (c.rounding) {
    case Rounding::Nearest: k = edge ? floor_int(q) : nearest_even(q); break;
    case Rounding::HalfAway: {
      const std::int64_t size = floor_int(edge ? std::fabs(q) : std::fabs(q) + 0.5);
      k = q >= 0 ? size : edge ? -1 - size : -size;
      break;
    }
    case Rounding::Floor: k = floor_int(t); break;
    case Rounding::Stochastic: {
      k = floor_int(t);
      const float rest = static_cast<float>(t - static_cast<double>(k));
      if (uniform(c.seed, index) < static_cast<double>(rest)) ++k;
      break;
    }
    case Rounding::SubtractiveUniform:
    case Rounding::SubtractiveTriangular: off = dither_of(c.rounding, c.seed, index); [[fallthrough]];
    case Rounding::DitherUniform:
    case Rounding::DitherTriangular: {
      d = static_cast<float>(q + dither_of(c.rounding, c.seed, index));
      k = edge ? floor_int(d) : nearest_even(d);
    }
  }
  k = std::min<std::int64_t>(std::max<std::int64_t>(k, c.low), c.high);
  const double level = static_cast<float>(static_cast<double>(k) + static_cast<double>(c.offset) - off);
  const double largest = std::numeric_limits<float>::max();
  const double value = std::min(std::max(level * static_cast<double>(c.step), -largest), largest);
  return {static_cast<std::int32_t>(k), static_cast<float>(value)};
}

// The sums of the noise n = x − Q(x), each with the size that its error bound is a share of.
struct Noise {
  Sum n, nn, xn, overload_nn, clipped;
  double max = 0, granular_max = 0;
  std::uint64_t overload = 0;

  void add(float x, float q, const Cells& c) {
    const double value = x, e = value - static_cast<double>(q);
    n.add(e);
    nn.add(e * e);
    xn.add(e * value);
    max = std::max(max, std::fabs(e));
    const double low = c.range_low, high = c.range_high;
    const double beyond = value < low ? low - value : value > high ? value - high : 0;
    clipped.add(beyond * beyond);
    if (beyond > 0) {
      overload += 1;
      overload_nn.add(e * e);
    } else {
      granular_max = std::max(granular_max, std::fabs(e));
    }
  }
};

inline Noise noise(const float* x, std::size_t n, const Cells& c, std::uint32_t index) {
  Noise all;
  for (std::size_t i = 0; i < n; ++i) {
    all.add(x[i], quantize(x[i], c, index + static_cast<std::uint32_t>(i)).q, c);
  }
  return all;
}

// H = −Σ p log2 p.
template <typename Counts>
double entropy_bits(const Counts& counts) {
  double total = 0;
  Sum h;
  for (const double count : counts) total += count;
  for (const double count : counts) {
    if (count > 0) h.add(-count / total * std::log2(count / total));
  }
  return h.value();
}

// NumPy's default percentile, of all the values sorted: its _lerp goes from the nearer neighbour.
inline double percentile(std::vector<float> x, double p) {
  std::sort(x.begin(), x.end());
  const double place = p / 100 * static_cast<double>(x.size() - 1);
  const auto i = static_cast<std::size_t>(floor_int(place));
  if (i + 1 >= x.size()) return x.back();
  const double a = x[i], b = x[i + 1], t = place - static_cast<double>(i);
  return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
}

// The format's cells over a range, from its definition.
inline Cells cells(const std::string& format, int bits, double low, double high, Rounding rounding, std::uint64_t seed) {
  Cells c;
  c.rounding = rounding;
  c.seed = seed;
  c.range_low = low;
  c.range_high = high;
  const double r = std::max(std::fabs(low), std::fabs(high));
  const double levels = std::pow(2.0, bits);
  if (format == "int" && bits > 1) {
    const double top = levels / 2 - 1;
    c.step = static_cast<float>(r / top);
    c.low = static_cast<std::int32_t>(-top);
    c.high = static_cast<std::int32_t>(top);
  } else if (format == "uint") {
    c.step = static_cast<float>((high - low) / (levels - 1));
    const std::int64_t zero = c.step == 0 ? 0 : nearest_even(static_cast<float>(-low / static_cast<double>(c.step)));
    c.low = static_cast<std::int32_t>(-zero);
    c.high = static_cast<std::int32_t>(levels - 1) - static_cast<std::int32_t>(zero);
  } else {  // midrise, and the sign quantizer ±r
    c.step = static_cast<float>(format == "int" ? 2 * r : r / (levels / 2));
    c.offset = 0.5f;
    c.low = static_cast<std::int32_t>(-levels / 2);
    c.high = static_cast<std::int32_t>(levels / 2 - 1);
  }
  // Where x plus its dither is sure to be within half a step of a level.
  if (rounding > Rounding::Stochastic && c.step > 0) {
    const bool two = rounding == Rounding::DitherTriangular || rounding == Rounding::SubtractiveTriangular;
    const double reach = two ? 1 : 0.5, step = c.step, lowest = c.low + static_cast<double>(c.offset);
    const double first = (lowest - 0.5 + reach) * step, last = (lowest + c.high - c.low + 0.5 - reach) * step;
    // But for a millionth, which the rounding of the step may be.
    if (static_cast<float>(first) - low > std::fabs(low) * 0x1p-20) c.range_low = static_cast<float>(first);
    if (high - static_cast<float>(last) > std::fabs(high) * 0x1p-20) c.range_high = static_cast<float>(last);
    c.range_high = std::max(c.range_low, c.range_high);
  }
  return c;
}

// The weights that share a scale with weight i: [begin, end), counted out one by one.
inline std::vector<std::pair<std::size_t, std::size_t>> segments(std::size_t count, const halfstep::Shape& shape,
                                                                 const halfstep::Granularity& granularity) {
  std::vector<std::pair<std::size_t, std::size_t>> all;
  const std::size_t channel = shape.empty() || count == 0 ? count : count / shape.front();
  const std::size_t row = shape.empty() ? count : shape.back();
  for (std::size_t i = 0; i < count; ++i) {
    const bool starts = i == 0 || (granularity.kind == halfstep::GranularityKind::Channel && i % channel == 0) ||
                        (granularity.kind == halfstep::GranularityKind::Group && i % row % granularity.group == 0);
    if (starts) all.push_back({i, i});
    all.back().second = i + 1;
  }
  return all;
}

}  // namespace oracle
