#include "kernels/radix.h"

#include "kernels/float_order.h"

namespace halfstep {

void RadixSort::begin(std::span<float> from, std::span<float> sorted) {
  from_ = from;
  sorted_ = sorted;
  next_ = 0;
}

// Ends with each digit's place for its first element.
void RadixSort::count_digits() {
  for (Counts& counts : counts_) counts.fill(0);
  for (const float x : from_) {
    const std::uint32_t key = float_rank(x);
    for (int pass = 0; pass < kPasses; ++pass) ++counts_[static_cast<std::size_t>(pass)][digit(key, pass)];
  }
  for (Counts& counts : counts_) {
    std::uint32_t sum = 0;
    for (std::uint32_t& count : counts) {
      const std::uint32_t here = count;
      count = sum;
      sum += here;
    }
  }
}

template <int Pass>
void RadixSort::scatter(std::span<const float> from, std::span<float> to) {
  Counts& places = counts_[Pass];
  for (const float x : from) to[places[digit(float_rank(x), Pass)]++] = x;
}

void RadixSort::step() {
  switch (next_++) {
    case 0: return count_digits();
    case 1: return scatter<0>(from_, sorted_);
    case 2: return scatter<1>(sorted_, from_);
    case 3: return scatter<2>(from_, sorted_);
    default: return;
  }
}

void radix_sort(std::span<float> from, std::span<float> sorted) {
  RadixSort sort;
  sort.begin(from, sorted);
  for (int step = 0; step < RadixSort::kSteps; ++step) sort.step();
}

}  // namespace halfstep
