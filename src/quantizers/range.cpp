#include "quantizers/range.h"

#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>

#include "kernels/grouped.h"

namespace halfstep {

namespace {

// The p-th percentile (0 to 100) of n numbers, linear between order statistics; nth(i) is the i-th smallest,
// asked for in rising order.
template <typename Nth>
double percentile(std::size_t n, double p, Nth&& nth) {
  const double place = p / 100 * static_cast<double>(n - 1);
  const auto below = std::min(static_cast<std::size_t>(place), n - 1);
  const double low = nth(below);
  if (below + 1 == n) return low;
  const double high = nth(below + 1), part = place - static_cast<double>(below);
  // From the nearer of the two, as NumPy does.
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}

// Of x, which is reordered.
double percentile(std::span<float> x, double p) {
  auto begin = x.begin();
  return percentile(x.size(), p, [&](std::size_t i) {
    const auto nth = x.begin() + static_cast<std::ptrdiff_t>(i);
    std::nth_element(begin, nth, x.end());
    begin = nth + 1;
    return *nth;
  });
}

// The nth smallest |x|: sizes rise from zero towards both ends, and two rising rows are merged without walking them.
float nth_size(const SortedIndex& index, std::size_t nth) {
  const std::span<const float> x = index.sorted();
  const std::size_t zero = index.below(0), taken = nth + 1, positive = x.size() - zero;
  // How many of those taken are negative: the fewest that leave no positive one above the next negative.
  std::size_t low = taken > positive ? taken - positive : 0, high = std::min(zero, taken);
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (-x[zero - 1 - middle] >= x[zero + taken - middle - 1]) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  const float below = low > 0 ? -x[zero - low] : 0, above = taken > low ? x[zero + taken - low - 1] : 0;
  return std::max(below, above);
}

Interval holding_zero(double low, double high) { return {std::min(low, 0.0), std::max(high, 0.0)}; }

}  // namespace

Interval absmax_range(float min, float max, bool symmetric) {
  if (symmetric) {
    const float r = std::max(std::fabs(min), std::fabs(max));
    return {-r, r};
  }
  return {std::min(min, 0.0f), std::max(max, 0.0f)};
}

Interval number_range(double r, float min, float max, bool symmetric) {
  return {symmetric || min < 0 ? -r : 0.0, symmetric || max > 0 ? r : 0.0};
}

Interval percentile_range(std::span<float> x, double p, bool symmetric) {
  if (symmetric) {
    for (float& value : x) value = std::fabs(value);
    const double r = percentile(x, p);
    return {-r, r};
  }
  const double tail = (100 - p) / 2;
  const double low = percentile(x, tail), high = percentile(x, 100 - tail);
  return holding_zero(low, high);
}

Interval percentile_range(const SortedIndex& index, double p, bool symmetric) {
  const auto of = [&](double share, auto&& nth) { return percentile(index.size(), share, nth); };
  if (symmetric) {
    const double r = of(p, [&](std::size_t i) { return nth_size(index, i); });
    return {-r, r};
  }
  const double tail = (100 - p) / 2;
  const auto nth = [&](std::size_t i) { return index.sorted()[i]; };
  return holding_zero(of(tail, nth), of(100 - tail, nth));
}

namespace {

struct Trial {
  double shrink, error;
};

// Keeps the best few trials, best first.
class Podium {
 public:
  explicit Podium(Trial first) { places_.fill(first); }
  void offer(Trial trial) {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (trial.error < places_[i].error) {
        std::copy_backward(places_.begin() + static_cast<std::ptrdiff_t>(i), places_.end() - 1, places_.end());
        places_[i] = trial;
        return;
      }
    }
  }
  const std::array<Trial, 3>& places() const { return places_; }

 private:
  std::array<Trial, 3> places_;
};

}  // namespace

Interval mse_range(std::span<const float> x, std::size_t index, const FormatRow& format, const Request& request,
                   Interval widest, const Codebook* grid) {
  const auto shrunk = [&](double factor) { return Interval{widest.low * factor, widest.high * factor}; };
  const auto absmax = static_cast<float>(widest.radius());
  const auto measure_range = [&](Interval range) {
    if (range.radius() > static_cast<double>(FLT_MAX)) return SquareError{INFINITY, 0};
    const Cells cells = cells_of(format, request, grid, range);
    const Kernels& k = ordinary_scale(cells, absmax) ? kernels() : scalar_kernels();
    return k.square_error(x.data(), x.size(), cells, static_cast<std::uint32_t>(index));
  };
  const auto measure = [&](double factor) { return measure_range(shrunk(factor)); };

  constexpr double kScan = 0.9576032806985737;  // 2^(−1/16)
  constexpr int kScans = 16 * 14;               // down to 2⁻¹⁴ of the widest
  constexpr int kFine = 12;                     // trials on each side, twice
  Podium podium({1, measure(1).total});
  double factor = 1;
  for (int i = 0; i < kScans; ++i) {
    factor *= kScan;
    const SquareError error = measure(factor);
    podium.offer({factor, error.total});
    if (error.clipped > podium.places()[0].error) break;
  }
  double ratio = std::pow(1 / kScan, 1.0 / kFine);
  for (int round = 0; round < 2; ++round, ratio = std::pow(ratio, 1.0 / kFine)) {
    const auto starts = podium.places();
    for (const Trial& start : starts) {
      for (int i = -kFine; i <= kFine; ++i) {
        const double near = std::min(1.0, start.shrink * std::pow(ratio, i));
        if (i != 0) podium.offer({near, measure(near).total});
      }
      if (round > 0) break;
    }
  }
  const Trial common = podium.places()[0];
  if (format.symmetric || widest.low == 0 || widest.high == 0) return shrunk(common.shrink);

  // A step that is so much of the widest's, and how many of them reach below zero.
  const int top = static_cast<int>(cells_of(format, request, grid, widest).levels()) - 1;
  struct Place {
    double size, below;
    double error = INFINITY;
  };
  const auto range_of = [&](const Place& at) {
    const double step = at.size * widest.width() / top;
    return Interval{-at.below * step, (top - at.below) * step};
  };
  const auto descend = [&](Place& at, double ratio, double shift) {
    for (bool moved = true; moved;) {
      moved = false;
      for (const Place& next : {Place{at.size * ratio, at.below}, {at.size / ratio, at.below},
                                {at.size, at.below - shift}, {at.size, at.below + shift}}) {
        if (next.size > 2 || next.below < 0 || next.below > top) continue;
        const double error = measure_range(range_of(next)).total;
        if (!(error < at.error)) continue;
        at = {next.size, next.below, error};
        moved = true;
      }
    }
  };
  const double low = -widest.low / widest.width(), high = widest.high / widest.width();
  Place best{1, 0};
  for (Place start : {Place{common.shrink, std::round(low * top)}, {common.shrink * high, 0},
                      {common.shrink * low, static_cast<double>(top)}}) {
    start.error = measure_range(range_of(start)).total;
    descend(start, std::sqrt(2.0), std::ceil(top / 16.0));
    if (start.error < best.error) best = start;
  }
  for (int fine = 8; fine <= 128; fine *= 4) descend(best, std::exp2(1.0 / fine), std::ceil(top / (16.0 * fine)));
  return best.error < common.error ? range_of(best) : shrunk(common.shrink);
}

void absmax_ranges(std::span<const float> x, std::size_t group, std::span<Interval> ranges) {
  constexpr std::size_t kTogether = 256;
  std::array<float, kTogether> largest;
  for (std::size_t first = 0; first < ranges.size(); first += kTogether) {
    // No further than there are groups: 256 long ones would pass wasm's 32 bits.
    const std::size_t count = std::min(kTogether, ranges.size() - first);
    const std::size_t begin = first * group, end = std::min((first + count) * group, x.size());
    simd_grouped().absmax(x.data() + begin, end - begin, group, largest.data());
    for (std::size_t i = 0; i < count; ++i) ranges[first + i] = {-largest[i], largest[i]};
  }
}

}  // namespace halfstep
