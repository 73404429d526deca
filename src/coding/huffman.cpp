#include "coding/huffman.h"

#include <algorithm>
#include <array>
#include <utility>

#include "coding/symbols.h"

namespace halfstep {

namespace {

constexpr std::uint32_t kLongest = 48;

// The codes of one length begin at first_code, those of symbols order[first_place] and on.
struct Canonical {
  explicit Canonical(std::span<const std::uint32_t> lengths) {
    for (const std::uint32_t length : lengths) count[length] += length > 0;
    for (std::uint32_t length = 1; length <= kLongest; ++length) {
      first_code[length] = (first_code[length - 1] + count[length - 1]) << 1;
      first_place[length] = first_place[length - 1] + count[length - 1];
    }
    order.resize(first_place[kLongest] + count[kLongest]);
    auto next = first_place;
    for (std::size_t s = 0; s < lengths.size(); ++s) {
      if (lengths[s] > 0) order[next[lengths[s]]++] = static_cast<std::uint16_t>(s);
    }
  }
  std::array<std::uint64_t, kLongest + 1> first_code{};
  std::array<std::uint32_t, kLongest + 1> first_place{}, count{};
  std::vector<std::uint16_t> order;  // symbols by length, then by number
};

// Looks a code up by the next few bits; what is longer is found length by length.
class Decoder {
 public:
  explicit Decoder(std::span<const std::uint32_t> lengths) : canonical_(lengths) {
    for (std::uint32_t length = 1; length <= kLongest; ++length) {
      limit_[length] = (canonical_.first_code[length] + canonical_.count[length]) << (kLongest - length);
    }
    const std::vector<std::uint64_t> words = huffman_words(lengths);
    for (std::size_t s = 0; s < lengths.size(); ++s) {
      if (lengths[s] == 0 || lengths[s] > kPrefix) continue;
      const std::uint32_t free = kPrefix - lengths[s];
      std::fill_n(table_.begin() + static_cast<std::ptrdiff_t>(words[s] << free), std::size_t{1} << free,
                  Entry{static_cast<std::uint16_t>(s), static_cast<std::uint16_t>(lengths[s])});
    }
  }

  static constexpr std::uint32_t kNone = UINT32_MAX;

  // The symbol and the length of the code at the top of `bits`; kNone for its length where there is none.
  std::pair<std::uint16_t, std::uint32_t> first(std::uint64_t bits) const {
    const Entry& entry = table_[bits >> (64 - kPrefix)];
    if (entry.length > 0) return {entry.symbol, entry.length};
    for (std::uint32_t length = kPrefix + 1; length <= kLongest; ++length) {
      if (bits >> (64 - kLongest) >= limit_[length]) continue;
      const auto place = static_cast<std::uint32_t>((bits >> (64 - length)) - canonical_.first_code[length]);
      return {canonical_.order[canonical_.first_place[length] + place], length};
    }
    return {0, kNone};
  }

 private:
  static constexpr std::uint32_t kPrefix = 11;
  struct Entry {
    std::uint16_t symbol = 0, length = 0;
  };

  Canonical canonical_;
  std::array<std::uint64_t, kLongest + 1> limit_{};  // the first kLongest bits of any longer code reach it
  std::array<Entry, std::size_t{1} << kPrefix> table_{};
};

}  // namespace

std::vector<std::uint32_t> huffman_lengths(std::span<const std::uint32_t> counts) {
  const std::vector<std::uint16_t> order = rising(counts);
  std::vector<std::uint32_t> lengths(counts.size(), 0);
  if (order.size() == 1) lengths[order[0]] = 1;
  if (order.size() < 2) return lengths;
  // The two rarest are joined, again and again. Joints come in rising weight, so the rarest is always the next
  // symbol or the next joint (van Leeuwen, 1976). Nodes: symbols in rising order, then joints.
  const std::size_t leaves = order.size();
  std::vector<std::uint64_t> weight(2 * leaves - 1);
  std::vector<std::size_t> parent(weight.size(), 0);
  for (std::size_t i = 0; i < leaves; ++i) weight[i] = counts[order[i]];
  std::size_t leaf = 0, joint = leaves;
  for (std::size_t made = leaves; made < weight.size(); ++made) {
    for (int i = 0; i < 2; ++i) {
      const bool take_leaf = leaf < leaves && (joint == made || weight[leaf] <= weight[joint]);
      const std::size_t rarest = take_leaf ? leaf++ : joint++;
      weight[made] += weight[rarest];
      parent[rarest] = made;
    }
  }
  // From the root, the last joint, downward.
  std::vector<std::uint32_t> depth(weight.size(), 0);
  for (std::size_t node = weight.size() - 1; node-- > 0;) depth[node] = depth[parent[node]] + 1;
  for (std::size_t i = 0; i < leaves; ++i) lengths[order[i]] = depth[i];
  return lengths;
}

std::vector<std::uint64_t> huffman_words(std::span<const std::uint32_t> lengths) {
  Canonical canonical(lengths);
  std::vector<std::uint64_t> words(lengths.size(), 0);
  for (std::size_t s = 0; s < lengths.size(); ++s) {
    if (lengths[s] > 0) words[s] = canonical.first_code[lengths[s]]++;
  }
  return words;
}

std::uint64_t huffman_bits(std::span<const std::uint32_t> counts, std::span<const std::uint32_t> lengths) {
  std::uint64_t bits = 0;
  for (std::size_t s = 0; s < counts.size(); ++s) bits += std::uint64_t{counts[s]} * lengths[s];
  return bits;
}

void huffman_encode(std::span<const std::uint32_t> lengths, std::span<const std::uint16_t> codes,
                    std::span<std::uint8_t> out) {
  struct Word {
    std::uint64_t word;
    std::uint32_t length;
  };
  const std::vector<std::uint64_t> words = huffman_words(lengths);
  std::vector<Word> table(words.size());
  for (std::size_t s = 0; s < table.size(); ++s) table[s] = {words[s], lengths[s]};
  std::uint8_t* next = out.data();
  std::uint64_t pending = 0;
  std::uint32_t held = 0;
  for (const std::uint16_t code : codes) {
    const auto [word, length] = table[code];
    pending = pending << length | word;
    for (held += length; held >= 8; held -= 8) *next++ = static_cast<std::uint8_t>(pending >> (held - 8));
  }
  if (held > 0) *next = static_cast<std::uint8_t>(pending << (8 - held));
}

bool read_lengths(ByteReader& in, std::size_t symbols, std::vector<std::uint32_t>& lengths) {
  if (!read_symbols(in, symbols, lengths)) return false;
  constexpr std::uint64_t kWhole = std::uint64_t{1} << kLongest;
  std::uint64_t used = 0, occupied = 0;
  for (const std::uint32_t length : lengths) {
    if (length > kLongest) return false;
    if (length > 0) used += kWhole >> length;
    occupied += length > 0;
  }
  // Kraft's sum is one, but for a lone symbol.
  return used == kWhole || (occupied == 1 && used == kWhole / 2);
}

bool huffman_decode(std::span<const std::uint32_t> lengths, std::span<const std::uint8_t> bytes,
                    std::span<std::uint16_t> codes) {
  const Decoder decoder(lengths);
  std::uint64_t bits = 0;  // the next ones, from the top
  std::uint32_t held = 0;
  std::size_t at = 0;
  for (std::uint16_t& symbol : codes) {
    if (held < kLongest) {
      for (; held <= 56 && at < bytes.size(); held += 8) bits |= std::uint64_t{bytes[at++]} << (56 - held);
    }
    const auto [first, length] = decoder.first(bits);
    if (length > held) return false;
    symbol = first;
    bits <<= length;
    held -= length;
  }
  return at == bytes.size() && held < 8 && bits == 0;
}

}  // namespace halfstep
