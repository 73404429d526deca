#include "quantizers/formats.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

#include "quantizers/ecsq.h"
#include "tensor/wording.h"

namespace halfstep {

namespace {

// The float32 step nearest to `ideal` that neither vanishes for a range above zero
// nor overflows float32 when `largest` steps are taken.
float representable_step(double ideal, double largest) {
  if (ideal == 0) return 0;
  float step = ideal >= static_cast<double>(FLT_MAX) ? FLT_MAX : static_cast<float>(ideal);
  step = std::clamp(step, FLT_TRUE_MIN, FLT_MAX / static_cast<float>(largest));
  while (!std::isfinite(static_cast<float>(largest) * step)) step = std::nextafter(step, 0.0f);
  return step;
}

float radius(Interval range) { return std::max(-range.low, range.high); }

Cells symmetric_cells(float r, double steps, float offset, std::int32_t low, std::int32_t high) {
  Cells cells;
  cells.step = representable_step(r / steps, std::max(-(low + offset), high + offset));
  cells.offset = offset;
  cells.low = low;
  cells.high = high;
  cells.range_low = -r;
  cells.range_high = r;
  return cells;
}

Cells int_cells(int bits, Interval range) {
  const float r = radius(range);
  if (bits == 1) return symmetric_cells(r, 0.5, 0.5f, -1, 0);
  const std::int32_t top = (1 << (bits - 1)) - 1;
  return symmetric_cells(r, top, 0, -top, top);
}

Cells midrise_cells(int bits, Interval range) {
  const std::int32_t half = 1 << (bits - 1);
  return symmetric_cells(radius(range), half, 0.5f, -half, half - 1);
}

Cells uint_cells(int bits, Interval range) {
  const std::int32_t top = (1 << bits) - 1;
  const double width = static_cast<double>(range.high) - static_cast<double>(range.low);
  Cells cells;
  cells.step = representable_step(width / top, top);
  const float zero = cells.step == 0 ? 0 : std::nearbyint(-range.low / cells.step);
  const std::int32_t zero_point = static_cast<std::int32_t>(std::clamp(zero, 0.0f, static_cast<float>(top)));
  cells.low = -zero_point;
  cells.high = top - zero_point;
  cells.range_low = range.low;
  cells.range_high = range.high;
  return cells;
}

Design lloyd_max_design(const SortedIndex& index, int bits) { return lloyd_max(index, std::size_t{1} << bits); }
Design ecsq_design(const SortedIndex& index, int bits) { return ecsq(index, bits); }

constexpr FormatRow kFormats[] = {
    {"int", "int, symmetric", "k = clamp(round(x/Δ), −K, K), K = 2^(b−1) − 1, Δ = range/K; one bit is the sign", 1, 16,
     true, false, int_cells},
    {"uint", "uint, affine", "k = clamp(round(x/Δ) + z, 0, 2^b − 1), Δ = (hi − lo)/(2^b − 1), z = round(−lo/Δ)", 1, 16,
     false, true, uint_cells},
    {"midrise", "mid-rise", "Q = (k + ½)Δ, k = clamp(floor(x/Δ), −2^(b−1), 2^(b−1) − 1), Δ = range/2^(b−1)", 1, 16,
     true, false, midrise_cells},
    {"lloyd-max", "Lloyd–Max codebook", "2^b levels, each the mean of its cell: the least noise of so many levels", 1, 8,
     true, false, nullptr, lloyd_max_design},
    {"ecsq", "entropy-constrained", "the least noise of codes whose entropy is b bits, as an entropy coder stores them", 1,
     8, true, false, nullptr, ecsq_design, true},
};

}  // namespace

std::span<const FormatRow> formats() { return kFormats; }

Result<const FormatRow*> find_format(std::string_view name) {
  std::string known;
  for (const FormatRow& row : kFormats) {
    if (row.name == name) return &row;
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  return Error{"There is no format " + quoted(name) + "; the formats are " + known + "."};
}

}  // namespace halfstep
