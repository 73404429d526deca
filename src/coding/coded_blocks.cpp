#include "coding/coded_blocks.h"

#include <algorithm>
#include <array>

#include "quantizers/block_pass.h"

namespace halfstep {

std::uint64_t side_bytes(const BlockCodec& codec, std::uint64_t weights) {
  const auto block = static_cast<std::uint64_t>(codec.weights);
  return (weights + block - 1) / block * static_cast<std::uint64_t>(codec.side_bytes);
}

void split_blocks(const Weights& weights, const Plan& plan, std::span<std::uint16_t> codes, std::span<std::uint8_t> side) {
  const BlockCodec& codec = *plan.codec();
  BlockPass pass(weights, plan);
  std::uint8_t* out = side.data();
  for (std::size_t begin = 0; begin < codes.size(); begin += BlockPass::kStretch) {
    pass.quantize(begin, std::min(BlockPass::kStretch, codes.size() - begin));
    pass.each_part([&](const BlockPass::Part& part) {
      std::copy_n(part.codes, part.count, codes.data() + begin + part.begin);
    });
    if (side.empty()) continue;
    const std::span<const std::uint8_t> bytes = pass.bytes();
    for (std::size_t at = 0; at < bytes.size(); at += static_cast<std::size_t>(codec.bytes), out += codec.side_bytes) {
      codec.side(&bytes[at], out);
    }
  }
}

void join_blocks(const BlockCodec& codec, std::span<const std::uint16_t> codes, std::span<const std::uint8_t> side,
                 std::span<float> values) {
  const auto block = static_cast<std::size_t>(codec.weights);
  std::array<std::uint16_t, kMostBlockWeights> own;
  std::array<float, kMostBlockWeights> q;
  std::array<std::uint8_t, 4 * kMostBlockWeights> bytes;
  for (std::size_t begin = 0; begin < codes.size(); begin += block, side = side.subspan(static_cast<std::size_t>(codec.side_bytes))) {
    const std::size_t count = std::min(block, codes.size() - begin);
    own.fill(0);
    std::copy_n(codes.data() + begin, count, own.begin());
    codec.join(side.data(), own.data(), bytes.data());
    codec.decode(bytes.data(), 1, q.data());
    // The zeros that a sign parts are one code.
    std::transform(q.begin(), q.begin() + static_cast<std::ptrdiff_t>(count), values.data() + begin, [](float v) { return v + 0.0f; });
  }
}

}  // namespace halfstep
