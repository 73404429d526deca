// Given levels against published tables; double quantization against tests/reference/double_quantization.py.
#include "quantizers/grids.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "inputs.h"

using namespace halfstep;
using inputs::kInf;

namespace {

std::uint32_t fnv1a(std::span<const float> values) {
  std::uint32_t hash = 0x811c9dc5u;
  for (const float value : values) {
    std::array<unsigned char, 4> bytes;
    std::memcpy(bytes.data(), &value, 4);
    for (const unsigned char byte : bytes) hash = (hash ^ byte) * 0x01000193u;
  }
  return hash;
}

std::vector<std::size_t> codes(const Codebook& book, std::vector<float> x) {
  std::vector<std::size_t> all;
  for (const float value : x) all.push_back(book.code(value));
  return all;
}

using Codes = std::vector<std::size_t>;

}  // namespace

// The thresholds that bitsandbytes' csrc/kernels.cu compares with (dQuantizeNF4: the upper code if x > threshold), and
// the levels of QLoRA's appendix E.
TEST_CASE("grids: NF4 decides as bitsandbytes does") {
  constexpr float thresholds[] = {-0.8480964004993439f,  -0.6106329262256622f,  -0.4599952697753906f,
                                  -0.33967943489551544f, -0.23460740596055984f, -0.13791173323988914f,
                                  -0.045525018125772476f, 0.03979014977812767f, 0.1202552504837513f,
                                  0.2035212516784668f,   0.2920137718319893f,   0.3893125355243683f,
                                  0.5016634166240692f,   0.6427869200706482f,   0.8614784181118011f};
  constexpr double levels[] = {-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453,
                               -0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0,
                               0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
                               0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0};
  const Codebook book = nf4_grid();
  REQUIRE(book.levels.size() == 16);
  REQUIRE(book.edges.size() == 15);
  for (std::size_t k = 0; k < 16; ++k) CHECK(static_cast<double>(book.levels[k]) == levels[k]);
  for (std::size_t k = 0; k < 15; ++k) {
    const double middle = (levels[k] + levels[k + 1]) / 2;
    CHECK(std::fabs(static_cast<double>(thresholds[k]) - middle) <= 0x1p-25);
  }
  for (std::size_t k = 0; k < 15; ++k) {
    CHECK(book.code(thresholds[k]) == k);
    CHECK(book.code(std::nextafter(thresholds[k], kInf)) == k + 1);
  }
}

TEST_CASE("grids: three and two levels, and where their ties go") {
  const float half = 0.5f, more = std::nextafter(half, 1.0f), less = std::nextafter(half, 0.0f);
  CHECK(ternary_grid().levels == std::vector<float>{-1, 0, 1});
  CHECK(codes(ternary_grid(), {-9, -more, -half, -less, -0.0f, less, half, more, 9}) ==
        Codes{0, 0, 1, 1, 1, 1, 1, 2, 2});
  CHECK(sign_grid().levels == std::vector<float>{-1, 1});
  CHECK(codes(sign_grid(), {-1, -FLT_TRUE_MIN, -0.0f, 0, FLT_TRUE_MIN, 1}) == Codes{0, 0, 1, 1, 1, 1});
}

TEST_CASE("grids: typed levels") {
  const auto book = parse_levels(" 1.5,-2, 0 ,1e-3, +.25,-3.");
  REQUIRE(book.ok());
  CHECK(book.value().levels == std::vector<float>{-3, -2, 0, 0.001f, 0.25f, 1.5f});
  CHECK(book.value().edges[0] == -2.5f);
  CHECK(codes(book.value(), {-2.5f, 0.875f, std::nextafter(0.875f, 0.0f)}) == Codes{1, 5, 4});

  std::string most;
  for (int i = 0; i < 256; ++i) most += (i ? "," : "") + std::to_string(i * 0.5);
  REQUIRE(parse_levels(most).ok());
  CHECK(parse_levels(most).value().levels.size() == 256);
  CHECK_FALSE(parse_levels(most + ",999").ok());

  const auto refuses = [](std::string_view text, std::string_view why) {
    const auto answer = parse_levels(text);
    CAPTURE(text);
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.error().find(why) != std::string::npos);
    CHECK(answer.error().back() == '.');
  };
  for (const char* text : {"", "1", "7;8"}) refuses(text, "2 to 256 numbers");
  for (const char* text : {",", "1,", "1,,2", "1,x", "1,nan", "1,inf", "0x1p3,1", "1e39,0", "1e999,0", "1 2,3", "1,2e",
                           "--1,2", "1,-", "1.2.3,4", "1,2\n3"}) {
    refuses(text, "decimal number");
  }
  for (const char* text : {"1,2,1.0", "0,-0", "1,1.00000001"}) refuses(text, "twice");
}

TEST_CASE("grids: the dynamic map") {
  const Codebook map = dynamic_map();
  REQUIRE(map.levels.size() == 256);
  CHECK(fnv1a(map.levels) == 0xcaf88c60u);
  CHECK(map.levels[0] == -0.992968738079071f);
  CHECK(map.levels[64] == -0.09859374910593033f);
  CHECK(map.levels[126] == -5.499999815583578e-07f);
  CHECK(map.levels[127] == 0);
  CHECK(map.levels[129] == 3.2499999633728294e-06f);
  CHECK(map.levels[200] == 0.23359374701976776f);
  CHECK(map.levels[255] == 1);
  for (std::size_t k = 1; k < 256; ++k) {
    CHECK(map.levels[k - 1] < map.levels[k]);
    const float middle = (map.levels[k - 1] + map.levels[k]) * 0.5f;
    CHECK(map.code(middle) == (k % 2 == 0 ? k : k - 1));
    CHECK(map.code(std::nextafter(middle, kInf)) == k);
    CHECK(map.code(std::nextafter(middle, -kInf)) == k - 1);
  }
}

TEST_CASE("grids: double quantization of scales") {
  std::vector<float> x(600);
  for (std::uint32_t i = 0; i < 600; ++i) {
    const std::uint32_t h = i * 2654435761u + 12345u;
    x[i] = static_cast<float>(1 + (h >> 8) % 4096) / 65536 * (i % 97 == 0 ? 8 : 1);
  }
  std::vector<float> out(600);
  double_quantize(x, out);
  constexpr float every60[] = {0.006082393229007721f, 0.0028049200773239136f, 0.005263024941086769f,
                               0.006901763379573822f, 0.008540498092770576f,  0.011084146797657013f,
                               0.012352582067251205f, 0.014889448881149292f,  0.017426319420337677f,
                               0.019406650215387344f};
  for (std::size_t i = 0; i < 10; ++i) CHECK(out[60 * i] == every60[i]);
  CHECK(fnv1a(out) == 0x1a756327u);

  double_quantize(x, x);
  CHECK(x == out);
}

TEST_CASE("grids: double quantization of few, equal and tiny scales") {
  double_quantize({}, {});
  for (const float scale : {0.0f, 1.0f, 0.1f, 1e-40f, 1e38f}) {
    for (const std::size_t count : {1u, 2u, 256u, 257u}) {
      std::vector<float> x(count, scale), out(count, -1.0f);
      double_quantize(x, out);
      CHECK(out == x);
    }
  }
  std::vector<float> tiny{0, FLT_TRUE_MIN, 3 * FLT_TRUE_MIN, 1e-38f}, out(4);
  double_quantize(tiny, out);
  for (std::size_t i = 0; i < 4; ++i) CHECK(std::fabs(out[i] - tiny[i]) <= 0x1p-126f);
}

// QLoRA, section 3: 32/64 bits a weight become 8/64 + 32/(64·256), a saving of 0.373 bits.
TEST_CASE("grids: what double quantization costs") {
  CHECK(double_quantized_bits(0) == 0);
  CHECK(double_quantized_bits(1) == 8 + 32 + 32);
  CHECK(double_quantized_bits(257) == 257 * 8 + 2 * 32 + 32);
  const double blocks = 1 << 20, weights = 64 * blocks;
  CHECK(32.0 / 64 - double_quantized_bits(1 << 20) / weights == doctest::Approx(0.373).epsilon(1e-4));
}
