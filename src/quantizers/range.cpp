#include "quantizers/range.h"

#include <algorithm>
#include <array>
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
