#pragma once
// Elementary functions whose bits do not depend on a platform's math library: only + − × ÷ and sqrt
// in double, in a fixed order. The seeded sources stand on them. Build with -ffp-contract=off.
#include <cstdint>
#include <span>

namespace halfstep::portable {

// 2^k for −1022 ≤ k ≤ 1023.
inline double power_of_two(int k) {
  return __builtin_bit_cast(double, static_cast<std::uint64_t>(k + 1023) << 52);
}

// Natural logarithm of a positive, finite, normal x. Relative error below 1e-15.
double log(double x);

// e^x for finite x; 0 below −745.2 and ∞ above 709.8. Relative error below 1e-15 where e^x is
// normal.
double exp(double x);

// cos(2πt) for t in [0, 1]. Absolute error below 1e-15.
double cos_turns(double t);

// ln Γ(x) for 0 < x ≤ 1e9. Error below 1e-14 · max(1, |ln Γ(x)|).
// Stirling's series at x ≥ 10, reached by Γ(x + 1) = xΓ(x) (Abramowitz & Stegun 6.1.41, 6.1.15).
double log_gamma(double x);

// ψ(x) = d ln Γ(x)/dx for x > 0. Error below 1e-14 · max(1, |ψ(x)|).
// Asymptotic series at x ≥ 10, reached by ψ(x + 1) = ψ(x) + 1/x (Abramowitz &
// Stegun 6.3.18, 6.3.5).
double digamma(double x);

// The x with Φ(x) = p, for 0 < p < 1. Relative error about 1e-15.
// PPND16 of Wichura, Algorithm AS 241, Applied Statistics 37 (1988).
double normal_quantile(double p);

// Each p in place by its normal_quantile, the same bits, without a branch to mispredict.
void normal_quantiles(std::span<double> p);

}  // namespace halfstep::portable
