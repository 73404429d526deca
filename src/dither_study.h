#pragma once
// What a rounding does to a signal: a small sine kept or lost, the error's spectrum, and the error
// by the place of a weight in its cell.
#include <span>
#include <vector>

#include "kernels/place_sums.h"
#include "quantizers/plan.h"
#include "tensor/weights.h"

namespace halfstep {

// The sine: kStudyPeriod samples a cycle, kStudyCycles cycles, Δ = 1 and a level at 0. Frequencies
// of the spectrum are cycles in kStudyStretch samples, so the sine is at
// kStudyStretch/kStudyPeriod, and its harmonics at multiples.
inline constexpr std::size_t kStudyPeriod = 64, kStudyCycles = 512, kStudyStretch = 512;

// All in steps.
struct DitherStudy {
  std::vector<double> signal;   // one cycle of x
  std::vector<double> once;     // Q of the first cycle
  std::vector<double> average;  // Q averaged over the cycles
  std::vector<double>
      spectrum;                                  // power of n = x − Q, as power_spectrum has it: kStudyStretch/2 + 1
  double mean = 0, variance = 0, max_error = 0;  // of n
  double correlation = 0;                        // of n with x; NaN where one does not vary
  double kept = 0;                               // the slope of Q on x: 0 for a lost sine, 1 for one kept; NaN without one
};

// A sine of this amplitude through the rounding; 0 ≤ amplitude ≤ 1000.
DitherStudy study_dither(Rounding rounding, std::uint64_t seed, double amplitude);

// n/Δ of the granular weights, gathered by their place among the levels: x/Δ less the nearest
// level's, from −½ to ½ in as many equal bins. Adds nothing for a codebook, which has no step, and
// for a format in blocks.
void noise_by_place(const Weights& weights, const Plan& plan, std::span<PlaceSums> bins);

}  // namespace halfstep
