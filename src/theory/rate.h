#pragma once
// The limit: how little noise a rate of R bits per weight allows to any code.
// Shannon, "Coding theorems for a discrete source with a fidelity criterion", IRE Nat. Conv. Rec. (1959);
// Cover & Thomas, Elements of Information Theory, ch. 10.

namespace halfstep::theory {

// The normal law's least mse at `rate` ≥ 0 bits per weight: D = σ²·2^(−2R).
double gaussian_distortion(double variance, double rate);

// Shannon's lower bound on the mse at `rate` for a law with differential entropy h bits:
// D ≥ 2^(2(h−R))/(2πe). Met by the normal law; approached by every law with a density as R grows.
double shannon_distortion(double differential_bits, double rate);

// What a scalar quantizer with entropy coding loses to the bound at high rate, whatever the law:
// πe/6 in mse, 1.53 dB, or ½ log2(πe/6) = 0.2546 bit (Gish & Pierce 1968; Zador 1982).
double scalar_gap_db();
double scalar_gap_bits();

}  // namespace halfstep::theory
