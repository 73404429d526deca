#pragma once
// Seeded sources in one line, for tests.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tensor/sources.h"

namespace halfstep {

inline SourceSpec spec_of(const std::string& name, std::uint64_t count,
                          std::vector<double> parameters = {}, std::uint64_t seed = 1) {
  SourceSpec spec;
  spec.name = name;
  spec.count = count;
  spec.seed = seed;
  spec.parameters = std::move(parameters);
  return spec;
}

inline std::vector<float> weights_of(const SourceSpec& spec) {
  auto source = Source::make(spec);
  REQUIRE(source.ok());
  std::vector<float> x(spec.count);
  source->fill(0, x);
  return x;
}

}  // namespace halfstep
