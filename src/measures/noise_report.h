#pragma once
// What sums of the noise say, whatever the quantizer.
#include "kernels/kernels.h"
#include "report.h"

namespace halfstep {

// mse, snr_db, exact, max_error, bias, variance and correlation of the noise of `n` > 0 finite weights; the rest
// stays without meaning. So does all of it but `lost` where that many of them have a Q that is not finite.
NoiseReport noise_report(const TensorReport& tensor, const NoiseSums& sums, double n, std::uint64_t lost);

// Whether its variance or correlation may be off by 1e-6, where rounding made of each sum a share `loss` of Σ|term|: what
// cancels in Σn² − N·bias² and in Σxn − N·mean·bias is so much larger than what they leave.
bool cancels(const TensorReport& tensor, const NoiseReport& report, double loss);
// The share that sums of n terms in double lose at most.
inline double double_loss(double n) { return n * 0x1p-53; }
// Both anew, from sums less the means of x and of n.
void recentre(const TensorReport& tensor, const NoiseSums& about_means, double n, NoiseReport& report);

}  // namespace halfstep
