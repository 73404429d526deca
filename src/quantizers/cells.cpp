#include "quantizers/cells.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

#include "quantizers/scales.h"

namespace halfstep {

namespace {

Cells symmetric_cells(double r, double steps, float offset, std::int32_t low, std::int32_t high) {
  Cells cells;
  cells.step = representable_scale(r / steps, std::max(-(low + offset), high + offset));
  cells.offset = offset;
  cells.low = low;
  cells.high = high;
  cells.range_low = -r;
  cells.range_high = r;
  return cells;
}

}  // namespace

double int_reach(int bits) { return bits == 1 ? 0.5 : (1 << (bits - 1)) - 1; }
double uint_reach(int bits) { return (1 << bits) - 1; }
double midrise_reach(int bits) { return 1 << (bits - 1); }

Cells int_cells(int bits, Interval range) {
  const double reach = int_reach(bits);
  if (bits == 1) return symmetric_cells(range.radius(), reach, 0.5f, -1, 0);
  const auto top = static_cast<std::int32_t>(reach);
  return symmetric_cells(range.radius(), reach, 0, -top, top);
}

Cells midrise_cells(int bits, Interval range) {
  const std::int32_t half = 1 << (bits - 1);
  return symmetric_cells(range.radius(), midrise_reach(bits), 0.5f, -half, half - 1);
}

std::int32_t zero_point(double low, float step, std::int32_t top) {
  const float zero = step == 0 ? 0 : std::nearbyint(static_cast<float>(-low / step));
  return static_cast<std::int32_t>(std::clamp(zero, 0.0f, static_cast<float>(top)));
}

Cells uint_cells(int bits, Interval range) {
  const std::int32_t top = (1 << bits) - 1;
  const double ideal = range.width() / top;
  // The width may overflow float32, what is farther from zero of the levels' ends must not.
  std::int32_t zero = zero_point(range.low, representable_scale(ideal, 1), top);
  Cells cells;
  cells.step = representable_scale(ideal, std::max(zero, top - zero));
  zero = zero_point(range.low, cells.step, top);
  cells.low = -zero;
  cells.high = top - zero;
  cells.range_low = range.low;
  cells.range_high = range.high;
  return cells;
}

Cells clear_of_dither(Cells cells) {
  if (!is_dithered(cells.rounding) || cells.divisor() == 0) return cells;
  const float room = is_triangular(cells.rounding) ? -0.5f : 0.0f;  // half a cell, less the dither's reach
  const float step = cells.divisor();
  const auto end = [&](std::int32_t k, float more) { return (static_cast<float>(k) + cells.offset + more) * step; };
  const float low = end(cells.low, -room), high = end(cells.high, room);
  // A range that ends there but for the rounding of its step keeps its end.
  constexpr double kHair = 0x1p-20;
  if (low - cells.range_low > kHair * std::fabs(cells.range_low)) cells.range_low = low;
  if (cells.range_high - high > kHair * std::fabs(cells.range_high)) cells.range_high = high;
  cells.range_high = std::max(cells.range_low, cells.range_high);
  return cells;
}

float mean_gap(std::span<const float> all) {
  const std::span<const float> levels = finite_levels(all);
  const std::size_t gaps = levels.size() - 1;
  const double width = static_cast<double>(levels.back()) - static_cast<double>(levels.front());
  return gaps == 0 ? 1 : static_cast<float>(width / static_cast<double>(gaps));
}

float book_step(std::span<const float> levels, float scale) {
  return scale == 0 ? 0 : std::clamp(mean_gap(levels) * scale, FLT_TRUE_MIN, FLT_MAX);
}

Cells grid_cells(const Codebook& grid, float scale, Interval range) {
  Cells cells;
  cells.high = static_cast<std::int32_t>(grid.levels.size()) - 1;
  cells.step = book_step(grid.levels, scale);
  cells.range_low = range.low;
  cells.range_high = range.high;
  cells.book_levels = grid.levels;
  cells.book_edges = grid.edges;
  cells.book_scale = scale;
  cells.reciprocal = grid.reciprocal;
  return cells;
}

float largest_level(std::span<const float> all) {
  const std::span<const float> levels = finite_levels(all);
  return std::max(-levels.front(), levels.back());
}

}  // namespace halfstep
