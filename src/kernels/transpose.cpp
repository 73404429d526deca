#include "kernels/transpose.h"

namespace halfstep {

void fortran_to_c(std::span<const float> in, const Shape& shape, std::span<float> out) {
  std::vector<std::size_t> stride(shape.size(), 1);
  for (std::size_t axis = 1; axis < shape.size(); ++axis) {
    stride[axis] = stride[axis - 1] * static_cast<std::size_t>(shape[axis - 1]);
  }
  Shape place(shape.size(), 0);
  std::size_t from = 0;
  for (float& value : out) {
    value = in[from];
    // The last axis turns fastest, as the wheels of a counter.
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      from += stride[axis];
      if (++place[axis] < shape[axis]) break;
      from -= stride[axis] * static_cast<std::size_t>(shape[axis]);
      place[axis] = 0;
    }
  }
}

}  // namespace halfstep
