// decode() against closed forms: binary16 by ldexp, bfloat16 by its definition, the rest by value.
#include "kernels/decode.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "file_makers.h"

using namespace halfstep;
using namespace halfstep::testing;

namespace {

const std::size_t kLengths[] = {0, 1, 3, 4, 5, 15, 16, 17, 63, 64, 65, 1023};
constexpr double kInf = std::numeric_limits<double>::infinity();

std::uint32_t bits_of(float x) {
  std::uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits;
}

// The elements' bytes in either order.
template <typename T>
Bytes stored(const std::vector<T>& values, bool big_endian) {
  Bytes bytes;
  for (const T& value : values) {
    std::uint8_t raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      bytes.push_back(raw[big_endian ? sizeof(T) - 1 - i : i]);
    }
  }
  return bytes;
}

// Decodes from every alignment into a guarded stretch of floats.
std::vector<float> decoded(Dtype dtype, bool big_endian, const Bytes& bytes,
                           std::size_t offset = 0) {
  const float guard = 12345.5f;
  const std::size_t count = bytes.size() / dtype_bytes(dtype);
  Bytes moved(offset);
  moved.insert(moved.end(), bytes.begin(), bytes.end());
  std::vector<float> out(count + 2, guard);
  const Status status =
      decode(dtype, big_endian, std::span<const std::uint8_t>(moved).subspan(offset),
             std::span<float>(out).subspan(1, count));
  REQUIRE(status.ok());
  CHECK(out.front() == guard);
  CHECK(out.back() == guard);
  return {out.begin() + 1, out.end() - 1};
}

template <typename T>
void check_values(Dtype dtype, const std::vector<T>& values, const std::vector<float>& expected) {
  for (const bool big_endian : {false, true}) {
    const std::vector<float> out = decoded(dtype, big_endian, stored(values, big_endian));
    REQUIRE(out.size() == expected.size());
    for (std::size_t i = 0; i < out.size(); ++i) {
      CAPTURE(i);
      CAPTURE(big_endian);
      CHECK(bits_of(out[i]) == bits_of(expected[i]));
    }
  }
}

std::vector<std::uint16_t> all_codes() {
  std::vector<std::uint16_t> codes(65536);
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<std::uint16_t>(i);
  return codes;
}

// IEEE 754 binary16: (−1)^s 2^(e−15) (1 + f/1024), or (−1)^s 2^−14 f/1024 when e = 0.
double binary16(unsigned code) {
  const double sign = code >> 15 ? -1 : 1;
  const int exponent = static_cast<int>(code >> 10 & 31), fraction = static_cast<int>(code & 1023);
  if (exponent == 31) return fraction ? std::nan("") : sign * kInf;
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}

// bfloat16: the same with an exponent of 8 bits, bias 127, and a fraction of 7.
double bfloat16(unsigned code) {
  const double sign = code >> 15 ? -1 : 1;
  const int exponent = static_cast<int>(code >> 7 & 255), fraction = static_cast<int>(code & 127);
  if (exponent == 255) return fraction ? std::nan("") : sign * kInf;
  if (exponent == 0) return sign * std::ldexp(fraction, -133);
  return sign * std::ldexp(128 + fraction, exponent - 134);
}

void check_all_codes(Dtype dtype, double (*formula)(unsigned)) {
  for (const bool big_endian : {false, true}) {
    const std::vector<float> out = decoded(dtype, big_endian, stored(all_codes(), big_endian));
    unsigned wrong = 0;
    for (unsigned code = 0; code < 65536; ++code) {
      const double expected = formula(code), got = out[code];
      const bool same = std::isnan(expected)
                            ? std::isnan(got)
                            : got == expected && std::signbit(got) == (code >> 15 != 0);
      wrong += !same;
    }
    CHECK(wrong == 0);
  }
}

}  // namespace

TEST_CASE("decode: all 65536 binary16 codes") { check_all_codes(Dtype::F16, binary16); }

TEST_CASE("decode: all 65536 bfloat16 codes") { check_all_codes(Dtype::BF16, bfloat16); }

TEST_CASE("decode: F32 keeps every bit, of NaN payloads, -0 and denormals too") {
  std::vector<std::uint32_t> codes = {0, 0x80000000, 1, 0x807FFFFF, 0x7F800000,
                                      0xFF800000, 0x7FC00001, 0x7F800001, 0x3F800000, 0x7F7FFFFF};
  for (const bool big_endian : {false, true}) {
    const std::vector<float> out = decoded(Dtype::F32, big_endian, stored(codes, big_endian));
    for (std::size_t i = 0; i < codes.size(); ++i) CHECK(bits_of(out[i]) == codes[i]);
  }
}

TEST_CASE("decode: F64 rounds to nearest even, overflows to infinity, reaches denormals") {
  const double ulp = std::ldexp(1, -23), largest = std::ldexp(2 - ulp, 127);
  const double half_beyond = std::ldexp(2 - ulp / 2, 127), tiny = std::ldexp(1, -149);
  const float inf = std::numeric_limits<float>::infinity();
  check_values<double>(Dtype::F64,
                       {0.0,
                        -0.0,
                        1.0,
                        -2.5,
                        1 + ulp / 2,
                        1 + 3 * ulp / 2,
                        -(1 + ulp / 2),
                        1 + ulp / 2 + std::ldexp(1, -50),
                        largest,
                        half_beyond,
                        std::nextafter(half_beyond, 0),
                        -half_beyond,
                        1e300,
                        -1e300,
                        kInf,
                        -kInf,
                        tiny,
                        tiny / 2,
                        std::nextafter(tiny / 2, 1),
                        -tiny / 2,
                        1.5 * tiny,
                        1e-320},
                       {0.0f,
                        -0.0f,
                        1.0f,
                        -2.5f,
                        1.0f,
                        1.0f + 0x1p-22f,
                        -1.0f,
                        1.0f + 0x1p-23f,
                        0x1.fffffep127f,
                        inf,
                        0x1.fffffep127f,
                        -inf,
                        inf,
                        -inf,
                        inf,
                        -inf,
                        0x1p-149f,
                        0.0f,
                        0x1p-149f,
                        -0.0f,
                        0x1p-148f,
                        0.0f});
  const std::vector<float> nan = decoded(Dtype::F64, false, stored<double>({std::nan("")}, false));
  CHECK(std::isnan(nan[0]));
}

TEST_CASE("decode: integers, with I32 rounded to nearest even") {
  std::vector<std::int8_t> i8;
  std::vector<std::uint8_t> u8;
  std::vector<std::int16_t> i16;
  std::vector<float> f_i8, f_u8, f_i16;
  for (int i = -128; i < 128; ++i)
    i8.push_back(static_cast<std::int8_t>(i)), f_i8.push_back(float(i));
  for (int i = 0; i < 256; ++i)
    u8.push_back(static_cast<std::uint8_t>(i)), f_u8.push_back(float(i));
  for (int i = -32768; i < 32768; i += 7) {
    i16.push_back(static_cast<std::int16_t>(i));
    f_i16.push_back(float(i));
  }
  check_values(Dtype::I8, i8, f_i8);
  check_values(Dtype::U8, u8, f_u8);
  check_values(Dtype::I16, i16, f_i16);
  check_values<std::int32_t>(
      Dtype::I32,
      {0, 1, -1, 16777216, 16777217, 16777219, -16777217, 2147483647, -2147483647 - 1, 33554434,
       33554438},
      {0.0f, 1.0f, -1.0f, 16777216.0f, 16777216.0f, 16777220.0f, -16777216.0f, 2147483648.0f,
       -2147483648.0f, 33554434.0f + 0.0f, 33554440.0f - 0.0f});
}

TEST_CASE(
    "decode: every type, length, alignment and byte order agrees with one element at a time") {
  for (int d = 0; d < 8; ++d) {
    const auto dtype = static_cast<Dtype>(d);
    const std::size_t size = dtype_bytes(dtype);
    for (const std::size_t length : kLengths) {
      Bytes bytes(length * size);
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>((i * 2654435761u) >> 13);
      }
      for (const bool big_endian : {false, true}) {
        for (const std::size_t offset : {0, 1, 2, 3, 5, 7}) {
          const std::vector<float> all = decoded(dtype, big_endian, bytes, offset);
          unsigned wrong = 0;
          for (std::size_t i = 0; i < length; ++i) {
            float one = 0;
            REQUIRE(decode(dtype, big_endian,
                           std::span<const std::uint8_t>(bytes).subspan(i * size, size),
                           {&one, 1}));
            wrong += bits_of(one) != bits_of(all[i]);
          }
          CHECK(wrong == 0);
        }
      }
    }
  }
}

TEST_CASE("decode: a byte count that is not the elements' is one sentence") {
  std::vector<float> out(2);
  const Bytes bytes(7);
  for (const std::size_t size : {0, 1, 4, 7}) {
    const Status status =
        decode(Dtype::F32, false, std::span<const std::uint8_t>(bytes).first(size), out);
    REQUIRE(!status.ok());
    CHECK(status.error().ends_with('.'));
  }
}

TEST_CASE("dtypes: names and sizes round-trip") {
  const std::string_view names[] = {"F64", "F32", "F16", "BF16", "I8", "U8", "I16", "I32"};
  const std::size_t sizes[] = {8, 4, 2, 2, 1, 1, 2, 4};
  for (int d = 0; d < 8; ++d) {
    const auto dtype = static_cast<Dtype>(d);
    CHECK(dtype_name(dtype) == names[d]);
    CHECK(dtype_bytes(dtype) == sizes[d]);
    REQUIRE(parse_dtype(names[d]));
    CHECK(parse_dtype(names[d]).value() == dtype);
  }
  for (const std::string_view name : {"", "f32", "F8", "BOOL", "F32 "}) CHECK(!parse_dtype(name));
}

TEST_CASE("element_count: products up to 2^53, zero elements, scalars") {
  const auto count = [](const Shape& shape) { return element_count(shape); };
  CHECK(count({}).value() == 1);
  CHECK(count({0}).value() == 0);
  CHECK(count({3, 4, 5}).value() == 60);
  CHECK(count({std::uint64_t{1} << 30, std::uint64_t{1} << 23}).value() == std::uint64_t{1} << 53);
  CHECK(count({std::uint64_t{1} << 40, 0, std::uint64_t{1} << 40}).value() == 0);
  CHECK(!count({(std::uint64_t{1} << 53) + 1}));
  CHECK(!count({std::uint64_t{1} << 32, std::uint64_t{1} << 32}));
  CHECK(!count({UINT64_MAX, UINT64_MAX}));
  CHECK(!count({0, UINT64_MAX}));
}
