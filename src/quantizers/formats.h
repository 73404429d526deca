#pragma once
// The table of formats: how each maps a range to cells. Adding a format is adding its row.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "kernels/kernels.h"
#include "measures/sorted_index.h"
#include "quantizers/blocks.h"
#include "quantizers/cells.h"
#include "quantizers/lattice.h"
#include "quantizers/lloyd.h"
#include "request.h"
#include "result.h"

namespace halfstep {

// The words of a request, beside its format and bits, that a format may take.
enum Word : unsigned {
  kTakesRange = 1,
  kTakesGranularity = 2,
  kTakesRounding = 4,
  kTakesScale = 8,
  kTakesExponent = 16,
  kTakesLevels = 32,
  kTakesTransform = 64,
  kTakesOverflow = 128,
};

struct FormatRow {
  std::string_view name;     // "int"
  std::string_view label;    // for a person
  std::string_view family;   // of formats that are kin
  std::string_view summary;  // the definition, in one line
  int bits_min, bits_max;    // of a code
  unsigned takes = 0;
  // What stands where a word is not taken, and what a person starts from where it is.
  Range range = {};
  Granularity granularity = {};
  ScaleType scale = ScaleType::Float32;
  unsigned scales = ~bit(ScaleType::Own);  // the types that a row which takes them takes
  bool symmetric = true;        // the range is [−r, r]; else its ends follow the weights' own
  bool has_zero_point = false;  // a zero point of `bits` bits is stored beside each scale

  // One of these. A uniform rule: its cells over a range with a float32 step, and how many steps a range is.
  Cells (*cells)(int bits, Interval range) = nullptr;
  double (*reach)(int bits) = nullptr;
  // Levels in units of a scale, the larger end of them at the end of the range.
  Result<Codebook> (*grid)(const Request& request) = nullptr;
  // The codebook that the weights themselves ask for; one a tensor, without a range.
  Design (*design)(const SortedIndex& index, int bits) = nullptr;
  // A storage layout of its own, in blocks.
  const BlockCodec* (*codec)() = nullptr;
  // Of vectors of weights. Its `cells` give step and range, as many steps as 2^b in each dimension; a code numbers the
  // points within reach (lattice_points.h).
  std::optional<Lattice> lattice = {};

  bool entropy_coded = false;  // a code takes H bits and not `bits`
  double packed_bits = 0;      // what a code of one length takes where that is not `bits`

  double code_bits(int bits) const { return packed_bits > 0 ? packed_bits : bits; }
};

std::span<const FormatRow> formats();
// All that a weight of many takes in the row's own words, in bits; NaN where its width is a person's choice, or the
// weights'.
double nominal_bits(const FormatRow& format);
// An unknown name is answered with the known ones.
Result<const FormatRow*> find_format(std::string_view name);

// An error where the request has bits that the format does not, or another word than the row's own where the
// format does not take it. Exponent bits and levels are read where a format takes them and stand idle elsewhere.
Status check_words(const FormatRow& format, const Request& request);

// The cells of one scale over a range, with the scale as the request stores it (of a shared type as float32), its
// rounding and its seed. `grid` is what the row makes of the request, where the row has one.
Cells cells_of(const FormatRow& format, const Request& request, const Codebook* grid, Interval range);
// The same cells with another scale stored; codes stay under the first one where `type` has them chosen before.
Cells rescaled(const FormatRow& format, Cells cells, float scale, ScaleType type);

// Bits stored for a codebook's level: a float32.
inline constexpr int kLevelBits = 32;
// Bits stored for a code's share in the table of an entropy coder.
inline constexpr int kShareBits = 16;

}  // namespace halfstep
