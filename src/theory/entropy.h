#pragma once
// The entropy that the books predict for the codes of a uniform quantizer.
#include <span>

namespace halfstep::theory {

// H ≈ h(X) − log2 Δ, bits per weight, for h in bits and a step Δ > 0 in units of the weights.
// Holds in the limit of small steps for a law with a density, when nothing is clipped; it may be
// negative where the step is too wide for it, and is then no prediction. NaN when h is NaN.
// Gish & Pierce, "Asymptotically efficient quantizing", IEEE Trans. Inform. Theory 14 (1968);
// Rényi, Acta Math. Acad. Sci. Hung. 10 (1959).
double entropy_bits(double differential_bits, double step);

// H where each of `shares` (above 0, together at most 1) of the weights has a code to itself and those of the others have
// an entropy of `bits`: the grouping property, Shannon, "A mathematical theory of communication" (1948), section 6.
double grouped_entropy_bits(double bits, std::span<const double> shares);

}  // namespace halfstep::theory
