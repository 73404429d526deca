#pragma once
// Formats whose Q of a weight depends on its neighbours, a stretch of whole blocks at a time: those with a storage
// layout of their own, and lattices.
#include <array>
#include <cstdint>
#include <span>

#include "quantizers/plan.h"

namespace halfstep {

class BlockPass {
 public:
  // Both outlive the pass. plan.in_blocks().
  BlockPass(const Weights& weights, const Plan& plan);

  // Weights of a stretch: whole blocks.
  static constexpr std::size_t kStretch = 4096;

  // What stood at weights begin … begin + count − 1 of the last stretch.
  struct Part {
    std::size_t begin, count;    // from the stretch's first weight
    float scale, offset;         // of a lattice the step and 0
    const std::uint16_t* codes;  // null for a lattice
  };

  // Quantizes `count` ≤ kStretch weights from `begin` on, which is a multiple of kStretch. Weights that are not
  // finite, and those that a last block lacks, stand as 0 in their block.
  std::span<const float> quantize(std::size_t begin, std::size_t count);
  // A lattice's codes of the last stretch (lattice_codes.h), of whole vectors.
  std::span<const std::uint16_t> codes() const { return std::span(codes_).first((count_ + block_ - 1) / block_ * block_); }
  // The last stretch's blocks as a codec has them.
  std::span<const std::uint8_t> bytes() const {
    return std::span(bytes_).first((count_ + block_ - 1) / block_ * static_cast<std::size_t>(codec_->bytes));
  }
  // Calls visit(part) for the parts of the last stretch, of its own weights alone.
  template <typename Visit>
  void each_part(Visit&& visit);

 private:
  const float* whole(std::size_t begin, std::size_t count);
  void quantize_vectors(const float* x, std::size_t vectors);

  const Weights& weights_;
  const Plan& plan_;
  const BlockCodec* codec_;
  std::size_t block_;
  std::size_t count_ = 0;
  std::array<float, kStretch> x_, q_;
  std::array<std::uint16_t, kStretch> codes_;
  // No format takes more than four bytes a weight.
  std::array<std::uint8_t, 4 * kStretch> bytes_;
};

template <typename Visit>
void BlockPass::each_part(Visit&& visit) {
  if (!codec_) {
    visit(Part{0, count_, plan_.cells(0).step, 0, nullptr});
    return;
  }
  const auto part = static_cast<std::size_t>(codec_->part);
  BlockView view;
  for (std::size_t at = 0; at < count_; at += block_) {
    codec_->open(&bytes_[at / block_ * static_cast<std::size_t>(codec_->bytes)], view);
    for (std::size_t p = 0; p * part < block_ && at + p * part < count_; ++p) {
      const std::size_t begin = at + p * part;
      const std::size_t left = count_ - begin;
      visit(Part{begin, left < part ? left : part, view.scales[p], view.offsets[p], view.codes + p * part});
    }
  }
}

}  // namespace halfstep
