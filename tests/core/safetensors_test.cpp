#include <doctest/doctest.h>

#include <chrono>

#include "../fuzz/directory_check.h"
#include "file_makers.h"

using namespace halfstep;
using namespace halfstep::testing;

namespace {

struct Malformed {
  const char* why;
  Bytes file;
  const char* words;  // that the sentence says
};

Bytes one(std::string_view dtype, std::string_view shape, std::string_view offsets,
          std::size_t data) {
  return safetensors_file("{" + tensor_json("w", dtype, shape, offsets) + "}", data);
}

Bytes with_length(Bytes file, std::uint64_t length) {
  for (int i = 0; i < 8; ++i) file[i] = static_cast<std::uint8_t>(length >> (8 * i));
  return file;
}

std::string repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::vector<Malformed> malformed() {
  const Bytes good = one("F32", "[2,3]", "[0,24]", 24);
  Bytes cut = good;
  cut.resize(30);
  Bytes seven(7, 1);
  const auto file = [](const std::string& header, std::size_t data = 0) {
    return safetensors_file(header, data);
  };
  const std::string a = tensor_json("a", "U8", "[4]", "[0,4]");
  const std::string b = tensor_json("b", "U8", "[4]", "[4,8]");
  return {
      {"seven bytes", seven, "cut short"},
      {"the header cut", cut, "cut short"},
      {"the data one byte short", one("F32", "[2,3]", "[0,24]", 23), "23 bytes of data"},
      {"one byte too many", one("F32", "[2,3]", "[0,24]", 25), "25 bytes of data"},
      {"a header of 100 000 001 bytes", with_length(good, 100000001), "100000001"},
      {"a header of 2^64 − 1 bytes", with_length(good, UINT64_MAX), "18446744073709551615"},
      {"a header longer than the file", with_length(good, 5000), "5000"},
      {"a header of no bytes", with_length(good, 0), "0 bytes"},
      {"a header of one byte", with_length(good, 1), "malformed"},
      {"a header cut inside a string", with_length(good, 20), "malformed"},
      {"the header is an array", file("[1]"), "“{”"},
      {"space before the brace", file(" {}"), "“{”"},
      {"text after the object", file("{} x"), "nothing more"},
      {"two objects", file("{}{}"), "nothing more"},
      {"a trailing comma", file("{" + a + ",}", 4), "comma"},
      {"no colon", file("{\"a\" 1}"), "“:”"},
      {"a key without quotes", file("{a:1}"), "a string"},
      {"single quotes", file("{'a':1}"), "a string"},
      {"a comment", file("{/**/}"), "a string"},
      {"a string without its end", file("{\"a"), "without its end"},
      {"a control character in a name", file("{\"a\n\":1}"), "control character"},
      {"a bad escape", file("{\"\\x\":1}"), "escape"},
      {"a bad \\u", file("{\"\\u12g4\":1}"), "hexadecimal"},
      {"a lone surrogate", file("{\"\\ud800x\":1}"), "surrogate"},
      {"surrogates the wrong way", file("{\"\\udc00\\ud800\":1}"), "surrogate"},
      {"a name that is not UTF-8", file("{\"\xff\":1}"), "UTF-8"},
      {"an overlong name", file("{\"\xc0\xaf\":1}"), "UTF-8"},
      {"an encoded surrogate", file("{\"\xed\xa0\x80\":1}"), "UTF-8"},
      {"a number as the tensor", file("{\"w\":1}"), "“w”"},
      {"null as the tensor", file("{\"w\":null}"), "“w”"},
      {"no dtype", file("{\"w\":{\"shape\":[1],\"data_offsets\":[0,1]}}", 1), "dtype"},
      {"no shape", file("{\"w\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", 1), "shape"},
      {"no offsets", file("{\"w\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1), "data_offsets"},
      {"dtype twice",
       file("{\"w\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1),
       "twice"},
      {"an unknown dtype", one("F33", "[1]", "[0,4]", 4), "“F33”"},
      {"a lower-case dtype", one("f32", "[1]", "[0,4]", 4), "“f32”"},
      {"a number as dtype", file("{\"w\":{\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]}}", 4),
       "a string"},
      {"one offset", one("U8", "[1]", "[1]", 1), "1 data_offsets"},
      {"three offsets", one("U8", "[1]", "[0,1,1]", 1), "more than two"},
      {"no offset", one("U8", "[1]", "[]", 1), "0 data_offsets"},
      {"offsets that end before they begin", one("U8", "[1]", "[1,0]", 1), "end before"},
      {"offsets beyond the data", one("U8", "[8]", "[0,8]", 4), "4 bytes of data"},
      {"offsets at 2^64 − 1", one("U8", "[1]", "[18446744073709551614,18446744073709551615]", 1),
       "1 byte of data"},
      {"an offset beyond 64 bits", one("U8", "[1]", "[0,18446744073709551616]", 1), "64 bits"},
      {"a negative offset", one("U8", "[1]", "[-1,0]", 1), "“-1”"},
      {"an offset of −0", one("U8", "[1]", "[-0,1]", 1), "“-0”"},
      {"an offset of 1e5", one("U8", "[1]", "[0,1e5]", 1), "“1e5”"},
      {"an offset of 1.0", one("U8", "[1]", "[0,1.0]", 1), "“1.0”"},
      {"an offset of 1e999999999", one("U8", "[1]", "[0,1e999999999]", 1), "1e999999999"},
      {"an offset of 01", one("U8", "[1]", "[0,01]", 1), "starts with 0"},
      {"a string as an offset", one("U8", "[1]", "[0,\"1\"]", 1), "whole number"},
      {"NaN as an offset", one("U8", "[1]", "[0,NaN]", 1), "NaN"},
      {"a negative axis", one("U8", "[-1]", "[0,1]", 1), "“-1”"},
      {"half an axis", one("U8", "[0.5]", "[0,1]", 1), "“0.5”"},
      {"a nested shape", one("U8", "[[1]]", "[0,1]", 1), "whole number"},
      {"an object as the shape", one("U8", "{}", "[0,1]", 1), "an array"},
      {"fewer bytes than the shape takes", one("F32", "[2,3]", "[0,20]", 20), "24 bytes"},
      {"more bytes than the shape takes", one("F32", "[2]", "[0,12]", 12), "8 bytes"},
      {"a product that wraps to 0", one("U8", "[4294967296,4294967296]", "[0,0]", 0), "2^53"},
      {"a product beyond 2^64", one("F64", "[99999999999,99999999999,99999999999]", "[0,8]", 8),
       "2^53"},
      {"an axis of 2^63 beside a zero", one("U8", "[0,9223372036854775808]", "[0,0]", 0), "2^53"},
      {"65 axes", one("U8", "[" + repeat("1,", 64) + "1]", "[0,1]", 1), "64 axes"},
      {"half a byte of F4", one("F4", "[3]", "[0,2]", 2), "12 bits"},
      {"a BOOL of the wrong size", one("BOOL", "[3]", "[0,4]", 4), "3 bytes"},
      {"overlapping tensors", file("{" + a + "," + tensor_json("b", "U8", "[4]", "[2,6]") + "}", 6),
       "overlap"},
      {"the same bytes twice",
       file("{" + a + "," + tensor_json("b", "U8", "[4]", "[0,4]") + "}", 4), "overlap"},
      {"an empty tensor inside another",
       file("{" + a + "," + tensor_json("b", "U8", "[0]", "[2,2]") + "}", 4), "overlap"},
      {"a hole at the front", one("U8", "[4]", "[2,6]", 6), "no tensor"},
      {"a hole between", file("{" + a + "," + tensor_json("b", "U8", "[4]", "[6,10]") + "}", 10),
       "Bytes 4 to 5"},
      {"data without tensors", file("{}", 3), "3 bytes"},
      {"a name twice", file("{" + a + "," + tensor_json("a", "U8", "[4]", "[4,8]") + "}", 8),
       "twice"},
      {"a name twice, once escaped",
       file("{" + a + "," + tensor_json("\\u0061", "U8", "[4]", "[4,8]") + "}", 8), "twice"},
      {"metadata twice", file("{\"__metadata__\":{},\"__metadata__\":{}}"), "__metadata__ twice"},
      {"a number in the metadata", file("{\"__metadata__\":{\"a\":1}}"), "__metadata__"},
      {"an object in the metadata", file("{\"__metadata__\":{\"a\":{}}}"), "__metadata__"},
      {"metadata that is a string", file("{\"__metadata__\":\"a\"}"), "__metadata__"},
      {"a metadata key twice", file("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}"), "“k” twice"},
      {"arrays 100 000 deep", file("{\"w\":{\"x\":" + repeat("[", 100000)), "nesting"},
      {"objects 100 000 deep", file(repeat("{\"w\":", 100000)), "nesting"},
      {"skipped objects 100 000 deep", file("{\"w\":{\"x\":" + repeat("{\"x\":", 100000)),
       "nesting"},
      {"a bracket closed by a brace", file("{\"w\":{\"x\":[1}}"), "“]”"},
      {"a line break in a name", file("{\"a\\nb\":{}}"), "“a?b”"},
      {"a very long name", file("{\"" + repeat("name", 10000) + "\":{}}"), "…”"},
  };
}

Directory read(const Bytes& file) {
  const auto directory = whole_directory(file);
  REQUIRE_MESSAGE(directory.ok(), (directory.ok() ? "" : directory.error()));
  return directory.value();
}

}  // namespace

TEST_CASE("safetensors: every malformed file is one sentence that names what is wrong") {
  for (const Malformed& row : malformed()) {
    CAPTURE(row.why);
    CHECK(check_directory(row.file) == "");
    const auto directory = whole_directory(row.file, "model.safetensors");
    REQUIRE(!directory.ok());
    CAPTURE(directory.error());
    CHECK(is_sentence(directory.error()));
    CHECK(directory.error().find(row.words) != std::string::npos);
    CHECK(directory.error().size() < 400);
  }
}

TEST_CASE("safetensors: every type, with those the lab does not decode listed") {
  const struct {
    const char* name;
    std::size_t bits;
    bool decodable;
  } rows[] = {
      {"F64", 64, true},     {"F32", 32, true},  {"F16", 16, true},     {"BF16", 16, true},
      {"I8", 8, true},       {"U8", 8, true},    {"I16", 16, true},     {"I32", 32, true},
      {"BOOL", 8, false},    {"U16", 16, false}, {"U32", 32, false},    {"I64", 64, false},
      {"U64", 64, false},    {"C64", 64, false}, {"F8_E4M3", 8, false}, {"F8_E5M2", 8, false},
      {"F8_E8M0", 8, false}, {"F4", 4, false},   {"F6_E2M3", 6, false}, {"F6_E3M2", 6, false}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const std::size_t bytes = 8 * row.bits / 8;
    const Bytes file = one(row.name, "[2,4]", "[0," + std::to_string(bytes) + "]", bytes);
    const Directory directory = read(file);
    REQUIRE(directory.entries.size() == 1);
    const TensorEntry& entry = directory.entries[0];
    CHECK(entry.name == "w");
    CHECK(entry.stored_dtype == row.name);
    CHECK(entry.decodable == row.decodable);
    if (row.decodable) CHECK(dtype_name(entry.dtype) == row.name);
    CHECK(entry.shape == Shape{2, 4});
    CHECK(entry.count == 8);
    CHECK(entry.end == file.size());
    CHECK(entry.end - entry.begin == bytes);
    CHECK(!entry.big_endian);
    CHECK(!entry.fortran_order);
    if (!row.decodable) CHECK(why_undecodable(entry).find(row.name) != std::string::npos);
  }
}

TEST_CASE("safetensors: entries come by offset, ties by name, with offsets from the file's start") {
  const std::string header = "{" + tensor_json("late", "F32", "[]", "[6,10]") + "," +
                             tensor_json("z", "I16", "[0]", "[4,4]") + "," +
                             tensor_json("a", "I16", "[3,0]", "[4,4]") + "," +
                             tensor_json("mid", "I16", "[1]", "[4,6]") + "," +
                             tensor_json("first", "U8", "[2,2]", "[0,4]") + "}   \n";
  const Directory directory = read(safetensors_file(header, 10));
  const std::string names[] = {"first", "a", "z", "mid", "late"};
  REQUIRE(directory.entries.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) CHECK(directory.entries[i].name == names[i]);
  const std::uint64_t data = 8 + header.size();
  CHECK(directory.entries[0].begin == data);
  CHECK(directory.entries[3].begin == data + 4);
  CHECK(directory.entries[4].end == data + 10);
  CHECK(directory.entries[4].count == 1);
}

TEST_CASE("safetensors: what is odd but valid") {
  CHECK(read(safetensors_file("{}", 0)).entries.empty());
  CHECK(read(safetensors_file("{\"__metadata__\":{\"a\":\"\",\"\":\"\\u0000\"}}  ", 0))
            .entries.empty());
  const Directory names = read(
      safetensors_file("{" + tensor_json("", "U8", "[0]", "[0,0]") + "," +
                           tensor_json("\\\"\\\\\\/\\b\\f\\n\\r\\t", "U8", "[0]", "[0,0]") + "," +
                           tensor_json("\\u00e9\\ud83d\\ude00\xC3\xA9", "U8", "[0]", "[0,0]") +
                           "," + tensor_json("w", "U8", "[0]", "[0,0]") + "}",
                       0));
  REQUIRE(names.entries.size() == 4);
  CHECK(names.entries[0].name == "");
  CHECK(names.entries[1].name == "\"\\/\b\f\n\r\t");
  CHECK(names.entries[2].name == "w");
  CHECK(names.entries[3].name == "é😀é");
  // Keys the format may grow are stepped over, whatever they hold.
  const Directory more =
      read(safetensors_file("{\"w\":{\"x\":[{\"y\":[-1.5e-3,true,null,\"]\"]},[],{}],\"dtype\":"
                            "\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}",
                            2));
  CHECK(more.entries.at(0).count == 2);
}

TEST_CASE("safetensors: asks for the header, and no more than the header") {
  const Bytes file = one("F32", "[25000]", "[0,100000]", 100000);
  const std::uint64_t header_end = file.size() - 100000;
  const auto first = read_directory({}, file.size(), "m.safetensors");
  REQUIRE(first.ok());
  CHECK(first->need == 4096);
  const auto second = read_directory(std::span(file).first(20), file.size(), "m.safetensors");
  REQUIRE(second.ok());
  CHECK(second->need == header_end);
  const auto third =
      read_directory(std::span(file).first(header_end), file.size(), "m.safetensors");
  REQUIRE(third.ok());
  CHECK(third->entries.at(0).end == file.size());
  // A file of 200 GB is checked by its header alone.
  const std::string huge = "{" + tensor_json("w", "U8", "[200000000000]", "[0,200000000000]") + "}";
  const Bytes head = safetensors_file(huge, 0);
  CHECK(read_directory(head, head.size() + 200000000000u, "m").ok());
  CHECK(!read_directory(head, head.size() + 199999999999u, "m").ok());
}

TEST_CASE("safetensors: 100 000 tensors in well under a second, repeated names found") {
  const int n = 100000;
  std::string header = "{";
  for (int i = n; i-- > 0;) {
    header += tensor_json("layer." + std::to_string(i), "U8", "[1]",
                          "[" + std::to_string(i) + "," + std::to_string(i + 1) + "]") +
              (i ? "," : "}");
  }
  const auto start = std::chrono::steady_clock::now();
  const Directory directory = read(safetensors_file(header, n));
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  REQUIRE(directory.entries.size() == n);
  CHECK(directory.entries[77777].name == "layer.77777");
  // Sanitizers included; a quadratic reader takes minutes.
  CHECK(elapsed.count() < 10);
}

TEST_CASE("directory: other kinds of file are called by their name") {
  const auto sentence = [](std::string_view bytes, std::string_view name) {
    const Bytes file(bytes.begin(), bytes.end());
    const auto directory = whole_directory(file, name);
    REQUIRE(!directory.ok());
    CHECK(is_sentence(directory.error()));
    CHECK(directory.error().find(".npy, .safetensors and .gguf files") != std::string::npos);
    return directory.error();
  };
  using namespace std::string_view_literals;
  const struct {
    std::string_view bytes, name, kind;
  } rows[] = {
      {""sv, "a.npy", "empty"},
      {"lmgg\x01\0\0\0\0\x7d\0\0\0\x10\0\0"sv, "ggml-model.bin", "GGML"},
      {"\0\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"sv, "m.gguf", "GGUF's mark"},
      {"PK\3\4\x14\0\0\0\0\0arr_0.npy"sv, "W.NPZ", ".npz"},
      {"PK\3\4\x14\0\0\0\0\0archive/data.pkl"sv, "m.pt", "PyTorch"},
      {"PK\3\4\x14\0\0\0\0\0word/document.xml"sv, "a.docx", "zip"},
      {"\x80\2\x8a\nl\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\2M\xe9\3."sv, "m.pth", "pickle"},
      {"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"sv, "a.png", "PNG"},
      {"\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0"sv, "m.h5", "HDF5"},
      {"\x08\x07\x12\x07pytorch\x1a\x05\x32.1.0:\x80\x80"sv, "model.onnx", "ONNX"},
      {"version https://git-lfs\noid sha256:00\nsize 1\n"sv, "m.safetensors",
       "LFS"},
      {"1.0, 2.0, 3.0\n"sv, "weights.csv", "text"},
      {"{\"json\": true, \"more\": 1}"sv, "a.json", "text"},
      {"\0\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"sv, "a.dat", "recognize"},
      {"\0\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"sv, "a.npy", "NumPy"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(sentence(row.bytes, row.name).find(row.kind) != std::string::npos);
  }
}
