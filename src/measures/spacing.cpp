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
  // A lone tie is float32's own rounding, no atom.
  const std::size_t m = run > 2 ? std::max(cube_root, 8 * run) : cube_root;
  if (n < kFewestWeights || m > std::max(n / 50, cube_root)) {
    return {std::numeric_limits<double>::quiet_NaN(), atom};
  }

  double sum = 0;
  for (std::size_t i = 0; i + m < n; ++i) {
    sum += portable::log(static_cast<double>(sorted[i + m]) - static_cast<double>(sorted[i]));
  }
  const double mean = sum / static_cast<double>(n - m);
  const double correction =
      portable::digamma(static_cast<double>(n) + 1) - portable::digamma(static_cast<double>(m));
  return {(mean + correction) * std::numbers::log2e, atom};
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
  for (std::uint64_t j = 0; j < picks; ++j) {
    const std::uint64_t begin = j * count / picks;
    const std::uint64_t end = (j + 1) * count / picks;
    const float value = weight(static_cast<std::size_t>(begin + random.bits(j) % (end - begin)));
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
