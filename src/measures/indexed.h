#pragma once
// A monotone quantizer measured from the sorted index instead of from every weight.
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
// alone. Time O(occupied levels · (log N + 64)).
IndexedSums measure_indexed(const SortedIndex& index, const Cells& cells, std::span<std::uint32_t> counts);

}  // namespace halfstep
