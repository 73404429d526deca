#pragma once
// Lloyd's iteration on the sorted index: levels to the means of their cells, edges midway, again.
// Lloyd, "Least squares quantization in PCM", IEEE Trans. Inform. Theory 28 (1982); Max (1960).
#include <cstddef>
#include <functional>
#include <vector>

#include "measures/sorted_index.h"
#include "quantizers/codebook.h"

namespace halfstep {

struct Design {
  Codebook book;
  double mse = 0;      // mean of (x − Q)² over the index
  double entropy = 0;  // H of the codes, bits per weight
};

// What a codebook costs on these weights.
Design evaluate(const SortedIndex& index, Codebook book);

// Where the iteration starts: levels evenly over the range, at equal shares of the weights, or as dense as
// the cube root of their density (Panter & Dite 1951), which is best for many levels.
enum class LloydStart { Even, Quantiles, CubeRoot };

std::vector<double> lloyd_start(const SortedIndex& index, std::size_t levels, LloydStart start);

// One iteration: the mean of each cell. A cell without weights takes a place in the cell that errs most.
// Levels in, levels out, rising.
std::vector<double> lloyd_step(const SortedIndex& index, const std::vector<double>& levels);

// Iterates until no level moves, or at most `limit` times. mse never rises.
Design lloyd(const SortedIndex& index, std::vector<double> levels, int limit = 2000);

// The best of all starts. The index must hold a weight; fewer distinct weights than levels give as many levels.
Design lloyd_max(const SortedIndex& index, std::size_t levels);

}  // namespace halfstep
