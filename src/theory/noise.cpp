#include "theory/noise.h"

#include <cmath>
#include <limits>

namespace halfstep::theory {

PredictedNoise noise(Rounding rounding, double step) {
  const double square = step * step;
  switch (rounding) {
    case Rounding::Nearest:
    case Rounding::HalfAway:
    case Rounding::SubtractiveUniform:
    case Rounding::SubtractiveTriangular:
      return {0, square / 12, square / 12};
    case Rounding::Floor:
      return {step / 2, square / 3, square / 12};
    case Rounding::Stochastic:
    case Rounding::DitherUniform:
      return {0, square / 6, square / 6};
    case Rounding::DitherTriangular:
      return {0, square / 4, square / 4};
  }
  __builtin_unreachable();
}

double bound_in_steps(Rounding rounding) {
  if (rounding == Rounding::DitherTriangular) return 1.5;
  const bool wide = rounding == Rounding::Floor || (is_random(rounding) && !is_subtractive(rounding));
  return wide ? 1 : 0.5;
}

double snr_db(double power, double mse) {
  if (!(power > 0) || !(mse > 0) || !std::isfinite(power) || !std::isfinite(mse)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  return 10 * (std::log10(power) - std::log10(mse));
}

double snr_db_of_bits(double bits, double range, double rms) {
  return 20 * bits * std::log10(2.0) + 10 * std::log10(12.0 / 4) + snr_db(rms * rms, range * range);
}

}  // namespace halfstep::theory
