#pragma once
// The weights that are numbers, stretch by stretch.
#include <cmath>
#include <cstddef>
#include <span>

namespace halfstep {

// Calls run(begin, count) for the stretches of finite weights in [begin, end).
template <typename Run>
void each_finite_run(std::span<const float> x, std::size_t begin, std::size_t end, bool all_finite, Run&& run) {
  if (all_finite) {
    if (begin < end) run(begin, end - begin);
    return;
  }
  while (begin < end) {
    while (begin < end && !std::isfinite(x[begin])) ++begin;
    std::size_t stop = begin;
    while (stop < end && std::isfinite(x[stop])) ++stop;
    if (begin < stop) run(begin, stop - begin);
    begin = stop;
  }
}

}  // namespace halfstep
