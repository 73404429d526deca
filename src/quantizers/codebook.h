#pragma once
// A quantizer by its levels: any rising values, and the edges between their cells.
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "kernels/minifloat_shape.h"

namespace halfstep {

// Code k of x is how many edges are ≤ x; Q(x) = levels[k]. Levels rise strictly, edges rise, and there is
// one edge fewer than levels. At least one level. Of a float that does not saturate the first and the last are what it
// overflows to, −∞ and ∞ or NaN; all others are finite.
struct Codebook {
  std::vector<float> levels;
  std::vector<float> edges;
  MinifloatShape shape = {};  // where they are all values of a minifloat
  bool reciprocal = false;    // under a scale x·(1/scale) is coded, and not x/scale
  float nan = 0;              // Q(NaN)

  std::size_t code(float x) const {
    std::size_t low = 0, high = edges.size();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (x < edges[middle]) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
};

inline std::span<const float> finite_levels(std::span<const float> levels) {
  return std::isfinite(levels.front()) ? levels : levels.subspan(1, levels.size() - 2);
}

// The smallest float32 not below `value`, so that x < edge and x < value say the same of a float32 x.
float edge_at(double value);

// The codebook of the nearest level; a tie goes up. `levels` need not be sorted or distinct.
Codebook nearest_codebook(std::span<const double> levels);

// How wide each cell is, an outer one as if it were symmetric about its level; 1 of a single level. Without edges they
// are midway between the levels.
std::vector<double> cell_widths(std::span<const float> levels, std::span<const float> edges = {});

// A level y and what it costs beside its error: (x − y)² + price.
struct PricedLevel {
  double level, price;
};

// The codebook of the cheapest level; levels that are nowhere the cheapest are left out. `levels` rise strictly
// and there is at least one.
Codebook cheapest_codebook(std::span<const PricedLevel> levels);

}  // namespace halfstep
