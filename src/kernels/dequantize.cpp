#include "kernels/dequantize.h"

#include "kernels/quantize_scalar.h"

namespace halfstep {

void dequantize(const std::uint16_t* codes, std::size_t n, const Cells& cells, std::uint32_t index, float* q) {
  if (!cells.book_levels.empty()) {
    const float* levels = cells.book_levels.data();
    for (std::size_t i = 0; i < n; ++i) q[i] = levels[codes[i]] * cells.book_scale + 0.0f;
    return;
  }
  const auto each = [&](auto mode) {
    const StochasticKeys keys(cells.seed);
    for (std::size_t i = 0; i < n; ++i) {
      const float level = static_cast<float>(codes[i] + cells.low) + cells.offset;
      q[i] = value_of(mode, level, cells.step, keys, index + static_cast<std::uint32_t>(i)) + 0.0f;
    }
  };
  if (is_subtractive(cells.rounding)) return each(AnyRounding{cells.rounding, cells.offset != 0});
  each(NearestLevel{});
}

}  // namespace halfstep
