#pragma once
// Weights of unit variance from a law, drawn independently of src.
#include <string_view>
#include <vector>

#include "inputs.h"

namespace laws {

inline std::vector<float> draw(std::string_view law, std::size_t n, std::uint64_t seed) {
  if (law == "normal") return inputs::normal(n, seed);
  if (law == "laplace") return inputs::laplace(n, seed);
  inputs::Random random(seed);
  std::vector<float> x(n);
  for (float& value : x) value = static_cast<float>((2 * random.uniform() - 1) * 1.7320508075688772);
  return x;
}

}  // namespace laws
