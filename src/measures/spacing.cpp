#include "measures/spacing.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <string>

#include "kernels/radix.h"
#include "tensor/math.h"
#include "tensor/random.h"
#include "tensor/share.h"

namespace halfstep {
namespace {

constexpr std::size_t kFewestWeights = 64;

// The length of the longest run of equal values.
std::size_t longest_run(std::span<const float> sorted) {
  std::size_t longest = 0;
  for (std::size_t first = 0; first < sorted.size();) {
    std::size_t next = first + 1;
    while (next < sorted.size() && sorted[next] == sorted[first]) ++next;
    longest = std::max(longest, next - first);
    first = next;
  }
  return longest;
}

}  // namespace

SpacingEstimate differential_entropy(std::span<const float> sorted) {
  const std::size_t n = sorted.size();
  if (n == 0) return {std::numeric_limits<double>::quiet_NaN(), 0};
  const std::size_t run = longest_run(sorted);
  const double atom = static_cast<double>(run) / static_cast<double>(n);
  const auto cube_root = static_cast<std::size_t>(std::lround(std::cbrt(static_cast<double>(n))));
  if (n < kFewestWeights || 4 * run > std::max(n / 25, cube_root)) {
    return {std::numeric_limits<double>::quiet_NaN(), atom};
  }

  // A window has more gaps than the longest run, so that none is zero wide.
  const std::size_t m = std::max(cube_root / 2, 2 * run);
  const double whole_window = portable::digamma(static_cast<double>(2 * m));
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t low = i - std::min(i, m);
    const std::size_t high = std::min(i + m, n - 1);
    const std::size_t gaps = high - low;
    const double width = static_cast<double>(sorted[high]) - static_cast<double>(sorted[low]);
    sum += portable::log(width) -
           (gaps == 2 * m ? whole_window : portable::digamma(static_cast<double>(gaps)));
  }
  const double nats = sum / static_cast<double>(n) + portable::digamma(static_cast<double>(n) + 1);
  return {nats * std::numbers::log2e, atom};
}

Result<std::span<const float>> sample_sorted(std::size_t count,
                                             const std::function<float(std::size_t)>& weight,
                                             Buffer<float>& out, std::size_t cap) {
  const std::size_t picks = std::min(count, cap);
  Buffer<float> picked;
  if (!picked.allocate(picks) || !out.allocate(picks)) {
    return Error{"There is not enough memory to sort " + std::to_string(picks) + " weights."};
  }
  const RandomStream random(0);
  std::size_t finite = 0;
  for (std::size_t j = 0; j < picks; ++j) {
    const std::size_t begin = share_begin(j, count, picks), end = share_begin(j + 1, count, picks);
    const float value = weight(begin + static_cast<std::size_t>(random.bits(j) % (end - begin)));
    if (std::isfinite(value)) picked[finite++] = value;
  }
  radix_sort(picked.span().first(finite), out.span().first(finite));
  return std::span<const float>(out.span().first(finite));
}

Result<std::span<const float>> sample_sorted(std::span<const float> x, Buffer<float>& out,
                                             std::size_t cap) {
  return sample_sorted(
      x.size(), [x](std::size_t i) { return x[i]; }, out, cap);
}

}  // namespace halfstep
