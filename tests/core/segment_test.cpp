// The weights of one scale, one by one: places by hand, values by their definition, the nearest level by a plain search.
#include <doctest/doctest.h>

#include <cmath>

#include "inputs.h"
#include "lab.h"
#include "segment.h"
#include "staged.h"

using namespace halfstep;
using namespace tests;

namespace {

Request words(const std::string& format, int bits) {
  const FormatRow& row = *find_format(format).value();
  Request request;
  request.format = format;
  request.bits = bits;
  request.range = row.range;
  request.granularity = row.granularity;
  request.scale = row.scale;
  request.levels = "-1,-0.3,0.3,1";
  return request;
}

float value_of(const Segment& seen, std::size_t i, std::size_t code) {
  return seen.levels[code] * seen.scales[i / seen.part] + seen.offsets[i / seen.part];
}

// Every weight has the value of its code, and no level is nearer to it.
void check_nearest(const Segment& seen) {
  REQUIRE(seen.weights.size() == std::min(seen.count, kMostSeen));
  REQUIRE(seen.codes.size() == seen.weights.size());
  for (std::size_t i = 0; i < seen.weights.size(); ++i) {
    CAPTURE(i);
    REQUIRE(seen.codes[i] < seen.levels.size());
    CHECK(seen.quantized[i] == value_of(seen, i, seen.codes[i]));
    double least = INFINITY;
    for (std::size_t k = 0; k < seen.levels.size(); ++k) {
      least = std::min(least, std::fabs(static_cast<double>(seen.weights[i]) - static_cast<double>(value_of(seen, i, k))));
    }
    const double error = std::fabs(static_cast<double>(seen.weights[i]) - static_cast<double>(seen.quantized[i]));
    // The quotient by the scale is a float32: half an ulp of it may tip a weight between two levels.
    CHECK(error <= least + 1e-6 * std::fabs(static_cast<double>(seen.weights[i])));
  }
}

}  // namespace

TEST_CASE("segment: its place in the tensor, its weights, and their nearest levels") {
  const auto x = inputs::normal(10 * 50, 3);
  const Weights weights = weights_of(x, {10, 50});
  for (const std::string format : {"int", "uint", "midrise", "nf4", "codebook", "mxfp4", "nvfp4", "e4m3", "float"}) {
    CAPTURE(format);
    Request request = words(format, find_format(format).value()->bits_min == find_format(format).value()->bits_max
                                        ? find_format(format).value()->bits_min
                                        : format == "float" ? 6 : 3);
    const bool own = !(find_format(format).value()->takes & kTakesGranularity);
    if (!own) request.granularity = parse_granularity("group:20").value();
    const auto plan = make_plan(weights, request);
    REQUIRE(plan.ok());
    // Rows of 50 in groups of 20, 20, 10; or blocks over all 500.
    const std::size_t block = request.granularity.group;
    const auto seen = segment(weights, plan.value(), 4);
    REQUIRE(seen.ok());
    CHECK(seen->begin == (own ? 4 * block : 50 + 20));
    CHECK(seen->count == (own ? block : 20));
    CHECK(seen->part == seen->count);
    CHECK(seen->scales.size() == 1);
    for (std::size_t i = 0; i < seen->count; ++i) CHECK(seen->weights[i] == x[seen->begin + i]);
    check_nearest(seen.value());
    if (!own) CHECK(segment(weights, plan.value(), 5)->count == 10);
    const std::size_t last = plan->layout.segments();
    CHECK(segment(weights, plan.value(), last - 1)->begin + segment(weights, plan.value(), last - 1)->count == 500);
    CHECK_FALSE(segment(weights, plan.value(), last).ok());
  }
}

TEST_CASE("segment: of many weights the first are seen") {
  const auto x = inputs::laplace(5000, 4);
  const Weights weights = weights_of(x, {5000});
  const auto plan = make_plan(weights, words("int", 4));
  const auto seen = segment(weights, plan.value(), 0);
  CHECK(seen->count == 5000);
  CHECK(seen->weights.size() == kMostSeen);
  CHECK(seen->levels.size() == 15);
  check_nearest(seen.value());
}

TEST_CASE("segment: codes of more than 16 bits, each that of its own value") {
  const Weights weights = weights_of(inputs::normal(200, 9), {200});
  for (const int bits : {16, 17, 19}) {
    CAPTURE(bits);
    Request request = words("float", bits);
    request.exponent_bits = 8;
    const auto plan = make_plan(weights, request);
    REQUIRE(plan.ok());
    const auto seen = segment(weights, plan.value(), 0);
    REQUIRE(seen.ok());
    // 2^b patterns but for those of NaN and ∞ and the second zero.
    CHECK(seen->levels.size() == (std::size_t{1} << bits) - (std::size_t{2} << (bits - 9)) - 1);
    for (std::size_t i = 0; i < 200; ++i) CHECK(seen->quantized[i] == value_of(seen.value(), i, seen->codes[i]));
  }
}

TEST_CASE("segment: NaN goes as 0, an infinity to the end level") {
  std::vector<float> x = inputs::normal(64, 5);
  x[3] = inputs::kNan;
  x[5] = inputs::kInf;
  x[7] = -inputs::kInf;
  const Weights weights = weights_of(x, {64});
  const auto plan = make_plan(weights, words("int", 3));
  const auto seen = segment(weights, plan.value(), 0);
  CHECK(std::isnan(seen->weights[3]));
  CHECK(seen->quantized[3] == 0);
  CHECK(seen->levels[seen->codes[3]] == 0);
  CHECK(seen->codes[5] == 6);
  CHECK(seen->codes[7] == 0);
}

TEST_CASE("segment: a lattice's vectors have no code of one weight") {
  const Weights weights = weights_of(inputs::normal(100, 6), {100});
  const auto plan = make_plan(weights, words("e8", 4));
  const auto seen = segment(weights, plan.value(), 0);
  REQUIRE(seen.ok());
  CHECK(seen->levels.empty());
  CHECK(seen->codes.empty());
  REQUIRE(seen->quantized.size() == 100);
  // E8 is the even vectors of whole numbers and those of halves: every coordinate is a multiple of half a step.
  for (const float q : seen->quantized) {
    const double halves = 2 * static_cast<double>(q) / static_cast<double>(seen->scales[0]);
    CHECK(std::fabs(halves - std::nearbyint(halves)) < 1e-5);
  }
}

TEST_CASE("segment: a block of every storage layout, as its own bytes decode") {
  for (const BlockCodec& codec : block_codecs()) {
    CAPTURE(codec.name);
    const auto size = static_cast<std::size_t>(codec.weights);
    std::vector<float> x = inputs::normal(size, 7);
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(codec.bytes));
    std::vector<float> decoded(size);
    codec.encode(x.data(), 1, bytes.data());
    codec.decode(bytes.data(), 1, decoded.data());
    const Segment seen = open_block(codec, x);
    CHECK(seen.weights == x);
    CHECK(seen.quantized == decoded);
    CHECK(seen.scales.size() == size / seen.part);
    for (std::size_t i = 0; i < size; ++i) CHECK(value_of(seen, i, seen.codes[i]) == decoded[i]);
  }
}

TEST_CASE("segment: the last block of a layout is filled up with zeros") {
  const auto x = inputs::normal(70, 8);
  const Weights weights = weights_of(x, {70});
  const auto plan = make_plan(weights, words("q4_1", 4));
  const auto seen = segment(weights, plan.value(), 2);
  REQUIRE(seen.ok());
  CHECK(seen->begin == 64);
  CHECK(seen->count == 6);
  CHECK(seen->weights.size() == 6);
  std::vector<float> q(70);
  quantize(weights, plan.value(), 0, q);
  for (std::size_t i = 0; i < 6; ++i) CHECK(seen->quantized[i] == q[64 + i]);
}
