#pragma once
// The conditions under which the books' predictions fail, told from what was measured.
#include <string>
#include <vector>

#include "report.h"

namespace halfstep {

// Words, the strongest reason first:
//   empty       no finite weight
//   nonfinite   some weights are NaN or ±∞ and are left out
//   lost        some finite weights have a Q that is not: their block's scale is beyond float16, or they are beyond a
//               float that does not saturate
//   constant    all finite weights are equal
//   overload    weights beyond the range make over 1 % of the noise power
//   few_levels  H < 2 bits: in effect fewer than four levels are used, so a cell is not evenly filled
//   correlated  |r| > 0.1 between noise and weights
//   few_weights fewer than 64 finite weights: no density to speak of
//   atoms       over 1 % of the weights share one value, or so many repeat that h has no estimate
//   float32     the step is within 2⁶ roundings of float32 at the largest weight
//   uneven      none of these, yet the noise is more than 0.5 dB from its prediction: the weights are
//               spread unevenly within their cells
//   few_per_level  of H alone, for N finite weights in M codes: (M − 1)/(2N ln 2) bit, by which it falls short, and 1/√N,
//               about what it strays by, come to more than 0.05 bit
//   steep       none of these, yet H is more than 0.05 bit from its prediction: the density changes within a cell
std::vector<std::string> failing_conditions(const Report& report, double largest_atom);

}  // namespace halfstep
