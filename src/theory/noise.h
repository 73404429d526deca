#pragma once
// The noise n = x − Q(x) that the books predict for a uniform quantizer of step Δ.
// Bennett, "Spectra of quantized signals", Bell Syst. Tech. J. 27 (1948); Widrow & Kollár,
// Quantization Noise (Cambridge, 2008). They hold where x lies anywhere in its cell with equal
// chance and nothing is clipped.
#include "request.h"

namespace halfstep::theory {

struct PredictedNoise {
  double mean;      // of n, units of the weights
  double mse;       // mean of n²
  double variance;  // mse − mean²
};

// For a step Δ ≥ 0 in units of the weights:
//   nearest, half-away   n uniform on ±Δ/2: mean 0, mse Δ²/12
//   floor                n uniform on [0, Δ): mean Δ/2, mse Δ²/3
//   stochastic           Q unbiased for each x: mean 0, mse Δ²/6
PredictedNoise noise(Rounding rounding, double step);

// The largest |n|/Δ of a weight inside the range: ½ for nearest and half-away, else 1.
double bound_in_steps(Rounding rounding);

// 10 log10(power/mse) of the mean squares of signal and noise.
// NaN when either is zero (no signal, or no noise) or not finite.
double snr_db(double power, double mse);

// 6.02 b + 4.77 − 20 log10(range/rms) dB: 2^bits levels across ±range, rounded to nearest.
// NaN unless range and rms are positive and finite.
double snr_db_of_bits(double bits, double range, double rms);

}  // namespace halfstep::theory
