#include "coding/rans.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

namespace halfstep {

namespace {

constexpr std::uint64_t kLowest = std::uint64_t{1} << 31;  // once a word is given off the state stays in [2³¹, 2⁶³)

// Where the state begins: less would take codes without growing.
std::uint64_t first_state(const RansModel& model) { return std::uint64_t{1} << model.bits; }

// The state of a stream of so many bytes is what words of four leave of it, and at least five bytes before words.
constexpr std::size_t kLeastHead = 5;
std::size_t head_bytes(std::size_t size) { return size < kLeastHead ? size : kLeastHead + (size - kLeastHead) % 4; }

// Where a symbol's share lies among the 2^bits places.
struct Share {
  std::uint32_t size, begin;
};

std::vector<Share> place(const RansModel& model) {
  std::vector<Share> places(model.shares.size());
  std::uint32_t begin = 0;
  for (std::size_t s = 0; s < places.size(); ++s) {
    places[s] = {model.shares[s], begin};
    begin += model.shares[s];
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

}  // namespace

std::size_t rans_encode(const RansModel& model, std::span<const std::uint16_t> codes, std::span<std::uint8_t> room) {
  const std::vector<Share> places = place(model);
  std::uint8_t* const end = room.data() + room.size();
  std::uint8_t* front = end;
  const auto give = [&](std::uint64_t state) { store_word(front -= 4, static_cast<std::uint32_t>(state)); };
  std::uint64_t state = first_state(model);
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
  // As few bytes of the state as tell it, the highest first: of one that never moved none.
  const bool words = front != end;
  if (!words && state == first_state(model)) return 0;
  for (std::size_t bytes = 0; state > 0 || (words && bytes < kLeastHead); ++bytes, state >>= 8) {
    *--front = static_cast<std::uint8_t>(state);
  }
  const auto size = static_cast<std::size_t>(end - front);
  std::memmove(room.data(), front, size);
  return size;
}

bool rans_decode(const RansModel& model, std::span<const std::uint8_t> bytes, std::span<std::uint16_t> codes) {
  const Finder finder(model);
  const std::uint64_t mask = (std::uint64_t{1} << model.bits) - 1;
  ByteReader in(bytes);
  std::span<const std::uint8_t> head;
  if (!in.take(head_bytes(bytes.size()), head)) return false;
  std::uint64_t state = head.empty() ? first_state(model) : 0;
  for (const std::uint8_t byte : head) state = state << 8 | byte;
  // No longer than it need be, so that every tensor has one stream.
  if (head.size() != kLeastHead && !head.empty() && head.front() == 0) return false;
  for (std::uint16_t& code : codes) {
    const auto slot = static_cast<std::uint32_t>(state & mask);
    const Finder::Owner& owner = finder.at(slot);
    code = static_cast<std::uint16_t>(owner.symbol);
    state = owner.size * (state >> model.bits) + (slot - owner.begin);
    // Whole words are left. Once there are none the state goes back to where it began.
    std::uint32_t word;
    if (state < kLowest && in.word(word)) state = state << 32 | word;
  }
  return state == first_state(model) && in.rest().empty();
}

}  // namespace halfstep
