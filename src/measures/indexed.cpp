#include "measures/indexed.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <vector>

#include "kernels/float_order.h"
#include "kernels/quantize_scalar.h"

namespace halfstep {

namespace {

// Adds the cells that the weights [first, last) fall into. `each` has what every code adds, or is null.
template <typename Quantizer>
NoiseSums sum_cells(const SortedIndex& index, std::size_t first, std::size_t last, std::span<std::uint32_t> counts,
                    ErrorSums* each, Means about, const Quantizer& quantizer) {
  const std::span<const float> x = index.sorted();
  NoiseSums sums;
  while (first < last) {
    const float k = quantizer.code(x[first]);
    const std::size_t end =
        k == quantizer.high ? last : std::min(index.below(quantizer.edge_above(k), first), last);
    const double q = quantizer.value(k);
    // Where Q is not finite no sum of what cancels is.
    constexpr ErrorSums kEndless{INFINITY, INFINITY, INFINITY};
    const ErrorSums errors = std::isfinite(q) ? index.errors(first, end, q + about.n) : kEndless;
    sums.n += errors.e;
    sums.nn += errors.ee;
    // x less its mean is n less its own, and what is left of the level.
    sums.xn += about.n == 0 ? errors.xe : errors.ee + (q + about.n - about.x) * errors.e;
    sums.max = std::max({sums.max, std::fabs(x[first] - q), std::fabs(x[end - 1] - q)});
    const auto code = static_cast<std::size_t>(k - quantizer.low);
    if (!counts.empty()) counts[code] += static_cast<std::uint32_t>(end - first);
    if (each) each[code] = errors;
    first = end;
  }
  return sums;
}

template <typename Quantizer>
IndexedSums measure(const SortedIndex& index, const Cells& cells, std::span<std::uint32_t> counts, ErrorSums* each,
                    Means about, const Quantizer& quantizer) {
  const std::size_t inside = index.below(last_within(cells.range_low));
  const std::size_t beyond = index.not_above(last_within(cells.range_high));
  const NoiseSums under = sum_cells(index, 0, inside, counts, each, about, quantizer);
  const NoiseSums granular = sum_cells(index, inside, beyond, counts, each, about, quantizer);
  const NoiseSums over = sum_cells(index, beyond, index.size(), counts, each, about, quantizer);
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
  float code(float x) const { return static_cast<float>(book_code(edges, place(x))); }
  float value(float k) const { return levels[static_cast<std::size_t>(k)] * scale; }
  float edge_above(float k) const {
    const float edge = edges[static_cast<std::size_t>(k)];
    if (divisor == 1) return edge;
    return first_beyond(edge * divisor, [&](float x) { return place(x) >= edge; });
  }
  std::span<const float> levels, edges;
  float scale, divisor;
  Place place;
  float low, high;
};

IndexedSums measure_uniform(const SortedIndex& index, const Cells& cells, std::span<std::uint32_t> counts, ErrorSums* each,
                            Means about) {
  return with_rounding(
      cells, [&](auto mode) { return measure(index, cells, counts, each, about, Uniform<decltype(mode)>(mode, cells)); });
}

// The weights of the cells passed on the way to a level: their distances from it.
struct Passed {
  double count = 0, e = 0, ee = 0;

  void cell(double n, const ErrorSums& own, double step) {
    count += n;
    e += own.e;
    ee += own.ee + step * (step * count - 2 * e);
    e -= step * count;
  }
};

}  // namespace

bool can_index(const Cells& cells) { return cells.divisor() > 0 && !is_random(cells.rounding); }

IndexedSums measure_indexed(const SortedIndex& index, const Cells& cells, std::span<std::uint32_t> counts, Means about) {
  if (!cells.book_levels.empty()) {
    return measure(index, cells, counts, nullptr, about,
                   Book{cells.book_levels, cells.book_edges, cells.book_scale, cells.divisor(), cells.place(), 0,
                        static_cast<float>(cells.high)});
  }
  return measure_uniform(index, cells, counts, nullptr, about);
}

Placed best_placed(const SortedIndex& index, Cells cells) {
  const auto top = static_cast<std::size_t>(cells.high);
  const double step = cells.step;
  // One code more at each end is for what lies beyond all of them.
  cells.low = -++cells.high;
  cells.range_low = -(cells.range_high = INFINITY);
  std::vector<std::uint32_t> counts(2 * top + 3);
  std::vector<ErrorSums> errors(counts.size());
  measure_uniform(index, cells, counts, errors.data(), {});
  // For every lowest level: what is clipped above the highest, and what stands from the lowest up to zero, which all hold.
  std::vector<double> above(top + 1), negative(top + 1);
  Passed over, under;
  double sum = 0;
  for (std::size_t k = top + 1; k-- > 0;) {
    over.cell(counts[k + top + 2], errors[k + top + 2], -step);
    above[k] = over.ee;
    negative[k] = sum;
    sum += errors[k].ee;
  }
  Placed best;
  sum = 0;
  for (std::size_t k = 0; k <= top; ++k) {
    under.cell(counts[k], errors[k], step);
    sum += errors[k + top + 1].ee;
    const double clipped = under.ee + above[k];
    const auto low = static_cast<std::int32_t>(k) - static_cast<std::int32_t>(top);
    // Levels that overflow float32 are none.
    if (static_cast<double>(std::max(k, top - k)) * step > static_cast<double>(FLT_MAX)) continue;
    best.clipped = std::min(best.clipped, clipped);
    if (clipped + negative[k] + sum < best.nn) best.low = low, best.nn = clipped + negative[k] + sum;
  }
  return best;
}

}  // namespace halfstep
