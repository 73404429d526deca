#include "quantizers/optimal.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "tensor/share.h"

namespace halfstep {

Status OptimalDesigner::begin(const SortedIndex& index, std::size_t levels, std::size_t most_points) {
  if (levels == 0 || levels > kMostLevels) {
    return Error{"The optimal codebook is computed for 1 to " + std::to_string(kMostLevels) + " levels, not " +
                 std::to_string(levels) + "."};
  }
  const std::span<const float> x = index.sorted();
  if (x.empty()) return Error{"There is no finite weight to design a codebook for."};
  index_ = &index;
  levels_ = levels;
  row_ = 1;
  merge_mse_ = 0;
  center_ = index.sums(0, x.size()).x / static_cast<double>(x.size());

  std::size_t distinct = 1;
  for (std::size_t i = 1; i < x.size(); ++i) distinct += x[i] != x[i - 1];
  points_ = std::min(distinct, most_points);
  const std::size_t entries = points_ + 1;
  if (!weight_.allocate(entries) || !sum_.allocate(entries) || !square_.allocate(entries) ||
      !best_.allocate(entries) || !next_.allocate(entries) || !cuts_.allocate(entries * levels)) {
    return Error{"There is not enough memory for the table of the optimal codebook."};
  }
  weight_[0] = sum_[0] = square_[0] = 0;
  const bool merged = distinct > most_points;
  std::size_t first = 0;
  for (std::size_t p = 0; p < points_; ++p) {
    std::size_t last = first + 1;
    if (merged) {
      last = share_begin(p + 1, x.size(), points_);
      last = std::max(last, first + 1);
    } else {
      while (last < x.size() && x[last] == x[first]) ++last;
    }
    const double count = static_cast<double>(last - first);
    const double mean = index.sums(first, last).x / count;
    if (merged) merge_mse_ += index.errors(first, last, mean).ee;
    const double from_center = mean - center_;
    weight_[p + 1] = weight_[p] + count;
    sum_[p + 1] = sum_[p] + count * from_center;
    square_[p + 1] = square_[p] + count * from_center * from_center;
    first = last;
  }
  merge_mse_ /= static_cast<double>(x.size());
  for (std::size_t j = 0; j <= points_; ++j) {
    best_[j] = cost(0, j);
    cuts_[j] = 0;
  }
  return {};
}

double OptimalDesigner::cost(std::size_t first, std::size_t last) const {
  const double weight = weight_[last] - weight_[first];
  if (weight <= 0) return 0;
  const double sum = sum_[last] - sum_[first];
  return std::max(0.0, square_[last] - square_[first] - sum * sum / weight);
}

// Fills next_ for ends first … last, whose best cuts lie in [cut_low, cut_high].
void OptimalDesigner::solve(std::size_t first, std::size_t last, std::size_t cut_low, std::size_t cut_high) {
  while (first <= last) {
    const std::size_t middle = first + (last - first) / 2;
    double least = std::numeric_limits<double>::infinity();
    std::size_t cut = cut_low;
    for (std::size_t c = cut_low; c <= std::min(cut_high, middle); ++c) {
      const double total = best_[c] + cost(c, middle);
      if (total < least) {
        least = total;
        cut = c;
      }
    }
    next_[middle] = least;
    cuts_[row_ * (points_ + 1) + middle] = static_cast<std::uint32_t>(cut);
    if (middle > first) solve(first, middle - 1, cut_low, cut);
    first = middle + 1;
    cut_low = cut;
  }
}

double OptimalDesigner::advance() {
  if (row_ < levels_) {
    solve(0, points_, 0, points_);
    std::swap(best_, next_);
    ++row_;
  }
  return static_cast<double>(row_) / static_cast<double>(levels_);
}

Design OptimalDesigner::design() const {
  std::vector<double> levels;
  std::size_t last = points_;
  for (std::size_t row = row_; row-- > 0 && last > 0;) {
    const std::size_t first = cuts_[row * (points_ + 1) + last];
    const double weight = weight_[last] - weight_[first];
    if (weight > 0) levels.push_back(center_ + (sum_[last] - sum_[first]) / weight);
    last = first;
  }
  std::reverse(levels.begin(), levels.end());
  Design found = lloyd(*index_, std::move(levels));
  Design other = lloyd_max(*index_, levels_);
  return found.mse <= other.mse ? found : other;
}

}  // namespace halfstep
