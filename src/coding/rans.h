#pragma once
// Range asymmetric numeral systems: the codes at H bits a weight and a hair.
// Duda, "Asymmetric numeral systems" (arXiv:1311.2540); a 64-bit state that gives off 32-bit words. Over the model's bits
// a stream takes two bytes on average: where the state begins, and what fills its last byte.
#include <cstdint>
#include <span>

#include "coding/rans_model.h"

namespace halfstep {

// Writes to the front of `room`, rans_most_bytes long; the bytes written. Every code has a share.
std::size_t rans_encode(const RansModel& model, std::span<const std::uint16_t> codes, std::span<std::uint8_t> room);

// The inverse; false when the bytes do not end with the codes.
bool rans_decode(const RansModel& model, std::span<const std::uint8_t> bytes, std::span<std::uint16_t> codes);

}  // namespace halfstep
