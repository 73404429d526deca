#pragma once
// The table of formats: how each maps a range to cells. Adding a format is adding its row.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "kernels/kernels.h"
#include "result.h"

namespace halfstep {

// The granular region, low ≤ 0 ≤ high, in units of the weights.
struct Interval {
  float low = 0, high = 0;
};

struct FormatRow {
  std::string_view name;     // "int"
  std::string_view label;    // for a person
  std::string_view summary;  // the definition, in one line
  int bits_min, bits_max;    // of a code
  bool symmetric;            // the range is [−r, r]; else its ends follow the weights' own
  bool has_zero_point;       // a zero point of `bits` bits is stored beside each scale
  Cells (*cells)(int bits, Interval range);
};

std::span<const FormatRow> formats();
// An unknown name is answered with the known ones.
Result<const FormatRow*> find_format(std::string_view name);

// Bits stored for a scale: a float32.
inline constexpr int kScaleBits = 32;

}  // namespace halfstep
