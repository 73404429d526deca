#pragma once
// Sorting float32 by their bits.
#include <span>

namespace halfstep {

// Sorts `from` into `sorted`, ascending; both have the same size below 2^32 and do not overlap.
// `from` is scratch and is left in no particular order. −0 stands before +0; a NaN stands beyond
// the infinity of its sign. Stable least-significant-digit radix sort: three passes of 11 bits,
// time O(N).
void radix_sort(std::span<float> from, std::span<float> sorted);

}  // namespace halfstep
