// Thousands of seeded mutations of valid files: the fuzzer's check, in every build of the tests.
#include <doctest/doctest.h>

#include "../fuzz/directory_check.h"
#include "gguf_maker.h"

using namespace halfstep;
using namespace halfstep::testing;

namespace {

// SplitMix64.
struct Random {
  std::uint64_t state;
  std::uint64_t next() {
    std::uint64_t z = (state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
};

std::vector<Bytes> seeds() {
  return {
      npy_file(npy_dict("<f4", "(3, 4)"), 48),
      npy_file(npy_dict(">f8", "(2, 2, 1)", "True"), 32, 2),
      npy_file("{\"shape\": (3L,), 'fortran_order': False, 'descr': '|V2'}", 6, 3),
      safetensors_file("{" + tensor_json("a", "F32", "[2,3]", "[0,24]") + "," +
                           tensor_json("b\\u00e9", "BF16", "[5]", "[24,34]") + "," +
                           tensor_json("z", "BOOL", "[0,7]", "[34,34]") + "}  ",
                       34),
      safetensors_file(
          "{\"__metadata__\":{\"format\":\"pt\"}," + tensor_json("w", "F16", "[]", "[0,2]") + "}",
          2),
      gguf_file({.keys = every_key(),
                 .tensors = {gguf_tensor("a", {3, 2}, 0, 0), gguf_tensor("b", {32}, 8, 32),
                             gguf_tensor("c", {256, 1, 1, 1}, 16, 96)},
                 .data_bytes = 96 + 66,
                 .version = 2}),
      gguf_file({.keys = {gguf_key("general.alignment", 4, number_bytes(8, 4))},
                 .tensors = {gguf_tensor("b", {32}, 2, 24), gguf_tensor("q", {64}, 77, 0)},
                 .data_bytes = 24 + 18,
                 .alignment = 8}),
  };
}

void mutate(Bytes& bytes, Random& random) {
  // Pieces that mean something to one of the formats.
  static constexpr std::string_view kPieces[] = {
      "{",
      "}",
      "[",
      "]",
      "(",
      ")",
      ",",
      ":",
      "\"",
      "'",
      "-1",
      "0",
      "1e5",
      "18446744073709551616",
      "9007199254740993",
      "\\u",
      "\\ud800",
      "\\",
      "L",
      "null",
      "[[[[",
      "F64",
      "True",
      "descr",
      "data_offsets",
      "\n",
      "GGUF",
      std::string_view("\x08\0\0\0", 4),
      std::string_view("\x09\0\0\0", 4),
      std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff", 8),
      "\xff",
      "\xe2\x80\xa8"};
  if (bytes.empty()) return;
  const std::size_t at = random.below(bytes.size());
  const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  switch (random.below(6)) {
    case 0:
      bytes[at] ^= static_cast<std::uint8_t>(1u << random.below(8));
      break;
    case 1:
      bytes[at] = static_cast<std::uint8_t>(random.next());
      break;
    case 2:
      bytes.resize(at);
      break;
    case 3:
      bytes.erase(place, place + static_cast<std::ptrdiff_t>(random.below(bytes.size() - at) % 9));
      break;
    case 4: {
      const std::string_view piece = kPieces[random.below(std::size(kPieces))];
      bytes.insert(place, piece.begin(), piece.end());
      break;
    }
    default: {
      const std::string_view piece = kPieces[random.below(std::size(kPieces))];
      for (std::size_t i = 0; i < piece.size() && at + i < bytes.size(); ++i) {
        bytes[at + i] = static_cast<std::uint8_t>(piece[i]);
      }
    }
  }
}

}  // namespace

TEST_CASE("read_directory: every mutation of a valid file is an answer or a sentence") {
  Random random{2024};
  int read = 0, refused = 0;
  for (const Bytes& seed : seeds()) {
    REQUIRE(check_directory(seed) == "");
    REQUIRE(whole_directory(seed).ok());
    for (int round = 0; round < 4000; ++round) {
      Bytes file = seed;
      for (std::size_t i = 0; i <= random.below(3); ++i) mutate(file, random);
      const std::string wrong = check_directory(file);
      INFO("round " << round);
      REQUIRE(wrong == "");
      ++(whole_directory(file).ok() ? read : refused);
    }
  }
  // Both ways out were taken, so the mutations are neither too wild nor too tame.
  CHECK(read > 500);
  CHECK(refused > 5000);
}
