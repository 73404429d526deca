#include "kernels/radix.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace halfstep {
namespace {

constexpr int kDigitBits = 11;
constexpr int kPasses = 3;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
using Counts = std::array<std::uint32_t, kDigits>;

// A key that orders as unsigned what the floats order as numbers: negatives run backwards in their
// bits.
inline std::uint32_t order_key(float x) {
  const auto bits = __builtin_bit_cast(std::uint32_t, x);
  const auto negative = static_cast<std::uint32_t>(static_cast<std::int32_t>(bits) >> 31);
  return bits ^ (negative | 0x80000000u);
}

inline std::size_t digit(std::uint32_t key, int pass) {
  return (key >> (pass * kDigitBits)) & (kDigits - 1);
}

// Counts to the place where each digit's first element goes.
void to_offsets(Counts& counts) {
  std::uint32_t sum = 0;
  for (std::uint32_t& count : counts) {
    const std::uint32_t here = count;
    count = sum;
    sum += here;
  }
}

template <int Pass>
void scatter(std::span<const float> from, std::span<float> to, Counts& offsets) {
  for (const float x : from) to[offsets[digit(order_key(x), Pass)]++] = x;
}

}  // namespace

void radix_sort(std::span<float> from, std::span<float> sorted) {
  std::array<Counts, kPasses> counts{};
  for (const float x : from) {
    const std::uint32_t key = order_key(x);
    for (int pass = 0; pass < kPasses; ++pass)
      ++counts[static_cast<std::size_t>(pass)][digit(key, pass)];
  }
  for (Counts& count : counts) to_offsets(count);
  scatter<0>(from, sorted, counts[0]);
  scatter<1>(sorted, from, counts[1]);
  scatter<2>(from, sorted, counts[2]);
}

}  // namespace halfstep
