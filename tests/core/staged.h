#pragma once
// Weights for a test, measured as the lab measures them.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "lab.h"

namespace tests {

inline halfstep::Weights weights_of(const std::vector<float>& x, const halfstep::Shape& shape) {
  halfstep::Weights weights;
  REQUIRE(weights.values.allocate(x.size()));
  std::copy(x.begin(), x.end(), weights.values.data());
  weights.shape = shape;
  REQUIRE(halfstep::examine(weights, halfstep::kMeaningless).ok());
  return weights;
}

}  // namespace tests
