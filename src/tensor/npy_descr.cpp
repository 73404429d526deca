#include "tensor/npy_descr.h"

#include "tensor/wording.h"

namespace halfstep {
namespace {

struct Decodable {
  std::string_view word;
  Dtype dtype;
};
constexpr Decodable kDecodable[] = {{"f8", Dtype::F64}, {"f4", Dtype::F32}, {"f2", Dtype::F16},
                                    {"i1", Dtype::I8},  {"u1", Dtype::U8},  {"i2", Dtype::I16},
                                    {"i4", Dtype::I32}};

// Numeric types NumPy has and the lab doesn't decode.
constexpr std::string_view kOther[] = {"b1",  "i8", "u2",  "u4",  "u8", "f12",
                                       "f16", "c8", "c16", "c24", "c32"};

}  // namespace

Result<NpyType> read_npy_descr(std::string_view descr) {
  const auto unknown = [&] {
    return Error{"This .npy file's element type " + quoted(descr) + " is not one NumPy writes."};
  };
  NpyType type;
  std::string_view word = descr;
  if (!word.empty() && std::string_view("<>=|").find(word[0]) != std::string_view::npos) {
    type.big_endian = word[0] == '>';
    word.remove_prefix(1);
  }
  if (word == "O" || word == "O4" || word == "O8") {
    return Error{"This .npy file holds pickled Python objects, which the lab does not open."};
  }
  if (word.empty()) return unknown();
  const char kind = word[0];
  // Dates carry their unit: "M8[ns]".
  const bool date = kind == 'm' || kind == 'M';
  std::string_view size = word.substr(1);
  if (date && size.ends_with(']')) size = size.substr(0, size.find('['));
  if (size.empty() || size.size() > 9) return unknown();
  for (const char c : size) {
    if (c < '0' || c > '9') return unknown();
    type.bytes = type.bytes * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (kind == 'U') type.bytes *= 4;
  if (kind == 'S' || kind == 'a' || kind == 'U' || kind == 'V' || (date && type.bytes == 8))
    return type;
  for (const Decodable& row : kDecodable) {
    if (row.word == word) {
      type.dtype = row.dtype;
      return type;
    }
  }
  for (const std::string_view other : kOther) {
    if (other == word) return type;
  }
  return unknown();
}

}  // namespace halfstep
