#include "quantizers/minifloat.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tensor/math.h"

namespace halfstep {

namespace {

using portable::power_of_two;

// The value of a code without sign, had the top exponent no special meaning.
double magnitude(const MinifloatSpec& spec, std::uint32_t code) {
  const std::uint32_t field = code >> spec.mantissa_bits, implied = field == 0 ? 0u : 1u << spec.mantissa_bits;
  const std::uint32_t mantissa = code & ((1u << spec.mantissa_bits) - 1);
  const int exponent = static_cast<int>(std::max(field, 1u)) - spec.bias - spec.mantissa_bits;
  return (implied + mantissa) * power_of_two(exponent);
}

}  // namespace

float decode(const MinifloatSpec& spec, std::uint32_t code) {
  const std::uint32_t size = code & (spec.sign_bit() - 1);
  float value = std::numeric_limits<float>::quiet_NaN();
  if (size <= spec.largest()) {
    value = static_cast<float>(magnitude(spec, size));
  } else if (spec.specials == Specials::Ieee && size == spec.largest() + 1) {
    value = std::numeric_limits<float>::infinity();
  }
  return code & spec.sign_bit() ? -value : value;
}

std::uint32_t encode(const MinifloatSpec& spec, float x, bool saturate) {
  const std::uint32_t special = spec.largest() + 1;  // Fn's NaN, Ieee's infinity
  if (std::isnan(x)) {
    if (spec.specials == Specials::Fn) return special;
    const bool has_nan = spec.specials == Specials::Ieee && spec.mantissa_bits > 0;
    return has_nan ? special | 1u << (spec.mantissa_bits - 1) : 0;  // the quiet one
  }
  std::uint32_t size = special;
  if (std::isfinite(x)) {
    // In units of the last place of x's binade the significand is whole, and codes follow one another through
    // all binades.
    const double a = std::fabs(static_cast<double>(x));
    const int least = 1 - spec.bias;
    const int exponent = std::max(static_cast<int>(__builtin_bit_cast(std::uint64_t, a) >> 52) - 1023, least);
    const double significand = std::nearbyint(a * power_of_two(spec.mantissa_bits - exponent));
    size = (static_cast<std::uint32_t>(exponent - least) << spec.mantissa_bits) +
           static_cast<std::uint32_t>(significand);
    size = std::min(size, special);
  }
  if (size == special && (saturate || spec.specials == Specials::None)) size = spec.largest();
  return std::signbit(x) ? size | spec.sign_bit() : size;
}

Codebook grid(const MinifloatSpec& spec, bool saturate) {
  const std::size_t largest = spec.largest() + (saturate ? 0 : 1);
  Codebook book;
  book.levels.resize(2 * largest + 1);
  book.edges.resize(2 * largest);
  double below = 0;
  for (std::size_t size = 1; size <= largest; ++size) {
    const double value = magnitude(spec, static_cast<std::uint32_t>(size));
    // An edge belongs to the level above it: where the tie is the level below's, the edge is one float32 on.
    const float tie = static_cast<float>((below + value) / 2);
    const bool tie_shrinks = spec.mantissa_bits > 0 ? size % 2 == 1 : size == 1;
    const float next = std::nextafter(tie_shrinks ? tie : -tie, std::numeric_limits<float>::infinity());
    book.levels[largest + size] = decode(spec, static_cast<std::uint32_t>(size));
    book.levels[largest - size] = -book.levels[largest + size];
    book.edges[largest + size - 1] = tie_shrinks ? next : tie;
    book.edges[largest - size] = tie_shrinks ? -tie : next;
    below = value;
  }
  if (saturate) {
    book.shape = spec.shape();
  } else {
    book.nan = decode(spec, encode(spec, std::numeric_limits<float>::quiet_NaN(), saturate));
  }
  return book;
}

}  // namespace halfstep
