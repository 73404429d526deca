#include "kernels/radix.h"

#include <algorithm>
#include <utility>

#include "kernels/float_order.h"

namespace halfstep {

namespace {

constexpr int kLow = 10, kMiddle = 11;  // bits of a rank below its top digit
constexpr std::size_t kFew = 32;        // are sorted by insertion

template <int Shift, int Bits>
std::size_t digit(float x) {
  return float_rank(x) >> Shift & ((1u << Bits) - 1);
}

void insert(std::span<float> x) {
  for (std::size_t i = 1; i < x.size(); ++i) {
    const float moved = x[i];
    std::size_t to = i;
    for (; to > 0 && float_rank(x[to - 1]) > float_rank(moved); --to) x[to] = x[to - 1];
    x[to] = moved;
  }
}

// Counts to the place of each digit's first.
template <typename Places>
void to_begins(Places& places) {
  std::uint32_t sum = 0;
  for (std::uint32_t& place : places) sum += std::exchange(place, sum);
}

template <int Shift, int Bits, typename Places>
void count_digit(std::span<const float> x, Places& places) {
  places.fill(0);
  for (const float value : x) ++places[digit<Shift, Bits>(value)];
  to_begins(places);
}

template <int Shift, int Bits, typename Places>
void scatter_digit(std::span<const float> from, std::span<float> to, Places& places) {
  for (const float x : from) to[places[digit<Shift, Bits>(x)]++] = x;
}

// The numbers share all but their lowest bits: counted, they can be written anew.
template <typename Places>
void rewrite(std::span<float> x, Places& places) {
  const std::uint32_t above = float_rank(x[0]) >> kLow << kLow;
  count_digit<0, kLow>(x, places);
  for (std::uint32_t low = 1u << kLow; low-- > 0;) {
    const std::size_t begin = places[low];
    std::fill(x.begin() + static_cast<std::ptrdiff_t>(begin), x.end(), float_of_rank(above | low));
    x = x.first(begin);
  }
}

}  // namespace

void RadixSort::begin(std::span<float> sorted, std::span<float> scratch) {
  sorted_ = sorted;
  scratch_ = scratch;
  ends_.fill(0);
  done_ = next_ = 0;
  placed_ = false;
}

void RadixSort::count(std::span<const float> x) {
  for (const float value : x) ++ends_[digit<kLow + kMiddle, 11>(value)];
}

void RadixSort::scatter(std::span<const float> x) {
  if (!std::exchange(placed_, true)) to_begins(ends_);
  scatter_digit<kLow + kMiddle, 11>(x, sorted_, ends_);
}

void RadixSort::sort(std::size_t most) {
  for (; done_ < std::min(most, sorted_.size()); ++next_) {
    sort_share(sorted_.subspan(done_, ends_[next_] - done_));
    done_ = ends_[next_];
  }
}

void RadixSort::sort_share(std::span<float> share) {
  if (share.size() <= kFew) return insert(share);
  if (share.size() > scratch_.size()) return sort_in_place(share);
  const std::span<float> other = scratch_.first(share.size());
  count_digit<0, kLow>(share, places_);
  scatter_digit<0, kLow>(share, other, places_);
  count_digit<kLow, kMiddle>(other, places_);
  scatter_digit<kLow, kMiddle>(other, share, places_);
}

// By the middle digit in cycles: what stands in a digit's room and is not its own goes to the next
// place of its own (McIlroy, Bostic & McIlroy 1993).
void RadixSort::sort_in_place(std::span<float> share) {
  count_digit<kLow, kMiddle>(share, places_);
  Places next = places_;
  for (std::size_t d = 0; d < kDigits; ++d) {
    const std::size_t end = d + 1 < kDigits ? places_[d + 1] : share.size();
    while (next[d] < end) {
      float x = share[next[d]];
      for (std::size_t own; (own = digit<kLow, kMiddle>(x)) != d;) std::swap(x, share[next[own]++]);
      share[next[d]++] = x;
    }
  }
  std::size_t begin = 0;
  for (const std::size_t end : next) {
    const std::span<float> part = share.subspan(begin, end - begin);
    if (part.size() <= kFew) {
      insert(part);
    } else {
      rewrite(part, places_);
    }
    begin = end;
  }
}

void radix_sort(std::span<float> from, std::span<float> sorted) {
  RadixSort sort;
  sort.begin(sorted, from);
  sort.count(from);
  sort.scatter(from);
  sort.sort(sorted.size());
}

}  // namespace halfstep
