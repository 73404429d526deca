#include "measures/indexed.h"

#include <algorithm>
#include <cmath>

#include "kernels/quantize_scalar.h"

namespace halfstep {

namespace {

// Adds the cells that the weights [first, last) fall into.
template <typename Code>
NoiseSums sum_cells(const SortedIndex& index, const Cells& cells, std::size_t first, std::size_t last,
                    std::span<std::uint32_t> counts, Code&& code) {
  const std::span<const float> x = index.sorted();
  NoiseSums sums;
  while (first < last) {
    const float k = code(x[first]);
    const std::size_t end =
        k == static_cast<float>(cells.high) ? last : gallop(x, first, last, [&](float v) { return code(v) > k; });
    const double q = (k + cells.offset) * cells.step;
    const ErrorSums errors = index.errors(first, end, q);
    sums.n += errors.e;
    sums.nn += errors.ee;
    sums.xn += errors.ee + q * errors.e;
    sums.max = std::max({sums.max, std::fabs(x[first] - q), std::fabs(x[end - 1] - q)});
    if (!counts.empty()) {
      counts[static_cast<std::size_t>(static_cast<std::int32_t>(k) - cells.low)] +=
          static_cast<std::uint32_t>(end - first);
    }
    first = end;
  }
  return sums;
}

}  // namespace

bool can_index(const Cells& cells) { return cells.step > 0 && cells.rounding != Rounding::Stochastic; }

NoiseSums measure_indexed(const SortedIndex& index, const Cells& cells, std::span<std::uint32_t> counts) {
  return with_rounding(cells, [&](auto rounding, auto half) {
    const StochasticKeys keys(cells.seed);
    const float low = static_cast<float>(cells.low), high = static_cast<float>(cells.high);
    const auto code = [&](float x) {
      const float rounded = round_to_code<decltype(rounding)::value, decltype(half)::value>(x / cells.step, keys, 0);
      return std::min(std::max(rounded, low), high);
    };
    const std::size_t inside = index.below(cells.range_low), beyond = index.not_above(cells.range_high);
    const NoiseSums under = sum_cells(index, cells, 0, inside, counts, code);
    const NoiseSums granular = sum_cells(index, cells, inside, beyond, counts, code);
    const NoiseSums over = sum_cells(index, cells, beyond, index.size(), counts, code);
    NoiseSums all;
    all.n = granular.n + (under.n + over.n);
    all.overload_nn = under.nn + over.nn;
    all.nn = granular.nn + all.overload_nn;
    all.xn = granular.xn + (under.xn + over.xn);
    all.granular_max = granular.max;
    all.max = std::max({granular.max, under.max, over.max});
    all.overload = inside + (index.size() - beyond);
    return all;
  });
}

}  // namespace halfstep
