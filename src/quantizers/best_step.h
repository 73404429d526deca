#pragma once
// The exact optimum of a uniform quantizer's step, and of its range.
#include <cmath>
#include <optional>
#include <span>

#include "quantizers/formats.h"

namespace halfstep {

struct Atom {
  float x;
  double count;
};

// The Δ > 0 with the least Σ(x − Q(x))² over levels (k + offset)·Δ for k = low … high (low ≤ 0, high ≥ −1, offset 0 or
// ½), x to the nearest; 0 where no Δ betters Q = 0. In real numbers: between two steps at which a weight changes its
// level the error is a parabola of Δ, and the least of all their minima is the answer. Weights change no level below
// `least` and above `greatest`, where a caller knows better.
// Time O(c log c) for c ≤ atoms · max(−low, high) changes.
struct BestStep {
  double step = 0;
  double gain = 0;  // Σx² − Σ(x − Q)²
};
BestStep best_step(std::span<const Atom> atoms, double offset, int low, int high, double least = 0,
                   double greatest = INFINITY);

// The region of a uniform format with the least Σ(x − Q(x))², x to the nearest; of an affine one over every zero point
// too. `cells` are those over `widest`, absmax_range of the weights. Nothing where no region betters Q = 0, or where
// there may be more than `most` changes to walk.
std::optional<Interval> best_range(std::span<const Atom> atoms, bool symmetric, const Cells& cells, Interval widest,
                                   std::size_t most);

// The same of steps within `share` of the one that `cells` have over `range`, and of zero points on either side of theirs
// as far as about `most` changes last.
std::optional<Interval> best_range_near(std::span<const Atom> atoms, bool symmetric, const Cells& cells, Interval range,
                                        Interval widest, double share, std::size_t most);

}  // namespace halfstep
