#include "theory/rate.h"

#include <cmath>
#include <numbers>

namespace halfstep::theory {

namespace {

constexpr double kTwoPiE = 2 * std::numbers::pi * std::numbers::e;

}  // namespace

double gaussian_distortion(double variance, double rate) { return variance * std::exp2(-2 * rate); }

double shannon_distortion(double differential_bits, double rate) {
  return std::exp2(2 * (differential_bits - rate)) / kTwoPiE;
}

double scalar_gap_db() { return 10 * std::log10(kTwoPiE / 12); }

double scalar_gap_bits() { return 0.5 * std::log2(kTwoPiE / 12); }

}  // namespace halfstep::theory
