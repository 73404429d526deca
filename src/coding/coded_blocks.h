#pragma once
// A tensor in a format of blocks (quantizers/blocks.h) taken apart into codes, which a coder may shorten, and the bytes
// beside them.
#include <cstddef>
#include <cstdint>
#include <span>

#include "quantizers/blocks.h"
#include "quantizers/plan.h"

namespace halfstep {

std::uint64_t side_bytes(const BlockCodec& codec, std::uint64_t weights);

// plan.codec(). A code for each weight, and side_bytes of `side`, or none where they are not asked for.
void split_blocks(const Weights& weights, const Plan& plan, std::span<std::uint16_t> codes, std::span<std::uint8_t> side);

// The values of codes below the codec's levels, and of any side bytes; a zero is +0.
void join_blocks(const BlockCodec& codec, std::span<const std::uint16_t> codes, std::span<const std::uint8_t> side,
                 std::span<float> values);

}  // namespace halfstep
