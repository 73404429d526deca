#pragma once
// The order of float32 as whole numbers.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace halfstep {

// The end of a range as the last float32 in it: a float32 is beyond the one just where it is beyond the other.
inline float last_within(double end) {
  const float nearest = static_cast<float>(end);
  return std::fabs(static_cast<double>(nearest)) > std::fabs(end) ? std::nextafter(nearest, 0.0f) : nearest;
}

// Orders as unsigned what the floats order as numbers: negatives run backwards in their bits.
// −0 stands one before +0; a NaN stands beyond the infinity of its sign.
inline std::uint32_t float_rank(float x) {
  const auto bits = __builtin_bit_cast(std::uint32_t, x);
  const auto negative = static_cast<std::uint32_t>(static_cast<std::int32_t>(bits) >> 31);
  return bits ^ (negative | 0x80000000u);
}

inline float float_of_rank(std::uint32_t rank) {
  const std::uint32_t positive = static_cast<std::uint32_t>(static_cast<std::int32_t>(rank) >> 31);
  return __builtin_bit_cast(float, rank ^ (~positive | 0x80000000u));
}

// The least float32 where `beyond` holds: it is monotone, false at −∞ and true at ∞. A few calls where
// `guess` (not NaN) is within a few steps of float32 of the answer, and 64 at worst.
template <typename Beyond>
float first_beyond(float guess, Beyond&& beyond) {
  const std::uint32_t lowest = float_rank(-std::numeric_limits<float>::infinity());
  const std::uint32_t highest = float_rank(std::numeric_limits<float>::infinity());
  std::uint32_t inside = float_rank(guess), outside = inside;
  std::uint32_t stride = 1;
  if (inside > lowest && (inside == highest || beyond(guess))) {
    do {
      outside = inside;
      inside -= std::min(stride, inside - lowest);
      stride *= 2;
    } while (inside > lowest && beyond(float_of_rank(inside)));
  } else {
    do {
      inside = outside;
      outside += std::min(stride, highest - outside);
      stride *= 2;
    } while (outside < highest && !beyond(float_of_rank(outside)));
  }
  while (outside - inside > 1) {
    const std::uint32_t middle = inside + (outside - inside) / 2;
    (beyond(float_of_rank(middle)) ? outside : inside) = middle;
  }
  return float_of_rank(outside);
}

}  // namespace halfstep
