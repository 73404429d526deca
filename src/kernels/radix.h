#pragma once
// Sorting float32 by their bits.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace halfstep {

// A stable least-significant-digit radix sort, three passes of 11 bits, time O(N), taken in steps so that
// a long one can show progress. −0 stands before +0; a NaN stands beyond the infinity of its sign.
class RadixSort {
 public:
  static constexpr int kSteps = 4;

  // Sorts `from` into `sorted`; both have the same size below 2^32 and do not overlap. `from` is scratch
  // and is left in no particular order. Both must outlive the steps.
  void begin(std::span<float> from, std::span<float> sorted);
  // Call kSteps times; then it is sorted.
  void step();

 private:
  static constexpr int kDigitBits = 11;
  static constexpr int kPasses = 3;
  static constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
  using Counts = std::array<std::uint32_t, kDigits>;

  static std::size_t digit(std::uint32_t key, int pass) { return (key >> (pass * kDigitBits)) & (kDigits - 1); }
  void count_digits();
  template <int Pass>
  void scatter(std::span<const float> from, std::span<float> to);

  std::span<float> from_, sorted_;
  std::array<Counts, kPasses> counts_;
  int next_ = 0;
};

// All steps at once.
void radix_sort(std::span<float> from, std::span<float> sorted);

}  // namespace halfstep
