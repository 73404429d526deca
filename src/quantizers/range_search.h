#pragma once
// The range with the least mean square error, found on the sorted index: no pass over the weights.
#include "measures/sorted_index.h"
#include "quantizers/formats.h"
#include "request.h"

namespace halfstep {

// The region of `format`, a uniform one or one with a grid (what it makes of the request), with the least Σ(x − Q(x))².
// It may reach beyond the weights where their own spacing asks for it. An affine format's ends move apart from each
// other: for every step its levels are put where they are best. `widest` is absmax_range of the weights, not zero. The
// rounding is not random.
//
// Exact for a rounding to nearest where few distinct weights or few levels allow to walk all of their assignments; else a
// geometric scan over a factor of 2¹⁴, as fine as a level, and a search around its best places down to 1e-4 of
// the range, and where distinct weights are few all assignments near the best step and zero point.
Interval mse_range(const SortedIndex& index, const FormatRow& format, const Request& request, Interval widest,
                   const Codebook* grid = nullptr);

}  // namespace halfstep
