#include "measures/indexed.h"

#include <algorithm>
#include <cmath>

#include "kernels/float_order.h"
#include "kernels/quantize_scalar.h"

namespace halfstep {

namespace {

// Adds the cells that the weights [first, last) fall into.
template <typename Quantizer>
NoiseSums sum_cells(const SortedIndex& index, std::size_t first, std::size_t last, std::span<std::uint32_t> counts,
                    const Quantizer& quantizer) {
  const std::span<const float> x = index.sorted();
  NoiseSums sums;
  while (first < last) {
    const float k = quantizer.code(x[first]);
    const std::size_t end =
        k == quantizer.high ? last : std::min(index.below(quantizer.edge_above(k), first), last);
    const double q = quantizer.value(k);
    const ErrorSums errors = index.errors(first, end, q);
    sums.n += errors.e;
    sums.nn += errors.ee;
    sums.xn += errors.xe;
    sums.max = std::max({sums.max, std::fabs(x[first] - q), std::fabs(x[end - 1] - q)});
    if (!counts.empty()) counts[static_cast<std::size_t>(k - quantizer.low)] += static_cast<std::uint32_t>(end - first);
    first = end;
  }
  return sums;
}

template <typename Quantizer>
IndexedSums measure(const SortedIndex& index, const Cells& cells, std::span<std::uint32_t> counts,
                    const Quantizer& quantizer) {
  const std::size_t inside = index.below(cells.range_low), beyond = index.not_above(cells.range_high);
  const NoiseSums under = sum_cells(index, 0, inside, counts, quantizer);
  const NoiseSums granular = sum_cells(index, inside, beyond, counts, quantizer);
  const NoiseSums over = sum_cells(index, beyond, index.size(), counts, quantizer);
  IndexedSums all;
  all.granular_nn = granular.nn;
  all.n = granular.n + (under.n + over.n);
  all.overload_nn = under.nn + over.nn;
  all.nn = granular.nn + all.overload_nn;
  all.xn = granular.xn + (under.xn + over.xn);
  all.granular_max = granular.max;
  all.max = std::max({granular.max, under.max, over.max});
  all.overload = inside + (index.size() - beyond);
  return all;
}

template <typename Mode>
struct Uniform {
  Uniform(Mode rounding, const Cells& cells)
      : mode(rounding),
        step(cells.step),
        divisor(cells.divisor()),
        offset(cells.offset),
        low(static_cast<float>(cells.low)),
        high(static_cast<float>(cells.high)),
        keys(0) {}
  float code(float x) const {
    return std::min(std::max(round_to_code(mode, x / divisor, keys, 0), low), high);
  }
  float value(float k) const { return (k + offset) * step; }
  // The least x with a code above k < high: near where the reals have it, exactly where float32 does.
  float edge_above(float k) const {
    const float rise = mode.rounding == Rounding::Floor ? 1.0f : 0.5f;
    return first_beyond((k + rise + offset) * divisor, [&](float x) { return code(x) > k; });
  }
  Mode mode;
  float step, divisor, offset, low, high;
  StochasticKeys keys;
};

struct Book {
  float code(float x) const { return static_cast<float>(book_code(edges, x / divisor)); }
  float value(float k) const { return levels[static_cast<std::size_t>(k)] * scale; }
  float edge_above(float k) const {
    const float edge = edges[static_cast<std::size_t>(k)];
    if (divisor == 1) return edge;
    return first_beyond(edge * divisor, [&](float x) { return x / divisor >= edge; });
  }
  std::span<const float> levels, edges;
  float scale, divisor, low, high;
};

}  // namespace

bool can_index(const Cells& cells) { return cells.divisor() > 0 && !is_random(cells.rounding); }

IndexedSums measure_indexed(const SortedIndex& index, const Cells& cells, std::span<std::uint32_t> counts) {
  if (!cells.book_levels.empty()) {
    return measure(index, cells, counts,
                   Book{cells.book_levels, cells.book_edges, cells.book_scale, cells.divisor(), 0,
                        static_cast<float>(cells.high)});
  }
  return with_rounding(
      cells, [&](auto mode) { return measure(index, cells, counts, Uniform<decltype(mode)>(mode, cells)); });
}

}  // namespace halfstep
