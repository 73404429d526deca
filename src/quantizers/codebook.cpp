#include "quantizers/codebook.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace halfstep {

float edge_at(double value) {
  const float nearest = static_cast<float>(value);
  return static_cast<double>(nearest) < value ? std::nextafter(nearest, std::numeric_limits<float>::infinity())
                                              : nearest;
}

Codebook nearest_codebook(std::span<const double> levels) {
  Codebook book;
  book.levels.assign(levels.begin(), levels.end());
  std::sort(book.levels.begin(), book.levels.end());
  book.levels.erase(std::unique(book.levels.begin(), book.levels.end()), book.levels.end());
  for (std::size_t i = 1; i < book.levels.size(); ++i) {
    book.edges.push_back(
        edge_at((static_cast<double>(book.levels[i - 1]) + static_cast<double>(book.levels[i])) / 2));
  }
  return book;
}

namespace {

// Where the second of two parabolas becomes the lower one.
double crossing(const PricedLevel& a, const PricedLevel& b) {
  return (a.level + b.level) / 2 + (b.price - a.price) / (2 * (b.level - a.level));
}

}  // namespace

std::vector<double> cell_widths(std::span<const float> levels, std::span<const float> edges) {
  std::vector<double> widths(levels.size(), 1);
  const std::size_t last = levels.size() - 1;
  const auto edge = [&](std::size_t k) {
    return edges.empty() ? (static_cast<double>(levels[k]) + levels[k + 1]) / 2 : static_cast<double>(edges[k]);
  };
  for (std::size_t k = 0; k <= last && last > 0; ++k) {
    const double below = k == 0 ? 2 * static_cast<double>(levels[0]) - edge(0) : edge(k - 1);
    const double above = k == last ? 2 * static_cast<double>(levels[last]) - edge(last - 1) : edge(k);
    widths[k] = above - below;
  }
  return widths;
}

Codebook cheapest_codebook(std::span<const PricedLevel> levels) {
  // The lower envelope of the parabolas.
  std::vector<PricedLevel> kept;
  for (const PricedLevel& next : levels) {
    while (kept.size() > 1 && crossing(kept.back(), next) <= crossing(kept[kept.size() - 2], kept.back())) {
      kept.pop_back();
    }
    kept.push_back(next);
  }
  Codebook book;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const float level = static_cast<float>(kept[i].level);
    if (i > 0) {
      if (level <= book.levels.back()) continue;
      book.edges.push_back(edge_at(crossing(kept[i - 1], kept[i])));
    }
    book.levels.push_back(level);
  }
  return book;
}

}  // namespace halfstep
