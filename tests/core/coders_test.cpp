// The coders by themselves: against textbook codes, Kraft's and Shannon's bounds, and brute force.
#include <doctest/doctest.h>

#include <string_view>

#include "coding/coder.h"
#include "coding/crc32.h"
#include "coding/fixed.h"
#include "coding/huffman.h"
#include "coding/symbols.h"
#include "inputs.h"
#include "oracle.h"

using namespace halfstep;

namespace {

using Counts = std::vector<std::uint32_t>;
using Codes = std::vector<std::uint16_t>;
using Bytes = std::vector<std::uint8_t>;

Counts count(const Codes& codes, std::size_t levels) {
  Counts counts(levels, 0);
  for (const std::uint16_t code : codes) ++counts[code];
  return counts;
}

struct Alphabet {
  std::string name;
  std::size_t levels;
  double (*draw)(double u);  // from [0, 1) to [0, 1)
};

const Alphabet kAlphabets[] = {
    {"flat", 16, [](double u) { return u; }},
    {"flat, no power of two", 11, [](double u) { return u; }},
    {"skewed", 256, [](double u) { return u * u * u * u; }},
    {"hardly ever another", 200, [](double u) { return u < 0.999 ? 0.3 : u; }},
    {"one symbol of many", 50, [](double) { return 0.5; }},
    {"one symbol", 1, [](double) { return 0.0; }},
    {"two symbols", 2, [](double u) { return u < 0.9 ? 0.0 : 0.9; }},
    {"wide", 65536, [](double u) { return u * u; }},
};

Codes draw(const Alphabet& alphabet, std::size_t n, std::uint64_t seed) {
  inputs::Random random(seed);
  Codes codes(n);
  for (std::uint16_t& code : codes) {
    code = static_cast<std::uint16_t>(alphabet.draw(random.uniform()) * static_cast<double>(alphabet.levels));
  }
  return codes;
}

Bytes encode(const Encoder& encoder, const Codes& codes) {
  // At the end of its block, so that a sanitizer sees a write beyond.
  Bytes room(encoder.most_bytes());
  room.resize(encoder.encode(codes, room));
  room.shrink_to_fit();
  return room;
}

double entropy_bits(const Counts& counts) { return oracle::entropy_bits(counts); }

double sum(const Counts& counts) {
  double total = 0;
  for (const double c : counts) total += c;
  return total;
}

// The least Σ counts·length over all lengths with Kraft's sum at most 1, by trying every one.
std::uint64_t least_bits(const Counts& counts, std::size_t symbol, double room) {
  if (symbol == counts.size()) return 0;
  std::uint64_t least = UINT64_MAX;
  for (std::uint32_t length = 1; length < counts.size(); ++length) {
    const double rest = room - std::ldexp(1.0, -static_cast<int>(length));
    if (rest < 0) continue;
    const std::uint64_t others = least_bits(counts, symbol + 1, rest);
    if (others != UINT64_MAX) least = std::min(least, others + std::uint64_t{counts[symbol]} * length);
  }
  return least;
}

}  // namespace

TEST_CASE("crc32: the check value and slices of any length") {
  const auto of = [](std::string_view text) {
    return crc32({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  };
  CHECK(of("123456789") == 0xCBF43926u);
  CHECK(of("") == 0);
  CHECK(of("The quick brown fox jumps over the lazy dog") == 0x414FA339u);
  // Bit by bit from the polynomial.
  Bytes bytes;
  for (std::uint32_t i = 0; i < 70; ++i) {
    std::uint32_t remainder = 0xFFFFFFFFu;
    for (const std::uint8_t byte : bytes) {
      for (int bit = 0; bit < 8; ++bit) {
        const bool one = ((remainder ^ static_cast<std::uint32_t>(byte >> bit)) & 1) != 0;
        remainder = (remainder >> 1) ^ (one ? 0xEDB88320u : 0);
      }
    }
    REQUIRE(crc32(bytes) == ~remainder);
    bytes.push_back(static_cast<std::uint8_t>(i * 37 + 11));
  }
}

TEST_CASE("varints and words come back, and a reader stops at the end") {
  const std::uint64_t values[] = {0, 1, 127, 128, 300, UINT32_MAX, std::uint64_t{1} << 53, UINT64_MAX};
  ByteWriter out;
  for (const std::uint64_t value : values) out.varint(value);
  out.word(0x04030201);
  out.float32(1.0f);
  const auto bytes = out.bytes();
  CHECK(bytes[5] == 0xAC);  // 300 = 10·128 + 44
  CHECK(bytes[6] == 0x02);
  ByteReader in(bytes);
  for (const std::uint64_t value : values) {
    std::uint64_t read;
    REQUIRE(in.varint(read));
    CHECK(read == value);
  }
  CHECK(in.rest()[0] == 1);
  CHECK(in.rest()[3] == 4);
  std::uint32_t word;
  float one;
  CHECK(in.word(word));
  CHECK(word == 0x04030201);
  CHECK(in.float32(one));
  CHECK(one == 1);
  std::uint8_t byte;
  std::uint64_t more;
  CHECK_FALSE(in.byte(byte));
  CHECK_FALSE(in.varint(more));
  CHECK_FALSE(in.word(word));
  // More than 64 bits, and no last byte.
  const Bytes wide{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02}, open(9, 0x80);
  CHECK_FALSE(ByteReader(wide).varint(more));
  CHECK_FALSE(ByteReader(open).varint(more));
}

TEST_CASE("tables of symbols come back, and lying runs of zeros are refused") {
  for (const Counts& values : {Counts{0}, Counts{0, 0, 0}, Counts{5, 0, 0, 7, 0, 1u << 22}, Counts{1, 2, 3}, Counts(65536, 0)}) {
    ByteWriter out;
    write_symbols(out, values);
    ByteReader in(out.bytes());
    Counts read;
    REQUIRE(read_symbols(in, values.size(), read));
    CHECK(read == values);
    CHECK(in.rest().empty());
    ByteReader shorter(out.bytes().first(out.size() - 1));
    CHECK_FALSE(read_symbols(shorter, values.size(), read));
  }
  Counts read;
  for (const Bytes& lie : {Bytes{0, 5}, Bytes{0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1}, Bytes{1, 1},
                           Bytes{0xFF, 0xFF, 0xFF, 0xFF, 0x1F, 1, 1, 1, 1}}) {
    ByteReader in(lie);
    CHECK_FALSE(read_symbols(in, 5, read));
    CHECK(read.size() <= 5);
  }
}

TEST_CASE("huffman: lengths of textbooks") {
  // Cormen, Leiserson, Rivest & Stein, figure 16.4: a to f.
  const Counts letters{45, 13, 12, 16, 9, 5};
  const Counts lengths = huffman_lengths(letters);
  CHECK(lengths == Counts{1, 3, 3, 3, 4, 4});
  CHECK(huffman_bits(letters, lengths) == 224);
  // Equal counts of a power of two are a fixed code.
  CHECK(huffman_lengths(Counts(8, 3)) == Counts(8, 3));
  // Fibonacci's counts give the longest code: 1, 2, …, n − 1, n − 1. 45 of them sum below 2³².
  Counts fibonacci{1, 1};
  while (fibonacci.size() < 45) fibonacci.push_back(fibonacci.end()[-1] + fibonacci.end()[-2]);
  const Counts deep = huffman_lengths(fibonacci);
  for (std::size_t s = 1; s < 45; ++s) CHECK(deep[s] == 45 - s);
  CHECK(deep[0] == 44);
  CHECK(huffman_lengths(Counts{0, 7, 0}) == Counts{0, 1, 0});
  CHECK(huffman_lengths(Counts{0, 7, 1}) == Counts{0, 1, 1});
}

TEST_CASE("huffman: no code of whole bits is shorter") {
  inputs::Random random(5);
  for (int round = 0; round < 60; ++round) {
    Counts counts(2 + static_cast<std::size_t>(round % 5));
    for (std::uint32_t& c : counts) c = 1 + static_cast<std::uint32_t>(std::exp(6 * random.uniform()));
    CHECK(huffman_bits(counts, huffman_lengths(counts)) == least_bits(counts, 0, 1));
  }
}

TEST_CASE("huffman: codes are canonical") {
  // RFC 1951, section 3.2.2.
  CHECK(huffman_words(Counts{3, 3, 3, 3, 3, 2, 4, 4}) ==
        std::vector<std::uint64_t>{0b010, 0b011, 0b100, 0b101, 0b110, 0b00, 0b1110, 0b1111});
  for (const Alphabet& alphabet : kAlphabets) {
    const Counts counts = count(draw(alphabet, 20000, 3), alphabet.levels);
    const Counts lengths = huffman_lengths(counts);
    const auto words = huffman_words(lengths);
    double kraft = 0, before = -1;
    std::size_t occupied = 0;
    for (std::uint32_t length = 1; length <= 48; ++length) {
      for (std::size_t s = 0; s < lengths.size(); ++s) {
        if (lengths[s] != length) continue;
        ++occupied;
        kraft += std::ldexp(1.0, -static_cast<int>(length));
        // As fractions 0.word the codes rise with their length and then with their symbol, none a prefix of another.
        const double fraction = std::ldexp(static_cast<double>(words[s]), -static_cast<int>(length));
        REQUIRE(fraction >= (before < 0 ? 0 : before));
        before = fraction + std::ldexp(1.0, -static_cast<int>(length));
      }
    }
    CHECK(kraft == (occupied == 1 ? 0.5 : 1));
    const double n = sum(counts), h = entropy_bits(counts);
    const double bits = static_cast<double>(huffman_bits(counts, lengths)) / n;
    CHECK(bits >= h);
    if (occupied > 1) CHECK(bits < h + 1);
  }
}

TEST_CASE("huffman: a stream by hand") {
  // a = 0, b = 101, c = 100, d = 111, e = 1101, f = 1100 in the book; in canonical order b = 100, c = 101, d = 110.
  const Counts lengths{1, 3, 3, 3, 4, 4};
  const Codes codes{5, 0, 2, 4};  // f a c e: 1111 0 101 1110
  Bytes out(2);
  huffman_encode(lengths, codes, out);
  CHECK(out == Bytes{0b11110101, 0b11100000});
  Codes read(4);
  CHECK(huffman_decode(lengths, out, read));
  CHECK(read == codes);
  // What fills the last byte up is zeros; anything else was not written here.
  for (int bit = 0; bit < 5; ++bit) {
    out[1] ^= static_cast<std::uint8_t>(1 << bit);
    CHECK_FALSE((huffman_decode(lengths, out, read) && read == codes));
    out[1] ^= static_cast<std::uint8_t>(1 << bit);
  }
}

TEST_CASE("huffman: tables that are no code are refused") {
  const auto readable = [](const Counts& lengths) {
    ByteWriter out;
    write_symbols(out, lengths);
    ByteReader in(out.bytes());
    Counts read;
    return read_lengths(in, lengths.size(), read);
  };
  CHECK(readable({1, 2, 2}));
  CHECK(readable({0, 1, 0}));
  CHECK_FALSE(readable({1, 2, 3}));  // Kraft below 1
  CHECK_FALSE(readable({1, 1, 1}));  // above 1
  CHECK_FALSE(readable({0, 2, 0}));  // a lone symbol of two bits
  CHECK_FALSE(readable({0, 0, 0}));
  CHECK_FALSE(readable({1, 2, 49}));
  CHECK_FALSE(readable({UINT32_MAX, 1, 1}));
  CHECK_FALSE(readable(Counts(65536, 1)));  // 2¹⁵ times too many
}

TEST_CASE("rans: shares add up, and none is missing") {
  for (const Alphabet& alphabet : kAlphabets) {
    for (const std::size_t n : {1, 5, 1000, 100000}) {
      const Counts counts = count(draw(alphabet, n, n), alphabet.levels);
      const RansModel model = rans_model(counts);
      CAPTURE(alphabet.name);
      CAPTURE(n);
      std::uint64_t total = 0;
      REQUIRE(model.shares.size() == counts.size());
      for (std::size_t s = 0; s < counts.size(); ++s) {
        total += model.shares[s];
        REQUIRE((model.shares[s] > 0) == (counts[s] > 0));
      }
      CHECK(total == std::uint64_t{1} << model.bits);
      CHECK(model.bits <= 22);
      // Never below Shannon's bound, and the table is worth its bytes.
      const double h = entropy_bits(counts) * static_cast<double>(n);
      CHECK(rans_bits(model, counts) >= h * (1 - 1e-12));
      ByteWriter table;
      write_model(table, model);
      CHECK(rans_bits(model, counts) + 8 * static_cast<double>(table.size()) <= h * 1.01 + 24 * static_cast<double>(n) + 80);
    }
  }
}

TEST_CASE("rans: one step by hand") {
  // Shares 1 and 3 of 4; the state begins at 4. Symbol 1: ⌊4/3⌋·4 + 4 mod 3 + 1 = 6; symbol 0: 6·4.
  const RansModel model{2, {1, 3}};
  Bytes room(64);
  room.resize(rans_encode(model, Codes{0, 1}, room));
  CHECK(room == Bytes{24});
}

// The state in whole numbers without end: what bytes must say.
TEST_CASE("rans: a stream is a number in as few bytes as tell it") {
  const RansModel model{3, {1, 2, 5}};
  inputs::Random random(3);
  for (std::size_t n = 0; n < 24; ++n) {
    Codes codes(n);
    for (auto& code : codes) code = static_cast<std::uint16_t>(random.uniform() * 3);
    std::uint64_t state = 8;
    const std::uint64_t begins[] = {0, 1, 3};
    for (std::size_t i = n; i-- > 0;) {
      const std::uint64_t share = model.shares[codes[i]];
      state = state / share * 8 + state % share + begins[codes[i]];
    }
    if (state >> 60) break;
    Bytes expected;
    for (; state > 0 && n > 0; state >>= 8) expected.insert(expected.begin(), static_cast<std::uint8_t>(state));
    Bytes room(64);
    room.resize(rans_encode(model, codes, room));
    CHECK(room == expected);
  }
}

// Where all codes of a million weights take 1.5 kB.
TEST_CASE("rans: a stream is two bytes or so over its model") {
  Codes codes(1000000, 1);
  for (std::size_t i = 500; i < codes.size(); i += 1000) codes[i] = i % 2000 == 500 ? 0 : 2;
  const Counts counts = count(codes, 3);
  const Encoder encoder(Coder::Rans, counts);
  const double h = entropy_bits(counts), written = 8e-6 * static_cast<double>(encode(encoder, codes).size());
  CHECK(h < 0.0125);
  CHECK(written >= h);
  CHECK(written - h < 8e-6 * 3);
}

TEST_CASE("every coder brings every code back, and no stream is longer than was said") {
  for (const Alphabet& alphabet : kAlphabets) {
    for (const std::size_t n : {1, 2, 3, 17, 1023, 100000}) {
      const Codes codes = draw(alphabet, n, 7 * n + alphabet.levels);
      const Counts counts = count(codes, alphabet.levels);
      for (const Coder coder : {Coder::Fixed, Coder::Huffman, Coder::Rans}) {
        CAPTURE(alphabet.name);
        CAPTURE(n);
        CAPTURE(coder_name(coder));
        const Encoder encoder(coder, counts);
        const Bytes stream = encode(encoder, codes);
        REQUIRE(stream.size() <= encoder.most_bytes());
        Decoder decoder(coder, static_cast<std::uint32_t>(alphabet.levels));
        ByteReader table(encoder.table());
        REQUIRE(decoder.read_table(table));
        CHECK(table.rest().empty());
        CHECK(decoder.may_hold(stream.size(), n));
        Codes read(n);
        REQUIRE(decoder.decode(stream, read));
        REQUIRE(read == codes);
        // A byte less, a byte more, a code less, a code more.
        if (!stream.empty()) CHECK_FALSE(decoder.decode(std::span(stream).first(stream.size() - 1), read));
        Bytes longer = stream;
        longer.push_back(0);
        CHECK_FALSE(decoder.decode(longer, read));
        const double h = entropy_bits(counts) * static_cast<double>(n);
        const double bits = 8 * static_cast<double>(stream.size());
        CHECK(bits >= h - 1e-6);
        if (coder == Coder::Rans) CHECK(bits <= rans_bits(rans_model(counts), counts) * (1 + 2e-4) + 40);
      }
    }
  }
}

TEST_CASE("rans: within 0.1 % of the entropy for a million normal weights") {
  const std::vector<float> x = inputs::normal(1000000, 11);
  for (const int bits : {1, 2, 3, 4, 6, 8, 10, 12, 14, 16}) {
    const double step = 9.0 / std::ldexp(1, bits);
    const std::size_t levels = std::size_t{1} << bits;
    Codes codes(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double k = std::floor(x[i] / step) + static_cast<double>(levels / 2);
      codes[i] = static_cast<std::uint16_t>(std::clamp(k, 0.0, static_cast<double>(levels - 1)));
    }
    const Counts counts = count(codes, levels);
    const Encoder encoder(Coder::Rans, counts);
    const Bytes stream = encode(encoder, codes);
    const double h = entropy_bits(counts), written = 8e-6 * static_cast<double>(stream.size());
    CAPTURE(bits);
    CAPTURE(encoder.table().size());
    CHECK(written >= h);
    CHECK(written / h - 1 < 1e-3);
  }
}

TEST_CASE("rans: a stream that claims too much is refused before memory is asked for") {
  const RansModel even{1, {1, 1}}, lone{0, {0, 1}}, rare{22, {1, (1u << 22) - 1}};
  CHECK(rans_may_hold(even, 1000, 8000));
  CHECK_FALSE(rans_may_hold(even, 1000, 8100));
  CHECK(rans_may_hold(lone, 8, std::uint64_t{1} << 30));
  CHECK_FALSE(rans_may_hold(rare, 8, std::uint64_t{1} << 30));
  // What it really takes is never refused.
  const Codes codes(3000000, 1);
  Bytes room(1 << 10);
  room.resize(rans_encode(rare, codes, room));
  CHECK(rans_may_hold(rare, room.size(), codes.size()));
  Codes read(codes.size());
  CHECK(rans_decode(rare, room, read));
  CHECK(read == codes);
}

TEST_CASE("rans: bounds hold where what rounding does to the state adds up") {
  constexpr std::size_t kCodes = 10'000'000;
  const auto over = [&](std::uint32_t first, std::uint16_t symbol) {
    const RansModel model{22, {first, (1u << 22) - first}};
    Counts counts(2, 0);
    counts[symbol] = kCodes;
    Bytes room(kCodes * 2);
    const std::size_t size = rans_encode(model, Codes(kCodes, symbol), room);
    CHECK(size <= rans_most_bytes(model, counts));
    if (model.shares[symbol] >= model.shares[1 - symbol]) CHECK(rans_may_hold(model, size, kCodes));
    return 8.0 * static_cast<double>(size) - kCodes * (22 - std::log2(model.shares[symbol]));
  };
  // A code of the last share takes the state above its bits, again and again, one of the first below: more than the
  // bits of a state's own.
  CHECK(over((1u << 22) - 1000, 1) > 500);
  CHECK(over(2796203, 0) < -100);
}

TEST_CASE("rans: models that are none are refused") {
  const auto readable = [](const Bytes& bytes, std::size_t symbols) {
    ByteReader in(bytes);
    RansModel model;
    return read_model(in, symbols, model);
  };
  CHECK(readable({2, 1, 3}, 2));
  CHECK(readable({0, 1}, 1));
  CHECK_FALSE(readable({2, 1, 2}, 2));
  CHECK_FALSE(readable({2, 1, 4}, 2));
  CHECK_FALSE(readable({2, 0, 1}, 2));
  CHECK_FALSE(readable({23, 0x80, 0x80, 0x80, 0x04, 0, 0}, 2));
  CHECK_FALSE(readable({255, 1, 1}, 2));
  CHECK_FALSE(readable({}, 2));
  // Shares whose sum is right only when it wraps.
  CHECK_FALSE(readable({1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 3}, 2));
}

TEST_CASE("fixed: bits side by side") {
  CHECK(fixed_width(1) == 0);
  CHECK(fixed_width(2) == 1);
  CHECK(fixed_width(3) == 2);
  CHECK(fixed_width(255) == 8);
  CHECK(fixed_width(65536) == 16);
  Bytes out(fixed_bytes(3, 3));
  fixed_encode(Codes{1, 2, 7}, 3, out);
  CHECK(out == Bytes{0b11010001, 0b1});
  Codes codes(3);
  CHECK(fixed_decode(out, 8, codes));
  CHECK(codes == Codes{1, 2, 7});
  CHECK_FALSE(fixed_decode(out, 7, codes));                      // 7 is no code of seven levels
  CHECK_FALSE(fixed_decode(Bytes{0b11010001, 0b11}, 8, codes));  // a one behind the last code
  CHECK_FALSE(fixed_decode(Bytes{0b11010001, 0b1, 0}, 8, codes));
}

TEST_CASE("coders have their names") {
  for (const std::string_view name : coder_names()) CHECK(coder_name(parse_coder(name).value()) == name);
  CHECK_FALSE(parse_coder("zip").ok());
  CHECK(parse_coder("zip").error().find("fixed, huffman, rans") != std::string::npos);
}
