#include "segment.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "lab.h"

namespace halfstep {

namespace {

// The longest block of any codec takes fewer bytes than its weights as float32.
constexpr std::size_t kMostBytes = kMostBlockWeights * sizeof(float);

// What each code stands for, and which the weights seen have.
void number_codes(const Plan& plan, std::size_t index, Segment& seen) {
  const Cells cells = plan.cells(index);
  std::vector<float> x = seen.weights;
  for (float& weight : x) weight = std::isnan(weight) ? 0 : weight;
  if (plan.has_book()) {
    const Codebook& book = plan.books.empty() ? plan.book : plan.books[index];
    seen.levels = book.levels;
    // A float of 19 bits has more levels than the kernels' codes tell apart.
    for (const float weight : x) {
      seen.codes.push_back(static_cast<std::uint32_t>(book.code(cells.step == 0 ? 0 : weight / cells.book_scale)));
    }
    return;
  }
  for (std::int32_t k = cells.low; k <= cells.high; ++k) seen.levels.push_back(static_cast<float>(k) + cells.offset);
  std::vector<std::uint16_t> codes(x.size());
  kernels().encode(x.data(), x.size(), cells, static_cast<std::uint32_t>(plan.layout.begin(index)), codes.data());
  seen.codes.assign(codes.begin(), codes.end());
}

}  // namespace

Segment open_block(const BlockCodec& codec, std::span<const float> x) {
  float block[kMostBlockWeights] = {};
  std::uint8_t bytes[kMostBytes];
  BlockView view;
  std::transform(x.begin(), x.end(), block, [](float weight) { return std::isfinite(weight) ? weight : 0; });
  codec.encode(block, 1, bytes);
  codec.open(bytes, view);
  const auto size = static_cast<std::size_t>(codec.weights), part = static_cast<std::size_t>(codec.part);
  Segment seen;
  seen.count = x.size();
  seen.part = part;
  seen.levels.assign(codec.levels.begin(), codec.levels.end());
  seen.scales.assign(view.scales, view.scales + size / part);
  seen.offsets.assign(view.offsets, view.offsets + size / part);
  seen.weights.assign(x.begin(), x.end());
  seen.codes.assign(view.codes, view.codes + x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    seen.quantized.push_back(seen.levels[seen.codes[i]] * seen.scales[i / part] + seen.offsets[i / part]);
  }
  return seen;
}

Result<Segment> segment(const Weights& weights, const Plan& plan, std::size_t index) {
  const std::size_t segments = plan.layout.segments();
  if (index >= segments) {
    return Error{"There are " + std::to_string(segments) + " scales; none is number " + std::to_string(index) + "."};
  }
  const std::size_t begin = plan.layout.begin(index), count = plan.layout.end(index) - begin;
  const std::span<const float> x = weights.x().subspan(begin, std::min(count, kMostSeen));
  Segment seen;
  if (const BlockCodec* codec = plan.codec()) {
    seen = open_block(*codec, x);
  } else {
    const Cells cells = plan.cells(index);
    seen.part = count;
    seen.scales = {plan.has_book() ? cells.book_scale : cells.step};
    seen.offsets = {0};
    seen.weights.assign(x.begin(), x.end());
    seen.quantized.resize(x.size());
    quantize(weights, plan, begin, seen.quantized);
    if (!plan.in_blocks()) number_codes(plan, index, seen);
  }
  seen.begin = begin;
  seen.count = count;
  return seen;
}

}  // namespace halfstep
