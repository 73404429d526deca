#pragma once
// What rounding to a minifloat needs to know of its format.
#include <cstdint>

namespace halfstep {

// Its mantissa bits, 0..10, its bias, and the code of its largest finite value. Either the bias is 127, float32's
// own, or 2^24 times the largest value is a float32.
struct MinifloatShape {
  int mantissa_bits = 0, bias = 0;
  std::uint32_t largest = 0;  // 0 of no format
};

}  // namespace halfstep
