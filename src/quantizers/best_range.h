#pragma once
// The exact optimum of a uniform quantizer's range, or what is so near a range.
#include <optional>
#include <span>

#include "quantizers/best_step.h"
#include "quantizers/formats.h"

namespace halfstep {

// The region of a uniform format with the least Σ(x − Q(x))², x to the nearest; of an affine one over every zero point
// too. `cells` are those over `widest`, absmax_range of the weights. Nothing where no region betters Q = 0, or where
// there may be more than `most` changes to walk.
std::optional<Interval> best_range(std::span<const Atom> atoms, bool symmetric, const Cells& cells, Interval widest,
                                   std::size_t most);

// The same of steps near that of `cells`, which are those over `range`: N weights let the error ripple by about 4/√N about
// its mean, which may hide the least. Of an affine format also of the zero points on either side, as far as about `most`
// changes last.
std::optional<Interval> best_range_near(std::span<const Atom> atoms, bool symmetric, const Cells& cells, Interval range,
                                        Interval widest, std::size_t most);

}  // namespace halfstep
