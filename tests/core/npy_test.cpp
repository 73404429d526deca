#include <doctest/doctest.h>

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

Bytes raw(std::string_view text) { return {text.begin(), text.end()}; }

using namespace std::string_view_literals;

std::vector<Malformed> malformed() {
  const auto npy = [](std::string_view header, std::size_t data = 0) {
    return npy_file(header, data);
  };
  Bytes cut = npy_file(npy_dict("<f4", "(2,)"), 0);
  cut.resize(40);
  Bytes version4 = npy_file(npy_dict("<f4", "(2,)"), 8);
  version4[6] = 4;
  Bytes minor = npy_file(npy_dict("<f4", "(2,)"), 8);
  minor[7] = 1;
  Bytes long_header = npy_file(npy_dict("<f4", "(2,)"), 8, 2);
  long_header[11] = 0x7F;
  return {
      {"nothing after the magic", raw("\x93NUMPY"), "cut short"},
      {"half of the magic", raw("\x93NU"), "cut short"},
      {"no header length", raw("\x93NUMPY\x01\x00"sv), "cut short"},
      {"half a header length of version 2", raw("\x93NUMPY\x02\x00\x40\x00"sv), "cut short"},
      {"the header cut", cut, "cut short"},
      {"version 4", version4, "4.0"},
      {"version 1.1", minor, "1.1"},
      {"a header of 2 GB", long_header, "2130706"},
      {"no data", npy(npy_dict("<f4", "(3, 4)")), "3 × 4"},
      {"one byte short", npy(npy_dict("<f4", "(3, 4)"), 47), "47 bytes"},
      {"a shape of 2^64", npy(npy_dict("<f4", "(18446744073709551616,)")), "2^64"},
      {"a product beyond 2^64", npy(npy_dict("<f4", "(4294967296, 4294967296)")), "2^53"},
      {"a product that wraps to 4", npy(npy_dict("|u1", "(4294967296, 4294967296, 1)"), 4), "2^53"},
      {"a negative axis", npy(npy_dict("<f4", "(-1,)"), 8), "-1"},
      {"an axis of 1e3", npy(npy_dict("<f4", "(1e3,)"), 8), "e3"},
      {"an axis of 2.0", npy(npy_dict("<f4", "(2.0,)"), 8), ".0"},
      {"an axis of True", npy(npy_dict("<f4", "(True,)"), 8), "whole number"},
      {"a leading zero", npy(npy_dict("<f4", "(02,)"), 8), "whole number"},
      {"a number, not a tuple", npy(npy_dict("<f4", "(2)"), 8), "“,”"},
      {"a list as the shape", npy(npy_dict("<f4", "[2]"), 8), "tuple"},
      {"a comma alone", npy(npy_dict("<f4", "(,)"), 8), "whole number"},
      {"two commas", npy(npy_dict("<f4", "(2,,3)"), 24), "whole number"},
      {"no comma", npy(npy_dict("<f4", "(2 3)"), 24), "“,”"},
      {"an open tuple", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,"), "its end"},
      {"65 axes",
       npy(npy_dict(
               "|u1", "(" +
                          [] {
                            std::string s;
                            for (int i = 0; i < 65; ++i) s += "1,";
                            return s;
                          }() +
                          ")"),
           1),
       "64 axes"},
      {"no descr", npy("{'fortran_order': False, 'shape': (2,), }", 8), "descr"},
      {"no shape", npy("{'descr': '<f4', 'fortran_order': False}", 8), "shape"},
      {"no fortran_order", npy("{'descr': '<f4', 'shape': (2,)}", 8), "fortran_order"},
      {"a key twice",
       npy("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", 8), "twice"},
      {"a key too many", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1}", 8),
       "“x”"},
      {"fortran_order 0", npy(npy_dict("<f4", "(2,)", "0"), 8), "True or False"},
      {"an open string", npy("{'descr: <f4"), "without its end"},
      {"an empty header", npy(""), "“{”"},
      {"something after the dictionary",
       npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x", 8), "nothing more"},
      {"JSON", npy("{\"descr\": \"<f4\", \"fortran_order\": false, \"shape\": [2]}", 8),
       "True or False"},
      {"records", npy("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (2,)}", 8),
       "records"},
      {"a subarray", npy("{'descr': ('<f4', (2,)), 'fortran_order': False, 'shape': (2,)}", 16),
       "records"},
      {"objects", npy(npy_dict("|O", "(2,)"), 16), "pickled"},
      {"no type", npy(npy_dict("", "(2,)"), 8), "“”"},
      {"a byte order alone", npy(npy_dict("<", "(2,)"), 8), "“<”"},
      {"a type that is none", npy(npy_dict("<q9", "(2,)"), 18), "“<q9”"},
      {"f3", npy(npy_dict("<f3", "(2,)"), 6), "“<f3”"},
      {"a huge item", npy(npy_dict("|S99999999999", "(2,)"), 8), "|S99999999999"},
      {"too little for items it only lists", npy(npy_dict("<U100", "(2,)"), 799), "400 bytes each"},
      {"a line break in the type", npy(npy_dict("<\nf4", "(2,)"), 8), "“<?f4”"},
  };
}

TensorEntry only_entry(const Bytes& file, std::string_view name = "dir/weights.npy") {
  const auto directory = whole_directory(file, name);
  REQUIRE_MESSAGE(directory.ok(), (directory.ok() ? "" : directory.error()));
  REQUIRE(directory->need == 0);
  REQUIRE(directory->entries.size() == 1);
  return directory->entries[0];
}

}  // namespace

TEST_CASE("npy: every malformed file is one sentence that names what is wrong") {
  for (const Malformed& row : malformed()) {
    CAPTURE(row.why);
    CHECK(check_directory(row.file) == "");
    const auto directory = whole_directory(row.file);
    REQUIRE(!directory.ok());
    CAPTURE(directory.error());
    CHECK(is_sentence(directory.error()));
    CHECK(directory.error().find(row.words) != std::string::npos);
  }
}

TEST_CASE("npy: every type in both byte orders and all versions") {
  struct Row {
    std::string descr;
    Dtype dtype;
    bool big_endian;
  };
  const Row rows[] = {
      {"<f8", Dtype::F64, false}, {">f8", Dtype::F64, true},  {"<f4", Dtype::F32, false},
      {">f4", Dtype::F32, true},  {"=f4", Dtype::F32, false}, {"f4", Dtype::F32, false},
      {"<f2", Dtype::F16, false}, {">f2", Dtype::F16, true},  {"|i1", Dtype::I8, false},
      {"|u1", Dtype::U8, false},  {"<i2", Dtype::I16, false}, {">i2", Dtype::I16, true},
      {"<i4", Dtype::I32, false}, {">i4", Dtype::I32, true}};
  for (const Row& row : rows) {
    for (const int version : {1, 2, 3}) {
      CAPTURE(row.descr);
      const std::string header = npy_dict(row.descr, "(3, 4)");
      const std::size_t size = row.descr.back() - '0';
      const TensorEntry entry = only_entry(npy_file(header, 12 * size, version));
      CHECK(entry.name == "weights");
      CHECK(entry.dtype == row.dtype);
      CHECK(entry.decodable);
      CHECK(entry.stored_dtype == dtype_name(row.dtype));
      CHECK(entry.big_endian == row.big_endian);
      CHECK(!entry.fortran_order);
      CHECK(entry.shape == Shape{3, 4});
      CHECK(entry.count == 12);
      CHECK(entry.begin == (version == 1 ? 10 : 12) + header.size());
      CHECK(entry.end == entry.begin + 12 * size);
    }
  }
}

TEST_CASE("npy: types the lab does not decode are listed with their own name and a reason") {
  struct Row {
    const char* descr;
    std::size_t bytes;
  };
  for (const Row& row : {Row{"<c8", 8},
                         {"<i8", 8},
                         {"|b1", 1},
                         {"<u2", 2},
                         {"<u4", 4},
                         {">u8", 8},
                         {"<f16", 16},
                         {"|V2", 2},
                         {"<V2", 2},
                         {"|S5", 5},
                         {"<U3", 12},
                         {"<M8[ns]", 8},
                         {"|S0", 0}}) {
    CAPTURE(row.descr);
    const TensorEntry entry = only_entry(npy_file(npy_dict(row.descr, "(2,)"), 2 * row.bytes));
    CHECK(!entry.decodable);
    CHECK(entry.stored_dtype == row.descr);
    CHECK(entry.end - entry.begin == 2 * row.bytes);
    const std::string reason = why_undecodable(entry);
    CHECK(is_sentence(reason));
    CHECK(reason.find(row.descr) != std::string::npos);
    CHECK((reason.find("bfloat16") != std::string::npos) ==
          (std::string_view(row.descr).find('V') == 1));
  }
}

TEST_CASE("npy: the ways Python may write the dictionary") {
  const struct {
    const char* header;
    Shape shape;
    bool fortran_order;
  } rows[] = {
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (), }", {}, false},
      {"{'descr': '<f4', 'fortran_order': True, 'shape': (2, 1)}\n", {2, 1}, true},
      {"{\"shape\":(2,),\"descr\":\"<f4\",\"fortran_order\":True}", {2}, true},
      {" {\n'shape' : ( 2 , 1 , ) ,'fortran_order' : False , 'descr' : '<f4' } \t\r\n",
       {2, 1},
       false},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 1L), }", {2, 1}, false},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (0, 7), }", {0, 7}, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.header);
    const TensorEntry entry = only_entry(npy_file(row.header, 8));
    CHECK(entry.shape == row.shape);
    CHECK(entry.fortran_order == row.fortran_order);
    CHECK(entry.count == (row.shape.empty() ? 1 : row.shape[0]));
  }
}

TEST_CASE("npy: the array is named after the file, and bytes after it are left alone") {
  const Bytes file = npy_file(npy_dict("<f4", "(2,)"), 100);
  CHECK(only_entry(file, "a.npy").name == "a");
  CHECK(only_entry(file, "C:\\data\\b.c.npy").name == "b.c");
  CHECK(only_entry(file, "/x/conv").name == "conv");
  CHECK(only_entry(file, ".npy").name == ".npy");
  CHECK(only_entry(file, "").name == "array");
  const TensorEntry entry = only_entry(file);
  CHECK(entry.end - entry.begin == 8);
}

TEST_CASE("npy: reads the header in two steps when only the beginning is given") {
  const Bytes file = npy_file(npy_dict("<f4", "(2,)") + std::string(9000, ' '), 8, 2);
  const auto first = read_directory({}, file.size(), "a.npy");
  REQUIRE(first.ok());
  CHECK(first->need == 4096);
  const auto second = read_directory(std::span(file).first(4096), file.size(), "a.npy");
  REQUIRE(second.ok());
  CHECK(second->need == file.size() - 8);
  const auto third = read_directory(std::span(file).first(file.size() - 8), file.size(), "a.npy");
  REQUIRE(third.ok());
  CHECK(third->entries.at(0).shape == Shape{2});
}
