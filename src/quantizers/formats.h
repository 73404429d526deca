#pragma once
// The table of formats: how each maps a range to cells. Adding a format is adding its row.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "kernels/kernels.h"
#include "measures/sorted_index.h"
#include "quantizers/lloyd.h"
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
  // The cells of a range; null for a codebook.
  Cells (*cells)(int bits, Interval range);
  // The codebook that the weights themselves ask for; null for a rule. One a tensor; it knows no range.
  Design (*design)(const SortedIndex& index, int bits) = nullptr;
  bool entropy_coded = false;  // a code takes H bits and not `bits`
};

std::span<const FormatRow> formats();
// An unknown name is answered with the known ones.
Result<const FormatRow*> find_format(std::string_view name);

// Bits stored for a scale or a codebook's level: a float32.
inline constexpr int kScaleBits = 32;
// Bits stored for a code's share in the table of an entropy coder.
inline constexpr int kShareBits = 16;

}  // namespace halfstep
