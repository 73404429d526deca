#pragma once
// Functions of probability that predictions need and the standard library lacks.
// Those that seeded weights also stand on (log_gamma, digamma, normal_quantile) are in
// tensor/math.h.

namespace halfstep::theory {

// Φ(x), the chance that a standard normal variate is at most x; for any x, tails to relative 1e-14.
// Φ(x) = ½ erfc(−x/√2) (Abramowitz & Stegun 7.1.22).
double normal_cdf(double x);

}  // namespace halfstep::theory
