#pragma once
// Range asymmetric numeral systems with a static model: the codes at H bits a weight and a hair.
// Duda, "Asymmetric numeral systems" (arXiv:1311.2540); a 64-bit state that gives off 32-bit words.
#include <cstdint>
#include <span>
#include <vector>

#include "coding/bytes.h"

namespace halfstep {

// Shares of 2^bits, one a symbol: at least 1 where the count is above 0, and 0 elsewhere. bits ≤ 22.
struct RansModel {
  int bits = 0;
  std::vector<std::uint32_t> shares;
};

// Of the shares that follow the counts as nearly as 2^bits of them can, those whose table and codes are
// together the shortest. At least one count is above 0; at most 2¹⁶ symbols, counts that sum below 2³².
RansModel rans_model(std::span<const std::uint32_t> counts);

// Σ counts·log2(2^bits/share): what the codes take but for the state's own rounding.
double rans_bits(const RansModel& model, std::span<const std::uint32_t> counts);

// No stream of these counts is longer.
std::uint64_t rans_most_bytes(const RansModel& model, std::span<const std::uint32_t> counts);

// Writes to the front of `room`, rans_most_bytes long; the bytes written. Every code has a share.
std::size_t rans_encode(const RansModel& model, std::span<const std::uint16_t> codes, std::span<std::uint8_t> room);

void write_model(ByteWriter& out, const RansModel& model);
// False when the bytes hold no model of so many symbols.
bool read_model(ByteReader& in, std::size_t symbols, RansModel& model);

// Whether a stream this long may hold so many codes.
bool rans_may_hold(const RansModel& model, std::uint64_t bytes, std::uint64_t codes);

// The inverse of rans_encode; false when the bytes do not end with the codes.
bool rans_decode(const RansModel& model, std::span<const std::uint8_t> bytes, std::span<std::uint16_t> codes);

}  // namespace halfstep
