#include <algorithm>
#include <cmath>

#include "kernels/grouped.h"

namespace halfstep {

namespace {

void absmax(const float* x, std::size_t n, std::size_t group, float* out) {
  for (std::size_t begin = 0; begin < n; begin += group, ++out) {
    *out = 0;
    for (std::size_t i = begin; i < std::min(begin + group, n); ++i) *out = std::max(*out, std::fabs(x[i]));
  }
}

void noise(const float* x, std::size_t n, std::size_t group, const GroupScale* scales, const Cells& grid,
           const MinifloatShape&, NoiseSums& sums) {
  for (std::size_t begin = 0; begin < n; begin += group, ++scales) {
    Cells cells = grid;
    cells.step = cells.book_scale = scales->scale;
    cells.own_scale = scales->own;
    cells.range_high = scales->reach;
    cells.range_low = -cells.range_high;
    scalar_kernels().noise(x + begin, std::min(group, n - begin), cells, 0, sums);
  }
}

}  // namespace

const GroupedKernels& scalar_grouped() {
  static constexpr GroupedKernels kernels{"scalar", absmax, noise};
  return kernels;
}

}  // namespace halfstep
