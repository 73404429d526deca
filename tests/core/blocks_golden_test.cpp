// The block formats against tests/reference/blocks.py, which worked the same bytes from the
// formats' definition.
#include "../reference/blocks_golden.h"

#include <doctest/doctest.h>

#include "blocks_weights.h"

using namespace halfstep;
using namespace blocks_test;

namespace {

// FNV-1a.
std::uint64_t hash(const void* data, std::size_t size) {
  std::uint64_t h = 0xCBF29CE484222325u;
  for (std::size_t i = 0; i < size; ++i)
    h = (h ^ static_cast<const std::uint8_t*>(data)[i]) * 0x100000001B3u;
  return h;
}

std::vector<std::uint8_t> from_hex(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(digit(text[i]) * 16 + digit(text[i + 1])));
  }
  return bytes;
}

}  // namespace

TEST_CASE("every block format decodes golden bytes to the bit") {
  int formats = 0;
  std::string_view last;
  for (const golden::Decoded& row : golden::kDecoded) {
    CAPTURE(row.format);
    const BlockCodec* codec = find_block_codec(row.format);
    REQUIRE(codec);
    const std::vector<std::uint8_t> bytes = from_hex(row.bytes);
    REQUIRE(bytes.size() == static_cast<std::size_t>(codec->bytes));
    const std::vector<std::uint32_t> values = bits(decoded(*codec, bytes));
    for (std::size_t i = 0; i < values.size(); i += 17) {
      CAPTURE(i);
      CHECK(values[i] == row.values[i / 17]);
    }
    CHECK(hash(values.data(), values.size() * 4) == row.hash);
    formats += last != row.format;
    last = row.format;
  }
  CHECK(formats == 15);
  CHECK(block_codecs().size() == 15);
}

TEST_CASE("hostile blocks encode to the reference's bytes") {
  for (const golden::Encoded& row : golden::kEncodedHostile) {
    const BlockCodec& codec = *find_block_codec(row.format);
    for (std::size_t kind = 0; kind < std::size(golden::kHostile); ++kind) {
      const golden::Hostile& hostile = golden::kHostile[kind];
      std::vector<float> x(static_cast<std::size_t>(codec.weights));
      for (std::size_t i = 0; i < x.size(); ++i) {
        std::memcpy(&x[i], &hostile.weights[i % static_cast<std::size_t>(hostile.count)], 4);
      }
      CAPTURE(row.format);
      CAPTURE(hostile.kind);
      CHECK(hex(encoded(codec, x)) == std::string_view(row.bytes[kind]));
    }
  }
}

TEST_CASE("whole tensors encode to the reference's bytes") {
  for (const golden::Whole& row : golden::kEncoded) {
    CAPTURE(row.format);
    CAPTURE(row.tensor);
    const std::vector<std::uint8_t> bytes =
        encoded(*find_block_codec(row.format), tensor(row.tensor));
    CHECK(hash(bytes.data(), bytes.size()) == row.hash);
  }
}

TEST_CASE("our search loses to llama.cpp's on no tensor") {
  for (const golden::Searched& row : golden::kSearched) {
    CAPTURE(row.format);
    CAPTURE(row.tensor);
    const BlockCodec& codec = *find_block_codec(row.format);
    const std::vector<float> x = tensor(row.tensor);
    const double mse = mean_square_error(x, decoded(codec, encoded(codec, x)));
    CHECK(mse <= row.mse);
    CHECK(mse > 0);
  }
}
