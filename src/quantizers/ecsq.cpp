#include "quantizers/ecsq.h"

#include <algorithm>
#include <cmath>
#include <numbers>
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

Design iterate(const SortedIndex& index, double lambda, Codebook book) {
  Design best = evaluate(index, std::move(book));
  for (int i = 0; i < kIterations; ++i) {
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

Codebook even_levels(const SortedIndex& index, double center, double step, double offset) {
  const double low = index.sorted().front(), high = index.sorted().back();
  const double widest = static_cast<double>(kMostLevels / 2);
  const double first = std::max(std::floor((low - center) / step - offset), -widest);
  const double last = std::min(std::ceil((high - center) / step - offset), widest);
  std::vector<double> levels;
  for (double k = first; k <= last; ++k) levels.push_back(center + (k + offset) * step);
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
  // High rate: D = σ²·2^(−2R) and λ = 2·ln2·D, within a few bits for any law.
  double cheap = 2 * std::numbers::ln2 * variance * std::exp2(-2 * (rate + 4)), dear = cheap * std::exp2(16);
  Design best = ecsq_at(index, dear);
  for (int i = 0; i < 40 && best.entropy < rate * (1 - 1e-5); ++i) {
    const double lambda = std::sqrt(cheap * dear);
    Design design = ecsq_at(index, lambda);
    if (design.entropy <= rate) {
      dear = lambda;
      if (design.mse <= best.mse) best = std::move(design);
    } else {
      cheap = lambda;
    }
  }
  return best;
}

std::vector<Design> ecsq_curve(const SortedIndex& index, double highest_rate) {
  std::vector<Design> curve;
  const double variance = moments(index).variance;
  if (variance == 0) return curve;
  constexpr int kMostPoints = 64;
  double lambda = 4 * std::numbers::ln2 * variance;
  for (int i = 0; i < kMostPoints; ++i, lambda /= 2) {
    Design design = ecsq_at(index, lambda);
    if (design.entropy > highest_rate) break;
    if (design.entropy > 0) curve.push_back(std::move(design));
  }
  return curve;
}

}  // namespace halfstep
