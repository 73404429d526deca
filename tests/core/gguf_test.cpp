#include <doctest/doctest.h>

#include <algorithm>

#include "ggml_sizes.h"
#include "gguf_maker.h"
#include "tensor/ggml_types.h"

using namespace halfstep;
using namespace halfstep::testing;

namespace {

std::string refusal(const Bytes& file, std::string_view name = "m.gguf") {
  const auto directory = whole_directory(file, name);
  return directory ? "opened" : directory.error();
}

bool says(const std::string& sentence, std::string_view words) {
  return sentence.find(words) != std::string::npos;
}

Bytes one(std::uint32_t type, const std::vector<std::uint64_t>& lengths, std::size_t data_bytes,
          std::uint64_t offset = 0) {
  return gguf_file(
      {.tensors = {gguf_tensor("w", lengths, type, offset)}, .data_bytes = data_bytes});
}

Bytes with_key(Bytes key) {
  return gguf_file(
      {.keys = {std::move(key)}, .tensors = {gguf_tensor("w", {1}, 0, 0)}, .data_bytes = 4});
}

}  // namespace

TEST_CASE("GGUF: versions 2 and 3, metadata of every type, tensors in the order of their bytes") {
  for (const std::uint32_t version : {2u, 3u}) {
    const GgufParts parts{
        .keys = every_key(),
        .tensors = {gguf_tensor("late", {32, 3}, 2, 96), gguf_tensor("early", {5, 2, 2}, 0, 0)},
        .data_bytes = 96 + 54,
        .version = version};
    const auto directory = whole_directory(gguf_file(parts), "a/model.GGUF");
    REQUIRE(directory.ok());
    REQUIRE(directory->entries.size() == 2);
    const std::uint64_t data = gguf_header(parts).size();
    const TensorEntry& early = directory->entries[0];
    CHECK(early.name == "early");
    CHECK(early.shape == Shape{2, 2, 5});
    CHECK(early.count == 20);
    CHECK(early.begin == data);
    CHECK(early.end == data + 80);
    CHECK(early.dtype == Dtype::F32);
    CHECK(early.block_weights == 1);
    CHECK_FALSE(early.big_endian);
    CHECK_FALSE(early.fortran_order);
    const TensorEntry& late = directory->entries[1];
    CHECK(late.name == "late");
    CHECK(late.stored_dtype == "Q4_0");
    CHECK(late.shape == Shape{3, 32});
    CHECK(late.block_weights == 32);
    CHECK(late.begin == data + 96);
    CHECK(late.end - late.begin == 54);
  }
}

TEST_CASE("GGUF: every type by its published number, name and size") {
  for (const bool decoded : {true, false}) {
    const std::span<const GgmlSize> types =
        decoded ? std::span<const GgmlSize>(kDecodedGgml) : kListedGgml;
    for (const GgmlSize& type : types) {
      CAPTURE(type.name);
      const std::uint64_t bytes = 6 * type.bytes;
      const auto directory = whole_directory(one(type.number, {2 * type.weights, 3}, bytes));
      REQUIRE(directory.ok());
      const TensorEntry& entry = directory->entries[0];
      CHECK(entry.decodable == decoded);
      CHECK(entry.stored_dtype == type.name);
      CHECK(entry.block_weights == type.weights);
      CHECK(entry.count == 6 * type.weights);
      CHECK(entry.end - entry.begin == bytes);
      if (type.weights == 1 && decoded) CHECK(dtype_name(entry.dtype) == type.name);
      if (!decoded)
        CHECK(says(why_undecodable(entry), "“" + std::string(type.name) + "”, which the lab"));
      // One byte less, or half a block in a row, and it is refused.
      CHECK(says(refusal(one(type.number, {2 * type.weights, 3}, bytes - 1)), "cut short"));
      if (type.weights > 1)
        CHECK(says(refusal(one(type.number, {type.weights / 2, 2}, bytes)), "at a time"));
    }
  }
  // The six layouts that ggml took back are all that is left of the table.
  CHECK(ggml_types().size() == std::size(kDecodedGgml) + std::size(kListedGgml) + 6);
}

TEST_CASE("GGUF: a number of no type is listed with its number") {
  for (const std::uint32_t number : {4u, 5u, 42u, 4096u, 0xFFFFFFFFu}) {
    const auto directory = whole_directory(one(number, {7}, 100, 64));
    REQUIRE(directory.ok());
    const TensorEntry& entry = directory->entries[0];
    CHECK_FALSE(entry.decodable);
    CHECK(entry.stored_dtype == "type " + std::to_string(number));
    CHECK(entry.count == 7);
    CHECK(entry.begin == entry.end);
    CHECK(says(why_undecodable(entry), "“type " + std::to_string(number) + "”"));
  }
}

TEST_CASE("GGUF: general.alignment moves the data and binds the offsets") {
  const auto file = [](std::uint32_t alignment, std::uint64_t offset) {
    return gguf_file({.keys = {gguf_key("general.alignment", 4, number_bytes(alignment, 4))},
                      .tensors = {gguf_tensor("a", {1}, 0, 0), gguf_tensor("b", {1}, 0, offset)},
                      .data_bytes = static_cast<std::size_t>(offset + 4),
                      .alignment = std::max<std::size_t>(alignment, 1)});
  };
  for (const std::uint32_t alignment : {8u, 16u, 32u, 64u, 4096u}) {
    CAPTURE(alignment);
    const Bytes bytes = file(alignment, alignment);
    const auto directory = whole_directory(bytes);
    REQUIRE(directory.ok());
    CHECK(directory->entries[0].begin % alignment == 0);
    CHECK(directory->entries[1].begin == bytes.size() - 4);
    CHECK(says(refusal(file(alignment, alignment + 4)), "multiple of the alignment"));
  }
  for (const std::uint32_t alignment : {0u, 1u, 4u, 12u, 24u, 0xFFFFFFFFu}) {
    Bytes bytes = file(8, 8);
    const Bytes value = number_bytes(alignment, 4);
    std::copy(value.begin(), value.end(), bytes.begin() + 24 + 8 + 17 + 4);
    CHECK(says(refusal(bytes), "power of two"));
  }
  CHECK(says(refusal(with_key(gguf_key("general.alignment", 10, number_bytes(32, 8)))), "type 10"));
}

TEST_CASE("GGUF: shapes") {
  CHECK(whole_directory(one(0, {}, 4))->entries[0].shape == Shape{});
  CHECK(whole_directory(one(0, {}, 4))->entries[0].count == 1);
  CHECK(whole_directory(one(8, {0, 5}, 0))->entries[0].count == 0);
  CHECK(whole_directory(one(0, {2, 3, 4, 5}, 480))->entries[0].shape == Shape{5, 4, 3, 2});
  CHECK(says(refusal(one(8, {}, 34)), "at a time"));
  CHECK(says(refusal(one(0, {1, 1, 1, 1, 1}, 4)), "5 axes"));
  CHECK(says(refusal(one(0, {1ull << 32, 1ull << 32}, 4)), "2^53"));
  CHECK(says(refusal(one(0, {~0ull}, 4)), "2^53"));
  CHECK(says(refusal(one(0, {1ull << 50}, 4)), "cut short"));
}

TEST_CASE("GGUF: tensors lie inside the file, apart, and by one name each") {
  const auto two = [](std::uint64_t second, std::string_view name) {
    return gguf_file({.tensors = {gguf_tensor("a", {12}, 0, 0), gguf_tensor(name, {1}, 0, second)},
                      .data_bytes = 200});
  };
  CHECK(refusal(two(64, "b")) == "opened");
  CHECK(refusal(two(160, "b")) == "opened");
  CHECK(says(refusal(two(32, "b")), "overlap"));
  CHECK(says(refusal(two(0, "b")), "overlap"));
  CHECK(says(refusal(two(64, "a")), "“a” twice"));
  CHECK(says(refusal(two(64, "\xff")), "not UTF-8"));
  CHECK(says(refusal(two(0xFFFFFFFFFFFFFFE0, "b")), "beyond the end"));
  CHECK(says(refusal(two(224, "b")), "cut short"));
  CHECK(says(refusal(with_key(gguf_key("k\xc3", 0, {1}))), "not UTF-8"));
  const Bytes key = gguf_key("k", 0, {1});
  CHECK(says(refusal(gguf_file({.keys = {key, key}})), "“k” twice"));
  // A vocabulary has no tensors, and may end without padding.
  Bytes vocabulary = gguf_file({.keys = {key}, .alignment = 1});
  CHECK(refusal(vocabulary) == "opened");
  CHECK(whole_directory(vocabulary)->entries.empty());
}

TEST_CASE("GGUF: what it is not") {
  const Bytes good = one(0, {3}, 12);
  Bytes other = good;
  other[4] = 1;
  CHECK(says(refusal(other), "version 1;"));
  other[4] = 4;
  CHECK(says(refusal(other), "version 4;"));
  other[4] = other[5] = other[6] = 0;
  other[7] = 3;
  CHECK(says(refusal(other), "big-endian"));
  CHECK(says(refusal({1, 2, 3, 4, 5, 6, 7, 8, 200, 200}, "model.gguf"),
             "does not begin with GGUF's mark"));
  // By its bytes, whatever its name.
  CHECK(refusal(good, "model.safetensors") == "opened");
}

TEST_CASE("GGUF: a header that lies about its lengths is answered early") {
  const Bytes good = one(0, {3}, 12);
  for (const std::size_t count_at : {8u, 16u}) {
    for (const std::uint64_t count : {~0ull, 1ull << 63, 100'001ull, 90ull}) {
      Bytes file = good;
      const Bytes value = number_bytes(count, 8);
      std::copy(value.begin(), value.end(), file.begin() + static_cast<std::ptrdiff_t>(count_at));
      const std::string sentence = refusal(file);
      CHECK(says(sentence, "claims " + std::to_string(count)));
      CHECK(says(sentence, count > 100'000 ? "up to 100000" : "can't hold"));
    }
  }
  for (const std::uint64_t length : {~0ull, 1ull << 40, 70'000ull}) {
    CHECK(says(refusal(with_key(number_bytes(length, 8))), "claims a name"));
  }
  for (const std::uint64_t length : {~0ull, 1ull << 61, 5000ull}) {
    CAPTURE(length);
    CHECK(says(refusal(with_key(gguf_key("k", 8, number_bytes(length, 8)))), "“k”"));
    for (std::uint32_t type = 0; type < 13; ++type) {
      CHECK(says(refusal(with_key(gguf_key("k", 9, gguf_array(type, length, Bytes(8))))), "“k”"));
    }
  }
  CHECK(says(refusal(with_key(gguf_key("k", 13, {}))), "type 13"));
  CHECK(says(refusal(with_key(gguf_key("k", 9, gguf_array(99, 1, {})))), "type 99"));
  Bytes deep;
  for (int i = 0; i < 5000; ++i) deep = joined({deep, gguf_array(9, 1, {})});
  CHECK(says(refusal(with_key(gguf_key("k", 9, deep))), "nested deeper"));
  CHECK(says(refusal(gguf_file({.tensors = {gguf_tensor(std::string(1025, 'w'), {1}, 0, 0)}})),
             "claims a name"));
}

TEST_CASE("GGUF: a long header is asked for in few readings") {
  // A vocabulary of 200 000 pieces of text: 3 MB.
  Bytes tokens;
  for (int i = 0; i < 200'000; ++i) {
    append_little_endian(tokens, 7, 8);
    append(tokens, "▁toke");
  }
  const GgufParts parts{.keys = {gguf_key("tokens", 9, gguf_array(8, 200'000, tokens)),
                                 gguf_key("scores", 9, gguf_array(6, 200'000, Bytes(800'000)))},
                        .tensors = {gguf_tensor("w", {256, 4}, 12, 0)},
                        .data_bytes = 4 * 144};
  const Bytes file = gguf_file(parts);
  std::size_t given = 64 << 10, readings = 1;
  auto directory = read_directory(std::span(file).first(given), file.size(), "m.gguf");
  while (directory.ok() && directory->need != 0) {
    REQUIRE(directory->need > given);
    REQUIRE(directory->need <= file.size());
    given = static_cast<std::size_t>(directory->need);
    ++readings;
    directory = read_directory(std::span(file).first(given), file.size(), "m.gguf");
  }
  REQUIRE(directory.ok());
  CHECK(directory->entries.size() == 1);
  CHECK(readings <= 5);
}

TEST_CASE("GGUF: a header above 100 MB is answered in a sentence, before it is read") {
  // The file's size is only claimed: what is asked for stays below it.
  const Bytes head =
      gguf_file({.keys = {gguf_key("k", 9, gguf_array(0, 99'999'950, {})), gguf_key("l", 0, {1})}});
  const auto directory = read_directory(head, std::uint64_t{1} << 40, "m.gguf");
  REQUIRE_FALSE(directory.ok());
  CHECK(says(directory.error(), "more than 100000000 bytes"));
  // One that ends just below it is asked for, and no more than that.
  const Bytes below =
      gguf_file({.keys = {gguf_key("k", 9, gguf_array(0, 99'999'900, {})), gguf_key("l", 0, {1})}});
  const auto asked = read_directory(below, std::uint64_t{1} << 40, "m.gguf");
  REQUIRE(asked.ok());
  CHECK(asked->need > 99'999'900);
  CHECK(asked->need <= 100'000'000);
}
