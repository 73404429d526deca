#include "coding/rans.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "coding/symbols.h"
#include "tensor/math.h"

namespace halfstep {

namespace {

constexpr std::uint64_t kLowest = std::uint64_t{1} << 31;  // the state stays in [2³¹, 2⁶³)
constexpr int kMostBits = 22;

// Where a symbol's share lies among the 2^bits places.
struct Share {
  std::uint32_t size, begin;
};

std::vector<Share> place(const RansModel& model) {
  std::vector<Share> places;
  std::uint32_t begin = 0;
  for (const std::uint32_t size : model.shares) {
    places.push_back({size, begin});
    begin += size;
  }
  return places;
}

// Tells whose share a place lies in: a guide of coarse places says where to begin, a few steps lead there.
// A table of all 2^bits places would not fit a cache.
class Finder {
 public:
  struct Owner {
    std::uint32_t size, begin, symbol;
  };

  explicit Finder(const RansModel& model) {
    const std::vector<Share> places = place(model);
    for (std::uint32_t s = 0; s < places.size(); ++s) {
      if (places[s].size > 0) owners_.push_back({places[s].size, places[s].begin, s});
    }
    const int guide_bits = std::min(model.bits, std::clamp(static_cast<int>(std::bit_width(owners_.size())) + 2, 10, 16));
    shift_ = model.bits - guide_bits;
    for (std::uint32_t owner = 0, coarse = 0; coarse < 1u << guide_bits; ++coarse) {
      while (owners_[owner].begin + owners_[owner].size <= coarse << shift_) ++owner;
      guide_.push_back(static_cast<std::uint16_t>(owner));
    }
  }

  const Owner& at(std::uint32_t slot) const {
    const Owner* owner = &owners_[guide_[slot >> shift_]];
    while (slot - owner->begin >= owner->size) ++owner;
    return *owner;
  }

 private:
  std::vector<Owner> owners_;  // in order, none empty, of all places together
  std::vector<std::uint16_t> guide_;
  int shift_ = 0;
};

// `order` has the symbols that occur, the most frequent first, and no more than 2^bits.
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
  for (std::size_t i = 0; given != whole; i = (i + 1) % order.size()) {
    std::uint32_t& share = model.shares[order[i]];
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
  std::vector<std::uint16_t> order;
  std::uint64_t total = 0;
  for (std::size_t s = 0; s < counts.size(); ++s) {
    if (counts[s] > 0) order.push_back(static_cast<std::uint16_t>(s));
    total += counts[s];
  }
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return counts[a] > counts[b]; });
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

std::size_t rans_encode(const RansModel& model, std::span<const std::uint16_t> codes, std::span<std::uint8_t> room) {
  const std::vector<Share> places = place(model);
  std::uint8_t* const end = room.data() + room.size();
  std::uint8_t* front = end;
  const auto give = [&](std::uint64_t state) { store_word(front -= 4, static_cast<std::uint32_t>(state)); };
  std::uint64_t state = kLowest;
  // Last code first, so that decoding gives the first one first.
  for (std::size_t i = codes.size(); i-- > 0;) {
    const auto [share, begin] = places[codes[i]];
    if (state >= (std::uint64_t{share} << (63 - model.bits))) {
      give(state);
      state >>= 32;
    }
    const std::uint64_t times = state / share;
    state = (times << model.bits) + (state - times * share) + begin;
  }
  give(state);
  give(state >> 32);
  const auto size = static_cast<std::size_t>(end - front);
  std::memmove(room.data(), front, size);
  return size;
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
// own bits but for a 256th part. The state itself carries 32 bits.
bool rans_may_hold(const RansModel& model, std::uint64_t bytes, std::uint64_t codes) {
  const double largest = *std::max_element(model.shares.begin(), model.shares.end());
  const double least = (model.bits - portable_log2(largest)) * static_cast<double>(codes);
  return least * (1 - 0x1p-8) <= 8 * static_cast<double>(bytes) + 32;
}

bool rans_decode(const RansModel& model, std::span<const std::uint8_t> bytes, std::span<std::uint16_t> codes) {
  const Finder finder(model);
  const std::uint64_t mask = (std::uint64_t{1} << model.bits) - 1;
  ByteReader in(bytes);
  std::uint32_t high, low;
  if (!in.word(high) || !in.word(low)) return false;
  std::uint64_t state = std::uint64_t{high} << 32 | low;
  for (std::uint16_t& code : codes) {
    const auto slot = static_cast<std::uint32_t>(state & mask);
    const Finder::Owner& owner = finder.at(slot);
    code = static_cast<std::uint16_t>(owner.symbol);
    state = owner.size * (state >> model.bits) + (slot - owner.begin);
    if (state >= kLowest) continue;
    std::uint32_t word;
    if (!in.word(word)) return false;
    state = state << 32 | word;
  }
  return state == kLowest && in.rest().empty();
}

}  // namespace halfstep
