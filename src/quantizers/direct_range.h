#pragma once
// The range with the least mean square error, measured on the weights themselves: for one of many scales, and for random
// roundings, which an index knows nothing of.
#include <span>

#include "quantizers/formats.h"
#include "request.h"

namespace halfstep {

// The region of `format`, a uniform one or one with a grid (what it makes of the request), with the least Σ(x − Q(x))².
// `widest` is absmax_range of x, finite and not empty; `index` is the first weight's, for the random roundings.
//
// Exact for a rounding to nearest where few weights or few levels allow to walk all of their assignments. Else the best
// that is tried: both ends of `widest` times one factor, in a geometric scan that stops where clipping alone costs more
// than the best and finer ones around the best few; then of an affine format with weights on both sides of zero its size
// and its zero point in turn, in ever smaller steps from there and from either side alone. A rounding to nearest ends in
// the best of the assignments near that one, some 2¹¹ of them.
Interval mse_range(std::span<const float> x, std::size_t index, const FormatRow& format, const Request& request,
                   Interval widest, const Codebook* grid = nullptr);

}  // namespace halfstep
