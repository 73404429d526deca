#include "kernels/radix.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

namespace {

std::vector<std::uint32_t> bits_of(const std::vector<float>& x) {
  std::vector<std::uint32_t> bits(x.size());
  if (!x.empty()) std::memcpy(bits.data(), x.data(), x.size() * sizeof(float));
  return bits;
}

// std::sort by value, −0 before +0.
void check_sorts(const std::vector<float>& x) {
  std::vector<float> expected = x;
  std::sort(expected.begin(), expected.end(), [](float a, float b) {
    return a < b || (a == b && std::signbit(a) && !std::signbit(b));
  });
  std::vector<float> from = x, sorted(x.size());
  halfstep::radix_sort(from, sorted);
  CHECK(bits_of(sorted) == bits_of(expected));
  // Without scratch; counted and scattered in two stretches, sorted in three.
  const std::span<const float> head(x.data(), x.size() / 3), tail(x.data() + head.size(), x.size() - head.size());
  std::fill(sorted.begin(), sorted.end(), 0.0f);
  halfstep::RadixSort sort;
  sort.begin(sorted, {});
  sort.count(head);
  sort.count(tail);
  sort.scatter(head);
  sort.scatter(tail);
  for (std::size_t part = 1; part <= 3; ++part) {
    sort.sort(part * x.size() / 3);
    CHECK(bits_of({sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(part * x.size() / 3)}) ==
          bits_of({expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(part * x.size() / 3)}));
  }
}

}  // namespace

TEST_CASE("radix_sort agrees with std::sort at every length and kind of number") {
  using limits = std::numeric_limits<float>;
  const float special[] = {
      0.0f,          -0.0f,          limits::denorm_min(), -limits::denorm_min(),
      limits::min(), -limits::min(), limits::max(),        limits::lowest(),
      1.0f,          -1.0f,          limits::infinity(),   -limits::infinity(),
      1e-40f,        -1e-40f};
  std::mt19937 random(1);
  for (const std::size_t n :
       {0u, 1u, 2u, 3u, 4u, 5u, 15u, 16u, 17u, 63u, 64u, 65u, 1023u, 100000u}) {
    CAPTURE(n);
    std::vector<float> mixed(n), any(n), few(n);
    for (std::size_t i = 0; i < n; ++i) {
      mixed[i] = random() % 3 ? std::normal_distribution<float>()(random)
                              : special[random() % std::size(special)];
      do {  // any bits that are a number
        const std::uint32_t bits = static_cast<std::uint32_t>(random());
        std::memcpy(&any[i], &bits, sizeof bits);
      } while (any[i] != any[i]);
      few[i] = static_cast<float>(random() % 3);
    }
    check_sorts(mixed);
    check_sorts(any);
    check_sorts(few);
    std::vector<float> one(n);  // a quarter of a binade, with one number in ten
    for (float& value : one) value = random() % 10 ? 1 + static_cast<float>(random() % 2000000) * 0x1p-23f : 1.125f;
    check_sorts(one);
    std::sort(any.begin(), any.end());
    check_sorts(any);
    std::reverse(any.begin(), any.end());
    check_sorts(any);
  }
}

TEST_CASE("radix_sort puts a NaN beyond the infinity of its sign") {
  using limits = std::numeric_limits<float>;
  const float nan = limits::quiet_NaN();
  std::vector<float> from = {nan, limits::infinity(), -1, -limits::infinity(),
                             std::copysign(nan, -1.0f)};
  std::vector<float> sorted(from.size());
  halfstep::radix_sort(from, sorted);
  CHECK((std::isnan(sorted[0]) && std::signbit(sorted[0])));
  CHECK(sorted[1] == -limits::infinity());
  CHECK(sorted[2] == -1);
  CHECK(sorted[3] == limits::infinity());
  CHECK((std::isnan(sorted[4]) && !std::signbit(sorted[4])));
}
