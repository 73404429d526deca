#include "coding/rans_model.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "coding/symbols.h"
#include "tensor/math.h"

namespace halfstep {

namespace {

constexpr int kMostBits = 22;

// `order` has the symbols that occur, the rarest first, and no more than 2^bits.
RansModel share_out(std::span<const std::uint32_t> counts, std::span<const std::uint16_t> order, std::uint64_t total,
                    int bits) {
  RansModel model{bits, std::vector<std::uint32_t>(counts.size(), 0)};
  const std::uint64_t whole = std::uint64_t{1} << bits;
  std::uint64_t given = 0;
  for (const std::uint16_t s : order) {
    const std::uint64_t share = std::max<std::uint64_t>(1, counts[s] * whole / total);
    model.shares[s] = static_cast<std::uint32_t>(share);
    given += share;
  }
  // What rounding left over or overdrew goes to or comes from the largest shares, where it costs least.
  for (std::size_t i = order.size(); given != whole; i = i > 1 ? i - 1 : order.size()) {
    std::uint32_t& share = model.shares[order[i - 1]];
    if (given < whole) {
      ++share;
      ++given;
    } else if (share > 1) {
      --share;
      --given;
    }
  }
  return model;
}

// log2 with the same bits on every machine: which model is the shortest may hang on it.
double portable_log2(double x) { return portable::log(x) * 1.4426950408889634; }

}  // namespace

RansModel rans_model(std::span<const std::uint32_t> counts) {
  const std::vector<std::uint16_t> order = rising(counts);
  std::uint64_t total = 0;
  for (const std::uint32_t count : counts) total += count;
  RansModel best;
  double least = INFINITY;
  for (int bits = static_cast<int>(std::bit_width(order.size() - 1)); bits <= kMostBits; ++bits) {
    RansModel model = share_out(counts, order, total, bits);
    ByteWriter table;
    write_model(table, model);
    const double all = rans_bits(model, counts) + 8 * static_cast<double>(table.size());
    if (all >= least) continue;
    least = all;
    best = std::move(model);
  }
  return best;
}

double rans_bits(const RansModel& model, std::span<const std::uint32_t> counts) {
  double total = 0;
  for (std::size_t s = 0; s < counts.size(); ++s) {
    if (counts[s] > 0) total += counts[s] * (model.bits - portable_log2(model.shares[s]));
  }
  return total;
}

// One code takes the state x ≥ share·2^(31−bits) to below x·2^bits/share·(1 + share/x): beyond its own bits it
// costs less than log2(1 + 2^(bits−31)) < 2^(bits−30).
std::uint64_t rans_most_bytes(const RansModel& model, std::span<const std::uint32_t> counts) {
  double codes = 0;
  for (const std::uint32_t count : counts) codes += count;
  const double bits = rans_bits(model, counts) * (1 + 1e-9) + codes * std::ldexp(1, model.bits - 30);
  return static_cast<std::uint64_t>(bits / 32) * 4 + 16;
}

void write_model(ByteWriter& out, const RansModel& model) {
  out.byte(static_cast<std::uint8_t>(model.bits));
  write_symbols(out, model.shares);
}

bool read_model(ByteReader& in, std::size_t symbols, RansModel& model) {
  std::uint8_t bits;
  if (!in.byte(bits) || bits > kMostBits || !read_symbols(in, symbols, model.shares)) return false;
  model.bits = bits;
  std::uint64_t total = 0;
  for (const std::uint32_t share : model.shares) total += share;
  return total == std::uint64_t{1} << bits;
}

// A code of the largest share takes the state x to above x·2^bits/share·(1 − (1 − share/2^bits)·2^(bits−31)): to its
// own bits but for a 256th part. What the state loses below 2³¹, where it begins, is less than two bits in all.
bool rans_may_hold(const RansModel& model, std::uint64_t bytes, std::uint64_t codes) {
  const double largest = *std::max_element(model.shares.begin(), model.shares.end());
  const double least = (model.bits - portable_log2(largest)) * static_cast<double>(codes);
  return least * (1 - 0x1p-8) <= 8 * static_cast<double>(bytes) + 32;
}

}  // namespace halfstep
