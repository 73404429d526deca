#include "measures/sorted_index.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tensor/finite_runs.h"
#include "tensor/share.h"

namespace halfstep {

Status SortedIndex::begin(std::span<const float> x) {
  const std::size_t finite = x.size() - kernels().nonfinite(x.data(), x.size());
  from_ = x;
  stage_ = 0;
  if (!sorted_.allocate(finite) || !before_.allocate(finite / kBlock + 1) ||
      !heads_.allocate((finite + kBlock - 1) / kBlock)) {
    *this = SortedIndex();
    return Error{"There is not enough memory to sort these weights."};
  }
  // The sums come when the sort is done.
  const std::size_t room = before_.size() * sizeof(PreciseSums) / sizeof(float);
  sort_.begin(sorted_.span(), {reinterpret_cast<float*>(before_.data()), room});
  return {};
}

double SortedIndex::advance() {
  constexpr int kParts = 4, kStages = 2 + kParts + 1;
  const auto each_run = [&](auto&& run) {
    each_finite_run(from_, 0, from_.size(), size() == from_.size(),
                    [&](std::size_t begin, std::size_t count) { run(from_.subspan(begin, count)); });
  };
  switch (stage_) {
    case 0: each_run([&](std::span<const float> x) { sort_.count(x); }); break;
    case 1: each_run([&](std::span<const float> x) { sort_.scatter(x); }); break;
    case kStages - 1: accumulate(); break;
    case kStages: return 1;
    default: sort_.sort(share_begin<std::size_t>(static_cast<std::size_t>(stage_ - 1), size(), kParts));
  }
  return static_cast<double>(++stage_) / kStages;
}

void SortedIndex::accumulate() {
  PreciseSums sum;
  for (std::size_t block = 0; block < before_.size(); ++block) {
    before_[block] = sum;
    const std::size_t begin = block * kBlock, end = std::min(begin + kBlock, size());
    if (begin == end) break;
    heads_[block] = sorted_[begin];
    const PreciseSums of_block = kernels().precise_sums(sorted_.data() + begin, end - begin);
    sum.x = sum.x + of_block.x;
    sum.xx = sum.xx + of_block.xx;
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
  const float* x = sorted_.data();
  if (first < last && x[first] == x[last - 1]) {
    const double count = static_cast<double>(last - first), e = x[first] - q;
    return {count * e, count * e * e, count * e * x[first]};
  }
  const Split split(first, last);
  const ErrorSums head = kernels().errors(x + first, split.head_end - first, q);
  const ErrorSums tail = kernels().errors(x + split.tail_begin, last - split.tail_begin, q);
  ErrorSums all{head.e + tail.e, head.ee + tail.ee, head.xe + tail.xe};
  if (split.block_last == split.block_first) return all;
  const DoubleDouble sx = before_[split.block_last].x - before_[split.block_first].x;
  const DoubleDouble sxx = before_[split.block_last].xx - before_[split.block_first].xx;
  const double count = static_cast<double>((split.block_last - split.block_first) * kBlock);
  const DoubleDouble cq = two_product(count, q);
  all.e += (sx - cq).value();
  // A true zero may come out a hair below.
  all.ee += std::max(0.0, (sxx - (sx + sx) * q + cq * q).value());
  all.xe += (sxx - sx * q).value();
  return all;
}

SortedIndex::Sums SortedIndex::sums(std::size_t first, std::size_t last) const {
  const Split split(first, last);
  const float* x = sorted_.data();
  const ErrorSums head = kernels().errors(x + first, split.head_end - first, 0);
  const ErrorSums tail = kernels().errors(x + split.tail_begin, last - split.tail_begin, 0);
  Sums all{head.e + tail.e, head.ee + tail.ee};
  if (split.block_last == split.block_first) return all;
  all.x += (before_[split.block_last].x - before_[split.block_first].x).value();
  all.xx += (before_[split.block_last].xx - before_[split.block_first].xx).value();
  return all;
}

std::size_t SortedIndex::below(float edge, std::size_t first) const {
  if (first >= size()) return size();
  // The last block whose head is below the edge: by doubling strides, then by halving.
  const float* heads = heads_.data();
  const std::size_t blocks = heads_.size();
  std::size_t block = first / kBlock, stride = 1;
  while (block + stride < blocks && heads[block + stride] < edge) {
    block += stride;
    stride *= 2;
  }
  stride = std::min(stride, blocks - block);
  while (stride > 1) {
    const std::size_t half = stride / 2;
    block += heads[block + half] < edge ? half : 0;
    stride -= half;
  }
  // Within it, without a branch that could be guessed wrong.
  std::size_t place = std::max(first, block * kBlock), left = std::min((block + 1) * kBlock, size()) - place;
  const float* x = sorted_.data();
  while (left > 1) {
    const std::size_t half = left / 2;
    place += x[place + half - 1] < edge ? half : 0;
    left -= half;
  }
  return place + (x[place] < edge ? 1 : 0);
}

std::size_t SortedIndex::not_above(float edge) const {
  return below(std::nextafter(edge, std::numeric_limits<float>::infinity()));
}

}  // namespace halfstep
