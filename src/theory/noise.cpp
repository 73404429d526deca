#include "theory/noise.h"

#include <cmath>
#include <limits>

namespace halfstep::theory {

double noise_mse(Rounding rounding, double step) {
  const double square = step * step;
  switch (rounding) {
    case Rounding::Nearest:
    case Rounding::HalfAway:
    case Rounding::SubtractiveUniform:
    case Rounding::SubtractiveTriangular:
      return square / 12;
    case Rounding::Floor:
      return square / 3;
    case Rounding::Stochastic:
    case Rounding::DitherUniform:
      return square / 6;
    case Rounding::DitherTriangular:
      return square / 4;
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

}  // namespace halfstep::theory
