#pragma once
// Column-major (Fortran) order to row-major (C) order.
#include <span>

#include "tensor/tensor.h"

namespace halfstep {

// `out` gets the elements of `in` in row-major order; both have element_count(shape) elements and don't overlap.
void fortran_to_c(std::span<const float> in, const Shape& shape, std::span<float> out);

}  // namespace halfstep
