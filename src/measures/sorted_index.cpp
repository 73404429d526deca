#include "measures/sorted_index.h"

#include <algorithm>

#include "quantizers/layout.h"

namespace halfstep {

Status SortedIndex::begin(std::span<const float> x) {
  const std::size_t finite = x.size() - kernels().nonfinite(x.data(), x.size());
  stage_ = 0;
  if (!sorted_.allocate(finite) || !scratch_.allocate(finite) || !before_.allocate(finite / kBlock + 1)) {
    *this = SortedIndex();
    return Error{"There is not enough memory to sort these weights; every measure reads all of them instead."};
  }
  float* out = scratch_.data();
  each_finite_run(x, 0, x.size(), finite == x.size(), [&](std::size_t begin, std::size_t count) {
    out = std::copy_n(x.data() + begin, count, out);
  });
  sort_.begin(scratch_.span(), sorted_.span());
  return {};
}

double SortedIndex::advance() {
  constexpr int kStages = RadixSort::kSteps + 1;
  if (stage_ < RadixSort::kSteps) {
    sort_.step();
  } else if (stage_ == RadixSort::kSteps) {
    scratch_ = Buffer<float>();
    accumulate();
  }
  stage_ = std::min(stage_ + 1, kStages);
  return static_cast<double>(stage_) / kStages;
}

void SortedIndex::accumulate() {
  Cumulative sum;
  for (std::size_t block = 0; block < before_.size(); ++block) {
    before_[block] = sum;
    const std::size_t end = std::min((block + 1) * kBlock, size());
    for (std::size_t i = block * kBlock; i < end; ++i) {
      const double x = sorted_[i];
      const DoubleDouble first = two_sum(sum.x.high, x), second = two_sum(sum.xx.high, x * x);
      sum.x = {first.high, sum.x.low + first.low};
      sum.xx = {second.high, sum.xx.low + second.low};
    }
    sum.x = quick_two_sum(sum.x.high, sum.x.low);
    sum.xx = quick_two_sum(sum.xx.high, sum.xx.low);
  }
}

namespace {

// Splits [first, last) into single weights, whole blocks and single weights.
struct Split {
  Split(std::size_t first, std::size_t last) {
    constexpr std::size_t kBlock = SortedIndex::kBlock;
    block_first = (first + kBlock - 1) / kBlock;
    block_last = std::max(last / kBlock, block_first);
    head_end = std::min(block_first * kBlock, last);
    tail_begin = std::max(std::min(block_last * kBlock, last), head_end);
  }
  std::size_t block_first, block_last, head_end, tail_begin;
};

}  // namespace

ErrorSums SortedIndex::errors(std::size_t first, std::size_t last, double q) const {
  const Split split(first, last);
  const float* x = sorted_.data();
  const ErrorSums head = kernels().errors(x + first, split.head_end - first, q);
  const ErrorSums tail = kernels().errors(x + split.tail_begin, last - split.tail_begin, q);
  ErrorSums all{head.e + tail.e, head.ee + tail.ee};
  if (split.block_last == split.block_first) return all;
  const DoubleDouble sx = before_[split.block_last].x - before_[split.block_first].x;
  const DoubleDouble sxx = before_[split.block_last].xx - before_[split.block_first].xx;
  const double count = static_cast<double>((split.block_last - split.block_first) * kBlock);
  const DoubleDouble cq = two_product(count, q);
  all.e += (sx - cq).value();
  all.ee += (sxx - (sx + sx) * q + cq * q).value();
  return all;
}

SortedIndex::Sums SortedIndex::sums(std::size_t first, std::size_t last) const {
  const Split split(first, last);
  const float* x = sorted_.data();
  const ErrorSums head = kernels().errors(x + first, split.head_end - first, 0);
  const ErrorSums tail = kernels().errors(x + split.tail_begin, last - split.tail_begin, 0);
  Sums all{head.e + tail.e, head.ee + tail.ee};
  all.x += (before_[split.block_last].x - before_[split.block_first].x).value();
  all.xx += (before_[split.block_last].xx - before_[split.block_first].xx).value();
  return all;
}

std::size_t SortedIndex::below(float edge) const {
  return static_cast<std::size_t>(std::lower_bound(sorted().begin(), sorted().end(), edge) - sorted().begin());
}

std::size_t SortedIndex::not_above(float edge) const {
  return static_cast<std::size_t>(std::upper_bound(sorted().begin(), sorted().end(), edge) - sorted().begin());
}

}  // namespace halfstep
