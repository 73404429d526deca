#pragma once
// What sums of the noise say, whatever the quantizer.
#include "kernels/kernels.h"
#include "report.h"

namespace halfstep {

// mse, snr_db, exact, max_error, bias, variance and correlation of the noise of `n` > 0 finite weights; the rest
// stays without meaning. So does all of it but `lost` where that many of them have a Q that is not finite.
NoiseReport noise_report(const TensorReport& tensor, const NoiseSums& sums, double n, std::uint64_t lost);

}  // namespace halfstep
