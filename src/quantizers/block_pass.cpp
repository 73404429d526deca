#include "quantizers/block_pass.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

#include "quantizers/lattice_codes.h"

namespace halfstep {

BlockPass::BlockPass(const Weights& weights, const Plan& plan)
    : weights_(weights), plan_(plan), codec_(plan.codec()), block_(plan.block_weights()) {}

std::span<const float> BlockPass::quantize(std::size_t begin, std::size_t count) {
  count_ = count;
  const std::size_t blocks = (count + block_ - 1) / block_;
  const float* x = whole(begin, count);
  if (codec_) {
    codec_->encode(x, blocks, bytes_.data());
    codec_->decode(bytes_.data(), blocks, q_.data());
  } else {
    quantize_vectors(x, blocks);
  }
  return std::span<const float>(q_).first(count);
}

// The weights in place, or a copy where blocks have to be made whole.
const float* BlockPass::whole(std::size_t begin, std::size_t count) {
  const float* x = weights_.x().data() + begin;
  if (count % block_ == 0 && weights_.all_finite()) return x;
  std::transform(x, x + count, x_.begin(), [](float value) { return std::isfinite(value) ? value : 0.0f; });
  std::fill(x_.begin() + static_cast<std::ptrdiff_t>(count), x_.end(), 0.0f);
  return x_.data();
}

void BlockPass::quantize_vectors(const float* x, std::size_t vectors) {
  const Cells cells = plan_.cells(0);
  const Lattice lattice = *plan_.format->lattice;
  const double most = plan_.format->reach(plan_.request.bits);
  const std::int32_t zero = code_of_zero(lattice, most);
  if (cells.step == 0) {
    q_.fill(0);
    codes_.fill(static_cast<std::uint16_t>(zero));
    return;
  }
  // Denormal steps may divide the range into more, for which there are no codes.
  const auto reach = static_cast<float>(std::min(cells.range_high / cells.step, most));
  std::array<float, 8> place;
  std::array<std::int32_t, 8> whole;
  for (std::size_t v = 0; v < vectors; ++v, x += block_) {
    for (std::size_t i = 0; i < block_; ++i) place[i] = x[i] / cells.step;
    float* q = q_.data() + v * block_;
    nearest(lattice, place.data(), reach, q);
    to_whole(lattice, q, whole.data());
    for (std::size_t i = 0; i < block_; ++i) codes_[v * block_ + i] = static_cast<std::uint16_t>(whole[i] + zero);
    // A point may lie a little beyond the range, and so beyond float32.
    for (std::size_t i = 0; i < block_; ++i) q[i] = std::clamp(q[i] * cells.step, -FLT_MAX, FLT_MAX);
  }
}

}  // namespace halfstep
