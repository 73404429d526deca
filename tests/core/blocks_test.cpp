// What holds for every block format, whatever its definition.
#include <doctest/doctest.h>

#include <algorithm>
#include <cfloat>

#include "blocks_weights.h"
#include "kernels/half.h"

using namespace halfstep;
using namespace blocks_test;

namespace {

bool searches(const BlockCodec& codec) {
  return codec.name.find('k') != std::string_view::npos || codec.name.substr(0, 2) == "iq";
}

}  // namespace

TEST_CASE(
    "halves are IEEE binary16: every one survives, and floats go to the nearest, ties to even") {
  for (std::uint32_t h = 0; h < 0x10000; ++h) {
    const float value = from_half(static_cast<std::uint16_t>(h));
    if (value != value) continue;
    CHECK(to_half(value) == h);
    const std::uint32_t exponent = h >> 10 & 31, mantissa = h & 1023;
    double want = exponent == 31  ? INFINITY
                  : exponent == 0 ? std::ldexp(mantissa, -24)
                                  : std::ldexp(1024 + mantissa, static_cast<int>(exponent) - 25);
    if (h >> 15) want = -want;
    CHECK(static_cast<double>(value) == want);
    // Halfway to the next: exact in float32, and the even one of the two is right.
    if (exponent == 31) continue;
    const float next = (h & 0x7FFF) == 0x7BFF ? std::copysign(65536.0f, value)
                                              : from_half(static_cast<std::uint16_t>(h + 1));
    const float middle = (value + next) / 2;
    CHECK(to_half(middle) == (h & 1 ? h + 1 : h));
    CHECK(to_half(std::nextafter(middle, value)) == h);
    CHECK(to_half(std::nextafter(middle, next)) == h + 1);
  }
  CHECK(to_half(FLT_MAX) == 0x7C00);
  CHECK(to_half(NAN) == 0x7E00);
}

TEST_CASE("bytes of a block are ggml's, and so are bits a weight") {
  // Bits a weight as llama.cpp's documentation and gguf-py's GGML_QUANT_SIZES give them.
  const struct {
    const char* name;
    double bits;
  } rows[] = {{"q4_0", 4.5},     {"q4_1", 5},       {"q5_0", 5.5},    {"q5_1", 6},
              {"q8_0", 8.5},     {"q2_k", 2.625},   {"q3_k", 3.4375}, {"q4_k", 4.5},
              {"q5_k", 5.5},     {"q6_k", 6.5625},  {"iq4_nl", 4.5},  {"iq4_xs", 4.25},
              {"tq1_0", 1.6875}, {"tq2_0", 2.0625}, {"mxfp4", 4.25}};
  CHECK(block_codecs().size() == std::size(rows));
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const BlockCodec* codec = find_block_codec(row.name);
    REQUIRE(codec);
    CHECK(codec->bytes * 8.0 / codec->weights == row.bits);
    CHECK(codec->weights <= kMostBlockWeights);
    CHECK(codec->weights % codec->part == 0);
    CHECK(codec->part >= 8);
    CHECK(std::is_sorted(codec->levels.begin(), codec->levels.end(), std::less_equal<float>()));
  }
  CHECK(find_block_codec("q4_2") == nullptr);
  CHECK(find_block_codec("") == nullptr);
}

TEST_CASE("a block taken apart gives what it decodes to, to the bit, from any bytes") {
  for (const BlockCodec& codec : block_codecs()) {
    CAPTURE(codec.name);
    constexpr std::size_t kBlocks = 300;
    const std::vector<std::uint8_t> bytes =
        random_bytes(kBlocks * static_cast<std::size_t>(codec.bytes), 7);
    const std::vector<float> x = decoded(codec, bytes);
    std::size_t different = 0, beyond = 0;
    for (std::size_t b = 0; b < kBlocks; ++b) {
      BlockView view;
      codec.open(&bytes[b * static_cast<std::size_t>(codec.bytes)], view);
      for (int i = 0; i < codec.weights; ++i) {
        if (view.codes[i] >= codec.levels.size()) {
          ++beyond;
          continue;
        }
        const float product = codec.levels[view.codes[i]] * view.scales[i / codec.part];
        const float value = product + view.offsets[i / codec.part];
        different +=
            bits(value) !=
            bits(x[b * static_cast<std::size_t>(codec.weights) + static_cast<std::size_t>(i)]);
      }
    }
    CHECK(different == 0);
    CHECK(beyond == 0);
  }
}

TEST_CASE("what a block format wrote, it writes again") {
  // Not so for the formats that search: the scales they wrote stand in no weight, and for the
  // weights they gave another choice may be found as good. Their second error is the smaller one.
  for (const BlockCodec& codec : block_codecs()) {
    for (const std::string_view name : kTensors) {
      CAPTURE(codec.name);
      CAPTURE(name);
      const std::vector<float> x = tensor(name);
      const std::vector<float> once = decoded(codec, encoded(codec, x)),
                               twice = decoded(codec, encoded(codec, once));
      if (searches(codec)) {
        CHECK(mean_square_error(once, twice) < 0.5 * mean_square_error(x, once));
      } else {
        CHECK(once == twice);
      }
    }
  }
}

TEST_CASE("scales commute with powers of two where halves have the room") {
  for (const BlockCodec& codec : block_codecs()) {
    CAPTURE(codec.name);
    std::vector<float> x = tensor("normal", 1024);
    std::vector<float> y = decoded(codec, encoded(codec, x));
    for (float& v : x) v *= 16;
    for (float& v : y) v *= 16;
    // A half below 2⁻¹⁴ has fewer digits: only then a factor may change what is chosen.
    if (searches(codec)) {
      CHECK(mean_square_error(x, decoded(codec, encoded(codec, x))) <=
            1.001 * mean_square_error(x, y));
    } else {
      CHECK(decoded(codec, encoded(codec, x)) == y);
    }
  }
}

TEST_CASE("the error of hostile blocks is that of zero or less, and finite where halves reach") {
  const float kinds[][4] = {{0, 0, 0, 0},
                            {0.3f, 0.3f, 0.3f, 0.3f},
                            {-7, -7, -7, -7},
                            {FLT_MAX, -FLT_MAX, 1, -1},
                            {1e-45f, -1e-40f, 3e-41f, 0},
                            {1e-9f, -2e-9f, 3e-10f, 1e-10f},
                            {-0.0f, 0, -0.0f, 1000},
                            {1e-3f, 1e4f, -1e-3f, 2e-3f}};
  for (const BlockCodec& codec : block_codecs()) {
    for (const auto& kind : kinds) {
      CAPTURE(codec.name);
      CAPTURE(kind[0]);
      CAPTURE(kind[1]);
      std::vector<float> x(static_cast<std::size_t>(codec.weights)), zeros(x.size());
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = kind[i % 4];
      const std::vector<float> y = decoded(codec, encoded(codec, x));
      const bool overflows = std::fabs(kind[0]) == FLT_MAX;
      // The reference's scale is an infinite half there, and mxfp4's is no half.
      if (overflows && !searches(codec) && codec.name != "mxfp4") continue;
      for (const float value : y) CHECK(std::isfinite(value));
      CHECK(mean_square_error(x, y) <= mean_square_error(x, zeros));
      if (searches(codec) && kind[0] == kind[1] && kind[0] != 0) {
        // Equal weights are one level: as exact as the halves that make it.
        CHECK(mean_square_error(x, y) <= 1e-5 * kind[0] * kind[0]);
      }
    }
  }
}

TEST_CASE("a search has the least and the largest halves at hand") {
  for (const BlockCodec& codec : block_codecs()) {
    if (!searches(codec)) continue;
    CAPTURE(codec.name);
    const std::vector<float> normal = tensor("normal", 1024);
    std::vector<float> tiny = normal, huge = normal;
    for (float& v : tiny) v *= 0x1p-20f;
    for (float& v : huge) v *= 1e30f;
    const std::vector<float> zeros(normal.size());
    // The best half of one scale for all would be 0 or a handful of 2⁻²⁴: whole numbers still tell
    // parts apart.
    CHECK(mean_square_error(tiny, decoded(codec, encoded(codec, tiny))) <
          0.25 * mean_square_error(tiny, zeros));
    // No scale is large enough: every weight has its sign, and no value is infinite.
    const std::vector<float> y = decoded(codec, encoded(codec, huge));
    std::size_t strange = 0;
    double magnitude = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      strange += !std::isfinite(y[i]) || y[i] * huge[i] < 0;
      magnitude = std::max(magnitude, std::fabs(static_cast<double>(y[i])));
    }
    CHECK(strange == 0);
    CHECK(magnitude >= 65504);
  }
}

TEST_CASE("of most searched blocks no neighbouring half serves the written codes better") {
  const struct {
    const char* name;
    int half;  // where it is in a block
  } rows[] = {{"q2_k", 80}, {"q3_k", 108}, {"q4_k", 0}, {"q5_k", 0}, {"q6_k", 208}, {"iq4_xs", 0}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const BlockCodec& codec = *find_block_codec(row.name);
    const std::vector<float> x = tensor("laplace");
    const std::vector<std::uint8_t> bytes = encoded(codec, x);
    const auto weights = static_cast<std::size_t>(codec.weights),
               size = static_cast<std::size_t>(codec.bytes);
    const std::size_t blocks = x.size() / weights;
    std::size_t bettered = 0;
    for (std::size_t b = 0; b < blocks; ++b) {
      const std::vector<float> block(&x[b * weights], &x[b * weights] + weights);
      const auto error = [&](int nudge) {
        std::vector<std::uint8_t> other(&bytes[b * size], &bytes[b * size] + size);
        store_u16(&other[static_cast<std::size_t>(row.half)],
                  static_cast<std::uint16_t>(load_u16(&other[static_cast<std::size_t>(row.half)]) +
                                             nudge));
        return mean_square_error(block, decoded(codec, other));
      };
      bettered += std::min(error(-1), error(1)) < error(0);
    }
    // The codes are chosen once more after the half, so that a few may have moved from under it.
    CHECK(bettered * 2 < blocks);
  }
}

TEST_CASE("formats with an offset keep weights far above zero as well as those far below") {
  for (const BlockCodec& codec : block_codecs()) {
    if (codec.name != "q2_k" && codec.name != "q4_k" && codec.name != "q5_k") continue;
    CAPTURE(codec.name);
    std::vector<float> above = tensor("normal", 1024), below;
    for (float& v : above) v += 10;
    for (const float v : above) below.push_back(-v);
    const double mse = mean_square_error(above, decoded(codec, encoded(codec, above)));
    CHECK(mse == doctest::Approx(mean_square_error(below, decoded(codec, encoded(codec, below))))
                     .epsilon(0.1));
  }
}
