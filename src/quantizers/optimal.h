#pragma once
// The provably least-error codebook of given size, by dynamic programming over the sorted weights.
// Bruce (1964); Wu (1991). The cost of a cell obeys the quadrangle inequality, so the best last cut moves
// one way as the end does: each row by divide and conquer in O(P log P) for P points.
#include <cstdint>
#include <vector>

#include "buffer.h"
#include "measures/sorted_index.h"
#include "quantizers/lloyd.h"
#include "result.h"

namespace halfstep {

class OptimalDesigner {
 public:
  static constexpr std::size_t kMostLevels = 64;
  static constexpr std::size_t kMostPoints = 1'000'000;

  // Distinct weights with their counts become points. More than `most_points` are first merged, equal shares
  // of neighbours into their mean. With V = merge_mse, the mean square distance of the weights from their
  // points, the answer's error is then at most (√D + √V)² + V for a least error of D: nearest distances
  // obey the triangle inequality, and means leave V beside the points' own error. Errors: over 64 levels, no weights, no memory.
  Status begin(const SortedIndex& index, std::size_t levels, std::size_t most_points = kMostPoints);
  // One row of the table (one more level); the fraction done.
  double advance();
  // No codebook of so many levels errs less, for the error of design(): that error itself, or where points were
  // merged what the bound leaves; 0 where it leaves nothing.
  double least_mse(double mse) const;
  // After the fraction is 1: Lloyd's iteration continued from the table's codebook, and never worse than
  // lloyd_max.
  Design design() const;

  double merge_mse() const { return merge_mse_; }
  std::size_t points() const { return points_; }

 private:
  double cost(std::size_t first, std::size_t last) const;
  void solve(std::size_t first, std::size_t last, std::size_t cut_low, std::size_t cut_high);

  const SortedIndex* index_ = nullptr;
  std::size_t levels_ = 0, points_ = 0, row_ = 0;
  double merge_mse_ = 0, center_ = 0;  // the median
  // Up to each point: Σ count, Σ count·(x − center), Σ count·(x − center)². The last two count from the center outwards,
  // so that an outlier takes no digits from points that lie before it.
  Buffer<double> weight_, sum_, square_;
  Buffer<double> best_, next_;            // least cost of the first j points with row_ levels
  Buffer<std::uint32_t> cuts_;            // of each row: where the last cell of the first j points begins
};

}  // namespace halfstep
