#include "quantizers/lloyd.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "measures/entropy.h"
#include "tensor/share.h"

namespace halfstep {

namespace {

// The ends of the cells in the index: cell k holds weights ends[k] … ends[k+1] − 1.
std::vector<std::size_t> cell_ends(const SortedIndex& index, const Codebook& book) {
  std::vector<std::size_t> ends{0};
  for (const float edge : book.edges) ends.push_back(index.below(edge));
  ends.push_back(index.size());
  return ends;
}

double mean_of(const SortedIndex& index, std::size_t first, std::size_t last) {
  return index.sums(first, last).x / static_cast<double>(last - first);
}

}  // namespace

Design evaluate(const SortedIndex& index, Codebook book) {
  const std::vector<std::size_t> ends = cell_ends(index, book);
  std::vector<std::uint32_t> counts;
  double total = 0;
  for (std::size_t k = 0; k + 1 < ends.size(); ++k) {
    total += index.errors(ends[k], ends[k + 1], book.levels[k]).ee;
    counts.push_back(static_cast<std::uint32_t>(ends[k + 1] - ends[k]));
  }
  return {std::move(book), total / static_cast<double>(index.size()), code_entropy(counts).bits};
}

std::vector<double> lloyd_start(const SortedIndex& index, std::size_t levels, LloydStart start) {
  const std::span<const float> x = index.sorted();
  const double count = static_cast<double>(levels), low = x.front(), high = x.back();
  std::vector<double> out;
  if (start == LloydStart::CubeRoot) {
    // The density in each of many equal shares is their share over their width.
    constexpr std::size_t kShares = 512;
    std::vector<double> mass{0}, places{low};
    for (std::size_t s = 0; s < kShares; ++s) {
      const double from = x[share_begin(s, x.size() - 1, kShares)], to = x[share_begin(s + 1, x.size() - 1, kShares)];
      // p^(1/3)·width, with p = share / width.
      mass.push_back(mass.back() + std::cbrt((to - from) * (to - from)));
      places.push_back(to);
    }
    std::size_t s = 1;
    for (std::size_t i = 0; i < levels; ++i) {
      const double wanted = (static_cast<double>(i) + 0.5) / count * mass.back();
      while (s + 1 < mass.size() && mass[s] < wanted) ++s;
      const double width = mass[s] - mass[s - 1];
      const double part = width > 0 ? (wanted - mass[s - 1]) / width : 0;
      out.push_back(places[s - 1] + part * (places[s] - places[s - 1]));
    }
    return out;
  }
  for (std::size_t i = 0; i < levels; ++i) {
    const double part = (static_cast<double>(i) + 0.5) / count;
    out.push_back(start == LloydStart::Even ? low + part * (high - low)
                                            : x[static_cast<std::size_t>(part * static_cast<double>(x.size()))]);
  }
  return out;
}

std::vector<double> lloyd_step(const SortedIndex& index, const std::vector<double>& levels) {
  const Codebook book = nearest_codebook(levels);
  const std::vector<std::size_t> ends = cell_ends(index, book);
  std::vector<double> next;
  std::size_t worst = 0;
  double worst_error = 0;
  for (std::size_t k = 0; k + 1 < ends.size(); ++k) {
    if (ends[k] == ends[k + 1]) continue;
    const double error = index.errors(ends[k], ends[k + 1], book.levels[k]).ee;
    if (error > worst_error) {
      worst_error = error;
      worst = k;
    }
    next.push_back(mean_of(index, ends[k], ends[k + 1]));
  }
  // Levels that lost their weights split the worst cell, one an iteration.
  if (next.size() < levels.size() && worst_error > 0) {
    next.push_back(static_cast<double>(index.sorted()[ends[worst + 1] - 1]));
    std::sort(next.begin(), next.end());
    next.erase(std::unique(next.begin(), next.end()), next.end());
  }
  return next;
}

Design lloyd(const SortedIndex& index, std::vector<double> levels, int limit) {
  Design best = evaluate(index, nearest_codebook(levels));
  int iteration = 0;
  const std::size_t wanted = levels.size();
  while (iteration < limit) {
    std::vector<double> next = lloyd_step(index, levels);
    ++iteration;
    // Vacant places are kept, so that a later iteration may fill them.
    const std::size_t placed = next.size();
    Design design = evaluate(index, nearest_codebook(next));
    const bool better = design.mse < best.mse * (1 - 1e-12);
    if (design.mse <= best.mse) best = std::move(design);
    next.resize(wanted, next.back());
    const bool still = next == levels;
    levels = std::move(next);
    if (still || (!better && placed == wanted)) break;
  }
  return best;
}

Design lloyd_max(const SortedIndex& index, std::size_t levels) {
  Design best;
  bool first = true;
  for (const LloydStart start : {LloydStart::CubeRoot, LloydStart::Quantiles, LloydStart::Even}) {
    Design design = lloyd(index, lloyd_start(index, levels, start));
    if (first || design.mse < best.mse) best = std::move(design);
    first = false;
  }
  return best;
}

}  // namespace halfstep
