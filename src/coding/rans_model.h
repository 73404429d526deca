#pragma once
// The static model of rANS: how often each symbol is expected, in whole shares.
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
// Whether a stream this long may hold so many codes.
bool rans_may_hold(const RansModel& model, std::uint64_t bytes, std::uint64_t codes);

void write_model(ByteWriter& out, const RansModel& model);
// False when the bytes hold no model of so many symbols.
bool read_model(ByteReader& in, std::size_t symbols, RansModel& model);

}  // namespace halfstep
