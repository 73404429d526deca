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
  return {};
}

Cells cells_of(const FormatRow& format, const Request& request, const Codebook* grid, Interval range) {
  const ScaleType type = is_shared(request.scale) ? ScaleType::Float32 : request.scale;
  const double width = static_cast<double>(range.high) - static_cast<double>(range.low);
  const double reach = format.symmetric ? static_cast<double>(range.radius()) : width;
  Cells cells;
  if (grid) {
    cells = grid_cells(*grid, stored_scale(type, reach, largest_level(*grid)), range);
  } else {
    cells = format.cells(request.bits, range);
  }
  if (type != ScaleType::Float32) {
    const double top = grid ? static_cast<double>(largest_level(*grid)) : format.reach(request.bits);
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
    const float top = std::max(-cells.book_levels.front(), cells.book_levels.back());
    cells.step = book_step(cells.book_levels, scale);
    cells.book_scale = scale;
    cells.range_high = top * scale;
    cells.range_low = -cells.range_high;
    return cells;
  }
  cells.step = scale;
  const std::int32_t top = cells.high - cells.low;
  if (format.has_zero_point) {
    const float zero = scale == 0 ? 0 : std::nearbyint(-cells.range_low / scale);
    cells.low = -static_cast<std::int32_t>(std::clamp(zero, 0.0f, static_cast<float>(top)));
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
