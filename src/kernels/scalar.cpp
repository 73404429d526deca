// The truth: each kernel as the plain loop its contract states. Compiled without auto-vectorization.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/kernels.h"
#include "kernels/quantize_scalar.h"

namespace halfstep {

namespace {

// Calls each(x, k, Q) for every weight in turn, k as a whole float.
template <typename Each>
void quantize_each(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, Each&& each) {
  const float divisor = cells.divisor();
  if (divisor == 0) {
    const float zero = static_cast<float>(book_code(cells.book_edges, 0));
    for (std::size_t i = 0; i < n; ++i) each(x[i], zero, 0.0f);
    return;
  }
  if (!cells.book_levels.empty()) {
    const Place place = cells.place();
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t k = book_code(cells.book_edges, place(x[i]));
      each(x[i], static_cast<float>(k), cells.book_levels[k] * cells.book_scale);
    }
    return;
  }
  with_rounding(cells, [&](auto mode) {
    const StochasticKeys keys(cells.seed);
    const float low = static_cast<float>(cells.low), high = static_cast<float>(cells.high);
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint32_t place = index + static_cast<std::uint32_t>(i);
      const float k = std::min(std::max(round_to_code(mode, x[i] / divisor, keys, place), low), high);
      each(x[i], k, value_of(mode, k + cells.offset, cells.step, keys, place));
    }
  });
}

std::uint32_t read(const float* x, std::size_t n) {
  std::uint32_t all = 0;
  for (std::size_t i = 0; i < n; ++i) {
    std::uint32_t bits;
    std::memcpy(&bits, x + i, 4);
    all ^= bits;
  }
  return all;
}

std::size_t nonfinite(const float* x, std::size_t n) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < n; ++i) count += !std::isfinite(x[i]);
  return count;
}

Moments moments(const float* x, std::size_t n) {
  Moments m;
  if (n == 0) return m;
  m = {n, 0, 0, x[0], x[0]};
  for (std::size_t i = 0; i < n; ++i) {
    const double value = x[i];
    m.sum += value;
    m.sum_squares += value * value;
    m.min = std::min(m.min, x[i]);
    m.max = std::max(m.max, x[i]);
  }
  return m;
}

CentralMoments central_moments(const float* x, std::size_t n, double mean) {
  CentralMoments m;
  for (std::size_t i = 0; i < n; ++i) {
    const double square = (x[i] - mean) * (x[i] - mean);
    m.second += square;
    m.fourth += square * square;
  }
  return m;
}

double magnitudes(const float* x, std::size_t n) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += std::fabs(x[i]);
  return sum;
}

void encode(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, std::uint16_t* codes) {
  quantize_each(x, n, cells, index, [&](float, float k, float) {
    *codes++ = static_cast<std::uint16_t>(static_cast<std::int32_t>(k) - cells.low);
  });
}

void reconstruct(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, float* q) {
  quantize_each(x, n, cells, index, [&](float, float, float value) { *q++ = value + 0.0f; });
}

void noise(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, NoiseSums& sums) {
  quantize_each(x, n, cells, index, [&](float value, float, float q) {
    const double e = static_cast<double>(value) - static_cast<double>(q);
    const double size = std::fabs(e);
    sums.n += e;
    sums.nn += e * e;
    sums.xn += e * value;
    sums.max = std::max(sums.max, size);
    if (value < cells.range_low || value > cells.range_high) {
      sums.overload += 1;
      sums.overload_nn += e * e;
    } else {
      sums.granular_max = std::max(sums.granular_max, size);
    }
  });
}

void difference(const float* x, const float* q, std::size_t n, NoiseSums& sums) {
  for (std::size_t i = 0; i < n; ++i) {
    const double e = static_cast<double>(x[i]) - static_cast<double>(q[i]) - sums.about.n;
    sums.n += e;
    sums.nn += e * e;
    sums.xn += e * (x[i] - sums.about.x);
    sums.max = std::max(sums.max, std::fabs(e));
  }
  sums.granular_max = std::max(sums.granular_max, sums.max);
}

SquareError square_error(const float* x, std::size_t n, const Cells& cells, std::uint32_t index) {
  SquareError error;
  quantize_each(x, n, cells, index, [&](float value, float, float q) {
    const double e = static_cast<double>(value) - static_cast<double>(q);
    const double beyond = static_cast<double>(value) - std::clamp<double>(value, cells.range_low, cells.range_high);
    error.total += e * e;
    error.clipped += beyond * beyond;
  });
  return error;
}

ErrorSums errors(const float* x, std::size_t n, double q) {
  ErrorSums sums;
  for (std::size_t i = 0; i < n; ++i) {
    const double e = x[i] - q;
    sums.e += e;
    sums.ee += e * e;
    sums.xe += x[i] * e;
  }
  return sums;
}

// What each addition loses is summed beside the sum (Ogita, Rump & Oishi 2005, Sum2).
PreciseSums precise_sums(const float* x, std::size_t n) {
  DoubleDouble sum, squares;
  const auto add = [](DoubleDouble& to, double term) {
    const DoubleDouble next = two_sum(to.high, term);
    to = {next.high, to.low + next.low};
  };
  for (std::size_t i = 0; i < n; ++i) {
    const double value = x[i];
    add(sum, value);
    add(squares, value * value);
  }
  return {quick_two_sum(sum.high, sum.low), quick_two_sum(squares.high, squares.low)};
}

void count_codes(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, std::uint32_t* counts) {
  quantize_each(x, n, cells, index,
                [&](float, float k, float) { ++counts[static_cast<std::int32_t>(k) - cells.low]; });
}

void add_to_bin(Bins& bins, double value, double per_unit) {
  const double place = (value - bins.low) * per_unit;
  if (place < 0) {
    ++bins.below;
  } else if (place < static_cast<double>(bins.counts.size())) {
    ++bins.counts[static_cast<std::size_t>(place)];
  } else {
    ++bins.above;
  }
}

double bins_per_unit(const Bins& bins) { return static_cast<double>(bins.counts.size()) / (bins.high - bins.low); }

void histogram(const float* x, std::size_t n, Bins& bins) {
  const double per_unit = bins_per_unit(bins);
  for (std::size_t i = 0; i < n; ++i) add_to_bin(bins, x[i], per_unit);
}

void noise_histogram(const float* x, std::size_t n, const Cells& cells, std::uint32_t index, Bins& bins) {
  const double per_unit = bins_per_unit(bins);
  const double step = cells.step == 0 ? 1 : static_cast<double>(cells.step);
  quantize_each(x, n, cells, index, [&](float value, float, float q) {
    add_to_bin(bins, (static_cast<double>(value) - static_cast<double>(q)) / step, per_unit);
  });
}

}  // namespace

float dither(Rounding dithered, std::uint64_t seed, std::uint32_t index) {
  return dither(dithered, StochasticKeys(seed), index);
}

const Kernels& scalar_kernels() {
  static constexpr Kernels table{"scalar", read, nonfinite, moments,
                                 central_moments, magnitudes, encode, reconstruct, noise,
                                 noise, difference, square_error, errors, precise_sums, count_codes, histogram,
                                 noise_histogram};
  return table;
}

}  // namespace halfstep
