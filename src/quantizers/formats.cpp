#include "quantizers/formats.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "quantizers/scales.h"
#include "tensor/wording.h"

namespace halfstep {

namespace {

Error not_taken(const Request& request, std::string_view word, const std::string& own) {
  return {"The format " + request.format + " has its own " + std::string(word) + ", " + own + "; it takes no other."};
}

}  // namespace

Result<const FormatRow*> find_format(std::string_view name) {
  std::string known;
  for (const FormatRow& row : formats()) {
    if (row.name == name) return &row;
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  return Error{"There is no format " + quoted(name) + "; the formats are " + known + "."};
}

double nominal_bits(const FormatRow& row) {
  if (const BlockCodec* codec = row.codec ? row.codec() : nullptr) return 8.0 * codec->bytes / codec->weights;
  if (row.bits_min != row.bits_max) return NAN;
  const double bits = row.code_bits(row.bits_min), group = static_cast<double>(row.granularity.group);
  // Of one scale for all there is nothing to tell.
  if (group == 0) return bits;
  constexpr std::size_t kMany = 1 << 20;
  return bits + (scale_bits(row.scale, 2 * kMany) - scale_bits(row.scale, kMany)) / (kMany * group);
}

Status check_words(const FormatRow& row, const Request& request) {
  if (request.bits < row.bits_min || request.bits > row.bits_max) {
    const std::string widths = row.bits_min == row.bits_max
                                   ? std::to_string(row.bits_min)
                                   : std::to_string(row.bits_min) + " to " + std::to_string(row.bits_max);
    return Error{"The format " + request.format + " has " + widths + " bits, not " + std::to_string(request.bits) + "."};
  }
  if (!(row.takes & kTakesRange) && request.range != row.range) {
    return not_taken(request, "range", row.range.rule == RangeRule::Absmax ? "absmax" : "fixed by its levels");
  }
  if (!(row.takes & kTakesGranularity) && request.granularity != row.granularity) {
    return not_taken(request, "granularity", spell(row.granularity));
  }
  if (!(row.takes & kTakesScale) && request.scale != row.scale) {
    return not_taken(request, "scale", std::string(scale_names()[static_cast<std::size_t>(row.scale)]));
  }
  if (row.takes & kTakesScale && !(row.scales & bit(request.scale))) {
    std::string types;
    for (std::size_t i = 0; i < scale_names().size(); ++i) {
      if (row.scales >> i & 1) types += (types.empty() ? "" : " or ") + std::string(scale_names()[i]);
    }
    return Error{"The format " + request.format + " stores its scales as " + types + ", not as " +
                 std::string(scale_names()[static_cast<std::size_t>(request.scale)]) + "."};
  }
  if (!(row.takes & kTakesRounding) && request.rounding != Rounding::Nearest) {
    return not_taken(request, "rounding", "nearest");
  }
  if (!(row.takes & kTakesTransform) && request.transform.kind != TransformKind::None) {
    return Error{"The format " + request.format + " is designed on the weights as they are: it takes no transform."};
  }
  if (!(row.takes & kTakesOverflow) && request.overflow != Overflow::Saturate) {
    return Error{"The format " + request.format + " has no infinity or NaN to overflow to; it takes overflow saturate alone."};
  }
  return {};
}

Cells cells_of(const FormatRow& format, const Request& request, const Codebook* grid, Interval range) {
  const ScaleType type = is_shared(request.scale) ? ScaleType::Float32 : request.scale;
  const double reach = format.symmetric ? range.radius() : range.width();
  Cells cells;
  if (grid) {
    cells = grid_cells(*grid, stored_scale(type, reach, largest_level(grid->levels)), range);
  } else {
    cells = format.cells(request.bits, range);
  }
  if (type != ScaleType::Float32) {
    const double top = grid ? static_cast<double>(largest_level(grid->levels)) : format.reach(request.bits);
    cells = rescaled(format, cells, stored_scale(type, reach, top), type);
  }
  cells.rounding = request.rounding;
  cells.seed = request.seed;
  return cells;
}

Cells rescaled(const FormatRow& format, Cells cells, float scale, ScaleType type) {
  if (chosen_before(type) && cells.step > 0) {
    cells.own_scale = cells.step;
    cells.step = scale;
    return cells;
  }
  if (!cells.book_levels.empty()) {
    const float top = largest_level(cells.book_levels);
    cells.step = book_step(cells.book_levels, scale);
    cells.book_scale = scale;
    cells.range_high = top * scale;
    cells.range_low = -cells.range_high;
    return cells;
  }
  cells.step = scale;
  const std::int32_t top = cells.high - cells.low;
  if (format.has_zero_point) {
    cells.low = -zero_point(cells.range_low, scale, top);
    cells.high = top + cells.low;
    cells.range_low = static_cast<float>(cells.low) * scale;
    cells.range_high = static_cast<float>(cells.high) * scale;
    return cells;
  }
  const int bits = std::bit_width(static_cast<std::uint32_t>(top));
  cells.range_high = static_cast<float>(format.reach(bits) * scale);
  cells.range_low = -cells.range_high;
  return cells;
}

}  // namespace halfstep
