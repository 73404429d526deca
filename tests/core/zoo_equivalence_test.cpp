// Rows that come to the same by different ways are each other's oracle: to the bit, and where two
// definitions differ, there and nowhere else.
#include <doctest/doctest.h>

#include <set>

#include "blocks_weights.h"
#include "coding/coded_tensor.h"
#include "oracle.h"
#include "quantizers/grids.h"
#include "quantizers/minifloat.h"
#include "zoo.h"

using namespace halfstep;
using namespace zoo;
using blocks_test::bits;

namespace {

std::vector<float> lab(const std::vector<float>& x, const Request& request) {
  return answer(x, request).q;
}

Request grid_of(std::string_view name, std::uint64_t block, ScaleType scale) {
  Request request = request_of(name);
  request.granularity = {GranularityKind::Block, block};
  request.scale = scale;
  return request;
}

std::vector<inputs::Named> all_weights() {
  std::vector<inputs::Named> all;
  for (const std::size_t n : {1u, 31u, 33u, 257u, 1000u}) {
    for (auto& kind : hostile(n)) all.push_back(std::move(kind));
  }
  return all;
}

// Whole blocks, the rest and what is not finite as zero.
std::vector<float> whole(std::vector<float> x, std::size_t block) {
  for (float& value : x) value = std::isfinite(value) ? value : 0;
  x.resize((x.size() + block - 1) / block * block);
  return x;
}

}  // namespace

TEST_CASE("zoo: standards are their elements in blocks under their scales") {
  struct Pair {
    std::string_view standard, element;
    std::uint64_t block;
    ScaleType scale;
  };
  for (const Pair& pair :
       {Pair{"mxfp8-e4m3", "e4m3", 32, ScaleType::E8m0},
        Pair{"mxfp8-e5m2", "e5m2", 32, ScaleType::E8m0},
        Pair{"mxfp6-e3m2", "e3m2", 32, ScaleType::E8m0},
        Pair{"mxfp6-e2m3", "e2m3", 32, ScaleType::E8m0}, Pair{"mxfp4", "e2m1", 32, ScaleType::E8m0},
        Pair{"mxfp4", "e2m1", 32, ScaleType::E8m0Ceil}, Pair{"nvfp4", "e2m1", 16, ScaleType::E4m3},
        Pair{"nf4-double", "nf4", 64, ScaleType::Nested}}) {
    for (const auto& kind : all_weights()) {
      CAPTURE(pair.standard);
      CAPTURE(kind.name);
      Request standard = request_of(pair.standard);
      standard.scale = pair.scale;
      CHECK(bits(lab(kind.x, standard)) ==
            bits(lab(kind.x, grid_of(pair.element, pair.block, pair.scale))));
    }
  }
}

// bitsandbytes' quantize_4bit has the codes before compress_statistics touches the scales, and
// dequantize_4bit multiplies by what came of them.
TEST_CASE(
    "zoo: nested scales leave the codes that float32 ones give, and are what Q is counted in") {
  std::size_t moved = 0;
  for (const FormatRow& row : formats()) {
    if (!(row.takes & kTakesScale) || !(row.takes & kTakesGranularity)) continue;
    Request nested = request_of(row, std::clamp(4, row.bits_min, row.bits_max));
    nested.granularity = {GranularityKind::Block, 16};
    Request plain = nested;
    nested.scale = ScaleType::Nested;
    plain.scale = ScaleType::Float32;
    for (const auto& kind : all_weights()) {
      const Answer a = answer(kind.x, nested), b = answer(kind.x, plain);
      CAPTURE(words(nested));
      CAPTURE(kind.name);
      const auto codes = codes_of(a.weights, a.plan), chosen = codes_of(b.weights, b.plan);
      for (std::size_t i = 0; i < a.q.size(); ++i) {
        const Cells cells = a.plan.cells(a.plan.layout.segment_of(i)),
                    own = b.plan.cells(a.plan.layout.segment_of(i));
        // Zeros are zeros under any scale.
        if (own.step == 0) continue;
        CHECK(codes->span()[i] == chosen->span()[i]);
        const float level = cells.book_levels.empty()
                                ? static_cast<float>(codes->span()[i] + cells.low) + cells.offset
                                : cells.book_levels[codes->span()[i]];
        const float scale = cells.book_levels.empty() ? cells.step : cells.book_scale;
        if (std::isfinite(kind.x[i])) CHECK(a.q[i] == level * scale + 0.0f);
        moved += a.q[i] != b.q[i];
      }
    }
  }
  CHECK(moved > 1000);
}

// OCP rounds half to even, ggml's quantize_row_mxfp4_ref takes the first of equally near levels,
// from zero outwards. So they part at ¾, 1¾ and 3½ of the scale, where the even code is the outer
// one, and nowhere else.
TEST_CASE("zoo: MXFP4 of OCP and of ggml part at three ties and nowhere else") {
  const BlockCodec& ggml = *find_block_codec("mxfp4");
  std::size_t parted = 0;
  for (auto& kind : all_weights()) {
    const std::vector<float> x = whole(kind.x, 32);
    const std::vector<float> ocp = lab(x, request_of("mxfp4")),
                             theirs = blocks_test::decoded(ggml, blocks_test::encoded(ggml, x));
    for (std::size_t block = 0; block < x.size(); block += 32) {
      float most = 0;
      for (std::size_t i = block; i < block + 32; ++i) most = std::max(most, std::fabs(x[i]));
      const int e = most > 0 ? std::max(std::ilogb(most) - 2, -127) : 0;
      for (std::size_t i = block; i < block + 32; ++i) {
        const double place = std::ldexp(std::fabs(static_cast<double>(x[i])), -e);
        const bool tie = place == 0.75 || place == 1.75 || place == 3.5;
        CAPTURE(x[i]);
        CAPTURE(place);
        if (tie) {
          parted += 1;
          CHECK(std::fabs(ocp[i]) == std::ldexp(std::ceil(place), e));
          CHECK(std::fabs(theirs[i]) == std::ldexp(place == 3.5 ? 3 : place - 0.25, e));
        } else if (!(ocp[i] == theirs[i])) {
          FAIL_CHECK(ocp[i] << " of OCP, " << theirs[i] << " of ggml");
        }
      }
    }
  }
  CHECK(parted > 20);
}

TEST_CASE(
    "zoo: a GGUF row is its codec on whole blocks, what lacks and what is not finite as zero") {
  for (const FormatRow& row : formats()) {
    if (!row.codec) continue;
    const BlockCodec& codec = *row.codec();
    CHECK(codec.name == row.name);
    CHECK(&codec == find_block_codec(row.name));
    CHECK(row.granularity ==
          Granularity{GranularityKind::Block, static_cast<std::uint64_t>(codec.weights)});
    for (const auto& kind : all_weights()) {
      std::vector<float> q = blocks_test::decoded(
          codec,
          blocks_test::encoded(codec, whole(kind.x, static_cast<std::size_t>(codec.weights))));
      q.resize(kind.x.size());
      for (std::size_t i = 0; i < q.size(); ++i) q[i] = std::isnan(kind.x[i]) ? 0 : q[i] + 0.0f;
      CAPTURE(row.name);
      CAPTURE(kind.name);
      CHECK(bits(lab(kind.x, request_of(row.name))) == bits(q));
    }
  }
}

// Its levels typed, of QLoRA's appendix E. A typed codebook takes the midpoint for its edge,
// bitsandbytes a printed decimal, and a tie goes up in the one and down in the other.
TEST_CASE("zoo: NF4 is the typed codebook of its levels, but for a float32 or two at an edge") {
  constexpr double kLevels[] = {-1.0,
                                -0.6961928009986877,
                                -0.5250730514526367,
                                -0.39491748809814453,
                                -0.28444138169288635,
                                -0.18477343022823334,
                                -0.09105003625154495,
                                0.0,
                                0.07958029955625534,
                                0.16093020141124725,
                                0.24611230194568634,
                                0.33791524171829224,
                                0.44070982933044434,
                                0.5626170039176941,
                                0.7229568362236023,
                                1.0};
  Request typed = grid_of("codebook", 64, ScaleType::Float32);
  typed.bits = 4;
  typed.levels =
      "-1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, "
      "-0.18477343022823334, "
      "-0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, "
      "0.33791524171829224, "
      "0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1";
  for (auto& kind : all_weights()) {
    // Block maxima of one, and weights at every midpoint.
    if (kind.name == "ties" && kind.x.size() > 200) {
      for (std::size_t i = 0; i < kind.x.size(); ++i) {
        const std::size_t k = i % 15;
        kind.x[i] = i % 64 == 0 ? 1 : static_cast<float>((kLevels[k] + kLevels[k + 1]) / 2);
      }
    }
    const std::vector<float> a = lab(kind.x, request_of("nf4")), b = lab(kind.x, typed);
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (a[i] == b[i]) continue;
      double most = 0;
      for (std::size_t j = i / 64 * 64; j < std::min(i / 64 * 64 + 64, a.size()); ++j) {
        if (std::isfinite(kind.x[j]))
          most = std::max(most, std::fabs(static_cast<double>(kind.x[j])));
      }
      double off = 1;
      for (std::size_t k = 1; k < 16; ++k)
        off = std::min(off, std::fabs(kind.x[i] / most - (kLevels[k - 1] + kLevels[k]) / 2));
      CAPTURE(kind.x[i]);
      // Denormal quotients are coarse.
      if (most > 1e-36) CHECK(off <= 0x1p-22);
      if (most == 1) CHECK(a[i] < b[i]);
    }
  }
}

// bitsandbytes' kQuantizeBlockwise and its default backend: 1/absmax once, then a product, and
// dQuantizeNF4's thresholds, above which the next code begins. About one weight in six million has
// another code by the quotient; here they stand at the thresholds.
TEST_CASE(
    "zoo: NF4 counts the thresholds below a weight times the reciprocal of its block's largest") {
  constexpr float kThresholds[] = {
      -0.8480964004993439f, -0.6106329262256622f, -0.4599952697753906f, -0.33967943489551544f,
      -0.23460740596055984f, -0.13791173323988914f, -0.045525018125772476f, 0.03979014977812767f,
      0.1202552504837513f, 0.2035212516784668f, 0.2920137718319893f, 0.3893125355243683f,
      0.5016634166240692f, 0.6427869200706482f, 0.8614784181118011f};
  const auto code = [&](float place) {
    return std::count_if(std::begin(kThresholds), std::end(kThresholds),
                         [&](float t) { return place > t; });
  };
  std::vector<float> x;
  inputs::Random random(11);
  for (int block = 0; block < 300; ++block) {
    const auto most = static_cast<float>(std::exp2(random.uniform() * 60 - 30));
    x.push_back(block % 2 ? most : -most);
    for (int i = 0; i < 63; ++i) {
      float near = kThresholds[(block + i) % 15] * most;
      for (int up = i / 15; up > 0; --up) near = std::nextafter(near, i % 2 ? most : -most);
      x.push_back(near);
    }
  }
  std::size_t parted = 0;
  for (const std::string_view name : {"nf4", "nf4-double"}) {
    const Answer a = answer(x, request_of(name));
    const Report scalar = analyze(a.weights, a.plan, nullptr, scalar_kernels()).report;
    const auto codes = codes_of(a.weights, a.plan);
    oracle::Sum nn;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const float most = std::fabs(x[i / 64 * 64]), reciprocal = 1 / most;
      const Cells cells = a.plan.cells(i / 64);
      const std::uint16_t one = codes->span()[i];
      CAPTURE(x[i]);
      CAPTURE(most);
      CHECK(one == code(x[i] * reciprocal));
      CHECK(a.q[i] == nf4_grid().levels[one] * cells.book_scale + 0.0f);
      parted += one != code(x[i] / most);
      const double e = static_cast<double>(x[i]) - static_cast<double>(a.q[i]);
      nn.add(e * e);
    }
    CHECK(scalar.noise.mse ==
          doctest::Approx(nn.value() / static_cast<double>(x.size())).epsilon(1e-12));
    // One scale is measured from the index, whose cells end at the same weights.
    Request tensor = request_of(name);
    tensor.granularity = {};
    const Answer b = answer(x, tensor);
    CHECK(analyze(b.weights, b.plan, &b.index).counts == analyze(b.weights, b.plan).counts);
  }
  CHECK(parted > 100);
}

TEST_CASE("zoo: a float without a scale is a cast") {
  struct Pair {
    std::string_view name;
    MinifloatSpec spec;
  };
  for (const Pair& pair :
       {Pair{"e4m3", kE4m3}, Pair{"e5m2", kE5m2}, Pair{"e3m2", kE3m2}, Pair{"e2m3", kE2m3},
        Pair{"e2m1", kE2m1}, Pair{"bf16", kBf16}, Pair{"fp16", kFp16}}) {
    for (const auto& kind : all_weights()) {
      Request request = request_of(pair.name);
      request.scale = ScaleType::None;
      std::vector<float> cast;
      for (const float x : kind.x)
        cast.push_back(std::isnan(x) ? 0 : decode(pair.spec, encode(pair.spec, x, true)) + 0.0f);
      CAPTURE(pair.name);
      CAPTURE(kind.name);
      CHECK(bits(lab(kind.x, request)) == bits(cast));
    }
  }
}

// The two round a tie to the even code and up.
TEST_CASE(
    "zoo: int in groups is the typed codebook of whole numbers, under scales of every type, but "
    "for ties") {
  std::size_t ties = 0;
  for (std::size_t scale = 0; scale < scale_names().size(); ++scale) {
    if (static_cast<ScaleType>(scale) >= ScaleType::None) continue;
    for (const std::uint64_t group : {16u, 24u, 1u << 20}) {
      Request rule = request_of("int"), book = request_of("codebook");
      rule.bits = book.bits = 4;
      book.levels = "-7,-6,-5,-4,-3,-2,-1,0,1,2,3,4,5,6,7";
      rule.scale = book.scale = static_cast<ScaleType>(scale);
      rule.granularity = book.granularity = {GranularityKind::Group, group};
      for (const auto& kind : all_weights()) {
        const Answer a = answer(kind.x, rule), b = answer(kind.x, book);
        for (std::size_t i = 0; i < a.q.size(); ++i) {
          if (a.q[i] == b.q[i]) continue;
          const Cells cells = a.plan.cells(a.plan.layout.segment_of(i));
          const float place = kind.x[i] / cells.divisor();
          CAPTURE(words(rule));
          CAPTURE(kind.name);
          CHECK(place - std::floor(place) == 0.5f);
          CHECK(a.q[i] < b.q[i]);
          ++ties;
        }
      }
    }
  }
  CHECK(ties > 10);
}

TEST_CASE(
    "zoo: MXINT8 is int 8 in blocks of 32 under the power of two, binary one bit of int over the "
    "mean magnitude") {
  for (const auto& kind : all_weights()) {
    CAPTURE(kind.name);
    const bool least = kind.name == "denormal" || kind.name == "the least above zero";
    // E8M0 ends at 2^−127 in both, which is 64 steps of the one and a step of the other.
    if (!least) {
      CHECK(bits(lab(kind.x, request_of("mxint8"))) == bits(lab(kind.x, [] {
              Request request = grid_of("int", 32, ScaleType::E8m0);
              request.bits = 8;
              return request;
            }())));
    }
    // Its step is twice the scale: it may overflow where the scale does not, a quotient vanish, and half of it be no float32.
    if (least || kind.name.find("float32") != std::string::npos || kind.name == "from everywhere") continue;
    Request sign = request_of("int");
    sign.bits = 1;
    sign.range = {RangeRule::Absmean, 0};
    CHECK(bits(lab(kind.x, request_of("binary"))) == bits(lab(kind.x, sign)));
  }
}

// BitNet b1.58 (Ma et al. 2024), equations 1 to 3: RoundClip(W/γ, −1, 1), γ the mean magnitude.
TEST_CASE("zoo: ternary is RoundClip over the mean magnitude") {
  for (const auto& kind : all_weights()) {
    double sum = 0, count = 0;
    for (const float x : kind.x) {
      if (std::isfinite(x)) sum += std::fabs(static_cast<double>(x)), count += 1;
    }
    const std::vector<float> q = lab(kind.x, request_of("ternary"));
    const auto mean = static_cast<float>(count > 0 ? sum / count : 0);
    for (std::size_t i = 0; i < q.size(); ++i) {
      if (!std::isfinite(kind.x[i])) continue;
      const float k = mean == 0 ? 0 : std::clamp(std::nearbyint(kind.x[i] / mean), -1.0f, 1.0f);
      CAPTURE(kind.name);
      CHECK(q[i] == doctest::Approx(k * mean).epsilon(0x1p-22));
    }
  }
}

TEST_CASE(
    "zoo: the least float32 is kept by every grid that has its block's largest among its levels") {
  for (const std::string_view name : {"nf4", "codebook", "e4m3", "e2m1", "binary", "mxfp4"}) {
    CAPTURE(name);
    CHECK(lab({FLT_TRUE_MIN}, request_of(name)) ==
          std::vector<float>{name == "mxfp4" ? 0 : FLT_TRUE_MIN});
  }
}
