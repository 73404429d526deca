#pragma once
// A monotone quantizer measured from the sorted index instead of from every weight.
#include <cmath>
#include <cstdint>
#include <span>

#include "kernels/kernels.h"
#include "measures/sorted_index.h"

namespace halfstep {

// Whether Q is a monotone function of x alone: a range above zero, and any rounding but the random ones.
bool can_index(const Cells& cells);

// Beside all noise, that inside the range: as a difference it would keep none of its digits where overload is all.
struct IndexedSums : NoiseSums {
  double granular_nn = 0;
};

// For cells that can_index: what kernels().noise and kernels().count_codes give over all weights of the
// index. Counts and maxima are equal; Σn² is good to a relative 1e-9 (sorted_index.h), Σn and Σxn to 1e-12 of
// Σ|n| and Σ|x·n|. `counts` (cells.levels() entries) is added to; it may be empty for the sums
// alone. Σn, Σn² and Σxn are of x and n less `about`; what they lose is then a share of what these leave.
// Time O(occupied levels · (log N + 64)).
IndexedSums measure_indexed(const SortedIndex& index, const Cells& cells, std::span<std::uint32_t> counts, Means about = {});

// The best place of a uniform quantizer's levels: of its codes any h + 1 that follow each other and hold 0, where `cells`
// has the codes −h … h. Which code they begin at, their Σn², and the least that weights beyond the ends of any such
// levels add to it. Time as for one measure of `cells`.
struct Placed {
  std::int32_t low = 0;
  double nn = INFINITY, clipped = INFINITY;
};
Placed best_placed(const SortedIndex& index, Cells cells);

}  // namespace halfstep
