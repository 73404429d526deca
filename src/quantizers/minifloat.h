#pragma once
// Small floating-point numbers: a sign, an exponent and a mantissa of a few bits each.
#include <cstdint>

#include "kernels/minifloat_shape.h"
#include "quantizers/codebook.h"

namespace halfstep {

// What the codes of the top exponent mean.
enum class Specials {
  None,  // numbers, as all others
  Fn,    // numbers, but all ones is NaN; there is no infinity
  Ieee,  // infinity where the mantissa is zero, else NaN
};

// A code is, from the top: the sign, exponent_bits, mantissa_bits. Exponent field 0 holds the subnormal numbers.
// Of the sizes 1..8 and 0..10, with a bias by which every finite value is a float32.
struct MinifloatSpec {
  int exponent_bits, mantissa_bits, bias;
  Specials specials;

  constexpr int bits() const { return 1 + exponent_bits + mantissa_bits; }
  constexpr std::uint32_t sign_bit() const { return 1u << (exponent_bits + mantissa_bits); }
  // The code of the largest finite value.
  constexpr std::uint32_t largest() const {
    return sign_bit() - 1 - (specials == Specials::None ? 0 : specials == Specials::Fn ? 1 : 1u << mantissa_bits);
  }
  // For kernels that find the values of grid() by arithmetic.
  constexpr MinifloatShape shape() const { return {mantissa_bits, bias, largest()}; }
};

// OCP 8-bit Floating Point Specification (OFP8) 1.0; OCP Microscaling Formats (MX) 1.0; IEEE 754-2019.
inline constexpr MinifloatSpec kE4m3{4, 3, 7, Specials::Fn}, kE5m2{5, 2, 15, Specials::Ieee};
inline constexpr MinifloatSpec kE3m2{3, 2, 3, Specials::None}, kE2m3{2, 3, 1, Specials::None};
inline constexpr MinifloatSpec kE2m1{2, 1, 1, Specials::None};
inline constexpr MinifloatSpec kFp16{5, 10, 15, Specials::Ieee}, kBf16{8, 7, 127, Specials::Ieee};

// A float of one's own, 1..8 exponent and 0..10 mantissa bits: bias 2^(e−1) − 1 and all codes numbers, as FP6 and
// FP4 have it. With 8 exponent bits the top ones are special as in bfloat16, for float32 cannot hold their values.
constexpr MinifloatSpec own_minifloat(int exponent_bits, int mantissa_bits) {
  return {exponent_bits, mantissa_bits, (1 << (exponent_bits - 1)) - 1,
          exponent_bits == 8 ? Specials::Ieee : Specials::None};
}

// The value of a code below 2^bits: exact, −0, ±∞ and NaN included.
float decode(const MinifloatSpec& spec, std::uint32_t code);

// The code of the nearest value, half to even (IEEE 754's 4.3.1: without a mantissa bit, away from a zero that is
// not a neighbour); a zero keeps its sign. What rounds beyond the largest finite value, and ±∞, takes that value's
// code if `saturate` or where the format has no special code for it, else Ieee's infinity or Fn's NaN. NaN takes
// NaN's code without a sign; where there is none (None, and Ieee without mantissa bits), the code 0.
std::uint32_t encode(const MinifloatSpec& spec, float x, bool saturate);

// Every finite value, rising, zero once, with edges by which finite x gets decode(encode(x, saturate)), to the bit
// but for the sign of zero. If it doesn't saturate, what it overflows to stands before and after them; it has special
// codes then. A saturating level k is the value of magnitude |k − largest()|.
Codebook grid(const MinifloatSpec& spec, bool saturate = true);

}  // namespace halfstep
