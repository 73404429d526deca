#include "theory/entropy.h"

#include <cmath>

namespace halfstep::theory {

double entropy_bits(double differential_bits, double step) {
  return differential_bits - std::log2(step);
}

}  // namespace halfstep::theory
