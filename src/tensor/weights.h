#pragma once
// The weights on the bench: values, shape, and what is measured of them once.
#include <cstdint>
#include <span>

#include "buffer.h"
#include "report.h"
#include "tensor/tensor.h"

namespace halfstep {

struct Weights {
  Buffer<float> values;
  Shape shape;
  TensorReport statistics;
  double differential_bits = kMeaningless;  // h: closed form or estimate
  double largest_atom = 0;                  // fraction of the finite weights that share one value

  std::span<const float> x() const { return values.span(); }
  bool all_finite() const { return statistics.nonfinite == 0; }
  std::uint64_t finite() const { return statistics.count - statistics.nonfinite; }
};

}  // namespace halfstep
