#include "theory/entropy.h"

#include <cmath>

namespace halfstep::theory {

double entropy_bits(double differential_bits, double step) {
  return differential_bits - std::log2(step);
}

double grouped_entropy_bits(double bits, std::span<const double> shares) {
  double alone = 0, rest = 1;
  for (const double share : shares) {
    alone -= share * std::log2(share);
    rest -= share;
  }
  return rest > 0 ? alone + rest * (bits - std::log2(rest)) : alone;
}

}  // namespace halfstep::theory
