#include "measures/entropy.h"

#include <cmath>
#include <limits>

namespace halfstep {

CodeEntropy code_entropy(std::span<const std::uint32_t> counts) {
  double total = 0, weighted = 0;
  CodeEntropy entropy;
  for (const std::uint32_t count : counts) {
    if (count == 0) continue;
    const double c = count;
    total += c;
    weighted += c * std::log2(c);
    ++entropy.occupied;
  }
  // log2 of the total less its mean share: H = log2 n − Σ c·log2 c / n.
  entropy.bits = total > 0 ? std::log2(total) - weighted / total : std::numeric_limits<double>::quiet_NaN();
  if (entropy.occupied == 1) entropy.bits = 0;
  return entropy;
}

}  // namespace halfstep
