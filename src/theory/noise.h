#pragma once
// The noise n = x − Q(x) that the books predict for a uniform quantizer of step Δ.
// Bennett, "Spectra of quantized signals", Bell Syst. Tech. J. 27 (1948); Widrow & Kollár,
// Quantization Noise (Cambridge, 2008). They hold where x lies anywhere in its cell with equal
// chance and nothing is clipped.
#include "request.h"

namespace halfstep::theory {

// The mean of n², for a step Δ ≥ 0 in units of the weights:
//   nearest, half-away   n uniform on ±Δ/2: mean 0, mse Δ²/12
//   floor                n uniform on [0, Δ): mean Δ/2, mse Δ²/3
//   stochastic           Q unbiased for each x: mean 0, mse Δ²/6
// And with dither, whatever the signal, as long as x and its dither stay within the codes:
//   subtractive-…        n uniform on ±Δ/2 and independent of x: mean 0, mse Δ²/12 (Schuchman, "Dither signals and
//                        their effect on quantization noise", IEEE Trans. Commun. Technol. 12 (1964))
//   dither-triangular    mean 0 and mse Δ²/4 for each x (Lipshitz, Wannamaker & Vanderkooy, "Quantization and
//                        dither: a theoretical survey", J. Audio Eng. Soc. 40 (1992))
//   dither-uniform       mean 0 for each x; mse Δ²/6 where x is spread over its cell, as stochastic rounding, whose
//                        law it has
double noise_mse(Rounding rounding, double step);

// The largest |n|/Δ of a weight inside the range: ½ for nearest, half-away and the subtractive ones, 3/2 for
// dither-triangular, else 1.
double bound_in_steps(Rounding rounding);

// 10 log10(power/mse) of the mean squares of signal and noise.
// NaN when either is zero (no signal, or no noise) or not finite.
double snr_db(double power, double mse);

}  // namespace halfstep::theory
