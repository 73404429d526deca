#pragma once
// The exact optimum of a uniform quantizer's step.
#include <cmath>
#include <span>

namespace halfstep {

// Of two gains closer than this the greater is so but for the rounding of sums.
inline constexpr double kEqualGains = 1 - 1e-15;

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

}  // namespace halfstep
