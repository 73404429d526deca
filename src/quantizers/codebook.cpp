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

}  // namespace halfstep
