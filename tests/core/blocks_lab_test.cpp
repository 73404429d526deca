// What the books say of weights in blocks, against a plain loop over blocks opened one by one, and against H where cells
// are so narrow that the books are right.
#include <doctest/doctest.h>

#include <cmath>

#include "inputs.h"
#include "lab.h"
#include "lab_oracle.h"
#include "measures/spacing.h"
#include "segment.h"
#include "staged.h"

using namespace halfstep;
using namespace tests;

namespace {

Request own(const std::string& format) {
  const FormatRow& row = *find_format(format).value();
  Request request;
  request.format = format;
  request.bits = row.bits_min;
  request.range = row.range;
  request.granularity = row.granularity;
  request.scale = row.scale;
  return request;
}

// Calls visit(x, level, scale, offset, number of the level) for every weight.
template <typename Visit>
void each_weight(const BlockCodec& codec, const std::vector<float>& x, Visit&& visit) {
  const auto size = static_cast<std::size_t>(codec.weights);
  for (std::size_t at = 0; at < x.size(); at += size) {
    const Segment block = open_block(codec, std::span(x).subspan(at, size));
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t code = block.codes[i], part = i / block.part;
      visit(x[at + i], block.levels[code], block.scales[part], block.offsets[part], code);
    }
  }
}

double width_of(std::span<const float> levels, std::size_t k) {
  if (k == 0) return static_cast<double>(levels[1]) - levels[0];
  if (k + 1 == levels.size()) return static_cast<double>(levels[k]) - levels[k - 1];
  return (static_cast<double>(levels[k + 1]) - levels[k - 1]) / 2;
}

}  // namespace

TEST_CASE("blocks in the lab: predictions by the width of every cell, the outer as wide as the gap beside it") {
  const auto x = inputs::normal(1 << 15, 5, 0.02);
  for (const char* name : {"iq4_nl", "q5_1", "q8_0"}) {
    CAPTURE(name);
    const BlockCodec& codec = *find_block_codec(name);
    double nn = 0, log2_width = 0;
    std::vector<float> scaled;
    each_weight(codec, x, [&](float value, float, float scale, float offset, std::size_t code) {
      const double width = width_of(codec.levels, code);
      nn += std::pow(width * scale, 2) / 12;
      log2_width += std::log2(width);
      scaled.push_back((value - offset) / scale);
    });
    const Report report = measure(weights_of(x, {x.size()}), own(name)).analysis.report;
    const double n = static_cast<double>(x.size());
    CHECK(report.prediction.mse == doctest::Approx(nn / n).epsilon(1e-9));
    std::sort(scaled.begin(), scaled.end());
    const double with_all = differential_entropy(scaled).bits - log2_width / n;
    // The atoms of what sets its scale, 1 or 2 of 32 weights on an end, hide up to a third of a bit, and count for
    // H(1/16) = 0.34 of it themselves; IQ4_NL has none.
    if (std::string(name) == "iq4_nl") CHECK(report.prediction.entropy_bits == doctest::Approx(with_all).epsilon(1e-3));
    CHECK(report.prediction.entropy_bits >= with_all - 1e-3);
    CHECK(report.prediction.entropy_bits < with_all + 0.69);
  }
}

TEST_CASE("blocks in the lab: predicted entropy is H where cells are narrow, beside the weights that set the scale") {
  const auto x = inputs::normal(1 << 18, 3, 0.02);
  const Weights weights = weights_of(x, {512, 512});
  const auto gap = [&](const Request& request) {
    const Report report = measure(weights, request).analysis.report;
    return report.prediction.entropy_bits - report.entropy.bits;
  };
  // h of 2^15 samples errs by 1.5/√2^15 = 0.008 bit.
  CHECK(std::fabs(gap(own("q8_0"))) < 0.025);
  CHECK(std::fabs(gap(own("q5_0"))) < 0.025);
  CHECK(std::fabs(gap(own("q5_1"))) < 0.04);
  CHECK(std::fabs(gap(own("q4_0"))) < 0.04);
  CHECK(std::fabs(gap(own("q4_1"))) < 0.05);
  for (const ScaleType scale : {ScaleType::Float32, ScaleType::Float16}) {
    for (const std::string format : {"int", "uint"}) {
      Request request = ask(format, 8, "absmax", "group:32");
      request.scale = scale;
      CAPTURE(format);
      // An affine range under a float16 scale is whole steps of it, and the weights at its ends lie beside them.
      const bool beside = request.format == "uint" && scale == ScaleType::Float16;
      CHECK(std::fabs(gap(request)) < (beside ? 0.05 : 0.025));
      request.bits = 5;
      CHECK(std::fabs(gap(request)) < 0.04);
    }
  }
}

TEST_CASE("blocks in the lab: a sample of many weights stands for all") {
  // 2^18 weights are sampled, a block in eight; of 2^15 and fewer all are.
  const auto x = inputs::laplace(1 << 18, 8);
  const auto predicted = [&](std::size_t count) {
    const std::vector<float> some(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(count));
    return report_of(some, own("q6_k")).prediction.entropy_bits;
  };
  CHECK(predicted(1 << 18) == doctest::Approx(predicted(1 << 15)).epsilon(0.01));
  // More than one sample's worth, and not a whole number of stretches: none is written beyond its room.
  CHECK(predicted((1 << 16) - 256) == doctest::Approx(predicted(1 << 15)).epsilon(0.01));
}

TEST_CASE("blocks in the lab: noise in units of the mean distance of levels under each scale") {
  const auto x = inputs::normal(1 << 13, 6, 0.02);
  const BlockCodec& codec = *find_block_codec("iq4_nl");
  // From −127 to 113 in 15 steps.
  const double unit = (113.0 + 127.0) / 15;
  std::vector<std::uint32_t> expected(40), counts(40);
  std::uint64_t outside = 0;
  each_weight(codec, x, [&](float value, float level, float scale, float offset, std::size_t) {
    const float q = level * scale + offset;
    const double place = ((static_cast<double>(value) - q) / (std::fabs(static_cast<double>(scale)) * unit) + 1) * 20;
    place >= 0 && place < 40 ? void(++expected[static_cast<std::size_t>(place)]) : void(++outside);
  });
  const Weights weights = weights_of(x, {x.size()});
  const auto plan = make_plan(weights, own("iq4_nl"));
  REQUIRE(plan.ok());
  Bins bins{-1, 1, counts, 0, 0};
  noise_histogram(weights, plan.value(), bins);
  CHECK(bins.below + bins.above == outside);
  std::uint64_t apart = 0;
  for (std::size_t b = 0; b < 40; ++b) apart += expected[b] > counts[b] ? expected[b] - counts[b] : counts[b] - expected[b];
  // A quotient kept as a float32 may fall on the other side of an edge.
  CHECK(apart <= 8);
}
