#pragma once
// The weights as a matrix, looked at in at most so many cells: what the largest weights are, which
// scale serves them, and the noise that is left.
#include <cstddef>
#include <vector>

#include "quantizers/plan.h"
#include "transform.h"

namespace halfstep {

// A matrix of `rows` × `columns` weights in the tensor's order, cut into cells of `cell_rows` ×
// `cell_columns`; those at the lower and the right edge may be smaller. Cells stand row after row.
// NaN where a cell has no finite weight.
struct HeatMap {
  std::size_t rows = 0, columns = 0;
  std::size_t cell_rows = 1, cell_columns = 1;
  std::vector<float> largest;  // the largest |x| that the quantizer sees: under the transform
  std::vector<float> rms;      // of the same
  std::vector<float> noise;    // rms of n, of the weights as they are; NaN where some are lost
  std::vector<float>
      scale;  // the largest magnitude of a step or scale; NaN where levels stand for themselves

  std::size_t down() const { return (rows + cell_rows - 1) / cell_rows; }
  std::size_t across() const { return (columns + cell_columns - 1) / cell_columns; }
};

// Rows are the first axis and columns the others. Where that is one row or one column the weights
// are folded into rows of the power of two nearest √N by ratio, the last shorter. At most `down` ×
// `across` cells, each at least 1. The plan is for the weights under `transform`, or with null for
// the weights as they are. Errors: no memory.
Result<HeatMap> heat_map(const Weights& weights, const Plan& plan, const Transformed* transform,
                         std::size_t down, std::size_t across);

}  // namespace halfstep
