#include "theory/special.h"

#include <cmath>
#include <numbers>

namespace halfstep::theory {

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

}  // namespace halfstep::theory
