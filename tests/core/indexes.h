#pragma once
// A sorted index for a test, built to its end.
#include <doctest/doctest.h>

#include <vector>

#include "measures/sorted_index.h"

namespace tests {

inline halfstep::SortedIndex index_of(const std::vector<float>& x) {
  halfstep::SortedIndex index;
  REQUIRE(index.begin(x).ok());
  while (index.advance() < 1) {
  }
  return index;
}

}  // namespace tests
