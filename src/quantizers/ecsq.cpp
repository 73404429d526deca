#include "quantizers/ecsq.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <span>
#include <utility>

namespace halfstep {

namespace {

constexpr std::size_t kMostLevels = 1 << 16;
constexpr int kIterations = 60;

struct Moments2 {
  double mean, variance;
};

Moments2 moments(const SortedIndex& index) {
  const double n = static_cast<double>(index.size());
  const double mean = index.sums(0, index.size()).x / n;
  return {mean, index.errors(0, index.size(), mean).ee / n};
}

double lagrangian(const Design& design, double lambda) { return design.mse + lambda * design.entropy; }

Design iterate(const SortedIndex& index, double lambda, Codebook book, int limit = kIterations) {
  Design best = evaluate(index, std::move(book));
  for (int i = 0; i < limit; ++i) {
    std::vector<PricedLevel> priced;
    std::size_t first = 0;
    for (std::size_t k = 0; k < best.book.levels.size(); ++k) {
      const std::size_t last = k < best.book.edges.size() ? index.below(best.book.edges[k]) : index.size();
      if (last > first) {
        const double count = static_cast<double>(last - first);
        const double bits = std::log2(static_cast<double>(index.size()) / count);
        priced.push_back({index.sums(first, last).x / count, lambda * bits});
      }
      first = std::max(first, last);
    }
    Design next = evaluate(index, cheapest_codebook(priced));
    const double before = lagrangian(best, lambda), after = lagrangian(next, lambda);
    if (after >= before) break;
    best = std::move(next);
    if (before - after < 1e-7 * before) break;
  }
  return best;
}

// Even levels where there are weights: an outlier does not ask for all that lie before it. In wider steps where they
// would be more than codes can tell.
Codebook even_levels(const SortedIndex& index, double center, double step, double offset) {
  const std::span<const float> x = index.sorted();
  std::vector<double> levels;
  std::size_t first = 0;
  while (first < x.size()) {
    const double k = std::floor((x[first] - center) / step - offset + 0.5);
    levels.push_back(center + (k + offset) * step);
    if (levels.size() > kMostLevels) return even_levels(index, center, 2 * step, offset);
    const std::size_t next = index.below(edge_at(center + (k + offset + 0.5) * step), first);
    // A step may be less than float32 tells apart so far out.
    first = next > first ? next : index.not_above(x[first]);
  }
  return nearest_codebook(levels);
}

}  // namespace

Design ecsq_at(const SortedIndex& index, double lambda) {
  const double step = std::sqrt(6 * lambda / std::numbers::ln2);
  const double center = moments(index).mean;
  Design level = iterate(index, lambda, even_levels(index, center, step, 0));
  Design edge = iterate(index, lambda, even_levels(index, center, step, 0.5));
  return lagrangian(level, lambda) <= lagrangian(edge, lambda) ? level : edge;
}

Design ecsq(const SortedIndex& index, double rate) {
  const double variance = moments(index).variance;
  if (variance == 0) return ecsq_at(index, 1);
  // At high rate D = σ²·2^(−2R) and λ = 2·ln2·D for a normal law. Outliers may own σ²: from there by steps until
  // the rate lies between two prices.
  double lambda = 2 * std::numbers::ln2 * variance * std::exp2(-2 * rate), growth = 4;
  double cheap = 0, dear = 0;
  Design best, over;
  while (lambda > 0 && lambda < std::numeric_limits<double>::infinity()) {
    Design design = ecsq_at(index, lambda);
    if (design.entropy <= rate) {
      if (dear == 0 || design.mse <= best.mse) best = std::move(design);
      dear = lambda;
      if (best.mse == 0 || best.entropy >= rate * (1 - 1e-5)) break;
    } else {
      cheap = lambda;
      over = std::move(design);
    }
    if (cheap > 0 && dear > 0) {
      if (dear < cheap * (1 + 1e-6)) break;
      lambda = std::sqrt(cheap) * std::sqrt(dear);
    } else {
      lambda = dear > 0 ? lambda / growth : lambda * growth;
      growth = 16;
    }
  }
  // Between two prices the even starts may end in minima that lie apart: the one beyond the rate is taken back to it,
  // one iteration at a time, as more of them would fall into the other.
  dear = 4 * cheap;
  for (int i = 0; i < 16 && cheap > 0 && best.entropy < rate * (1 - 1e-4); ++i) {
    lambda = std::sqrt(cheap) * std::sqrt(dear);
    Design design = iterate(index, lambda, over.book, 1);
    if (design.entropy <= rate) {
      dear = lambda;
      if (design.mse < best.mse) best = std::move(design);
    } else {
      cheap = lambda;
      over = std::move(design);
    }
  }
  return best;
}

std::vector<Design> ecsq_curve(const SortedIndex& index, double highest_rate) {
  std::vector<Design> curve;
  const double variance = moments(index).variance;
  if (variance == 0) return curve;
  constexpr double kLeastRise = 1.0 / 256;
  for (double lambda = 4 * std::numbers::ln2 * variance; lambda > 0; lambda /= 2) {
    Design design = ecsq_at(index, lambda);
    const bool exact = design.mse == 0;
    if (design.entropy > highest_rate) break;
    const bool further = curve.empty() ? design.entropy > 0
                                       : design.entropy >= curve.back().entropy + (exact ? 0 : kLeastRise) &&
                                             design.mse < curve.back().mse;
    if (further) curve.push_back(std::move(design));
    if (exact) break;
  }
  return curve;
}

}  // namespace halfstep
