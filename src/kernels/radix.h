#pragma once
// Sorting float32 by their bits.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace halfstep {

// A radix sort from one row into another, time O(N), in steps so that a long one can show progress:
// scattered by the top 11 bits, then each share by 10 and 11 more through scratch, which need only
// hold the share: an eighth of N does for ordinary weights. A larger share is sorted where it
// stands, more slowly.
// −0 stands before +0; a NaN stands beyond the infinity of its sign.
class RadixSort {
 public:
  // `sorted` has as many elements as count() will be given, below 2^32. It and the scratch must
  // outlive the steps.
  void begin(std::span<float> sorted, std::span<float> scratch);
  // All numbers once, in any stretches; then the same to scatter().
  void count(std::span<const float> x);
  void scatter(std::span<const float> x);
  // Goes on until the first `most` are in order.
  void sort(std::size_t most);

 private:
  static constexpr std::size_t kDigits = std::size_t{1} << 11;
  using Places = std::array<std::uint32_t, kDigits>;

  void sort_share(std::span<float> share);
  void sort_in_place(std::span<float> share);

  std::span<float> sorted_, scratch_;
  Places ends_, places_;  // of each top digit; of the digits within a share
  std::size_t done_ = 0, next_ = 0;
  bool placed_ = false;
};

// All steps at once; `from` is scratch and is left in no particular order.
void radix_sort(std::span<float> from, std::span<float> sorted);

}  // namespace halfstep
