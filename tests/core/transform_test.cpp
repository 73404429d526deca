// Transforms around the quantizer: undone exactly where nothing is quantized away, and measured on the weights as they are.
#include "transform.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "bench.h"
#include "inputs.h"
#include "staged.h"

using namespace halfstep;

namespace {

bool stand_on(Bench& bench, const std::vector<float>& x, const Shape& shape) {
  std::vector<std::uint8_t> bytes(4 * x.size());
  std::memcpy(bytes.data(), x.data(), bytes.size());
  return bench.stage(x.size()).ok() && bench.stage_bytes(Dtype::F32, false, 0, bytes).ok() &&
         bench.commit(shape, false, kMeaningless).ok();
}

Request ask(const char* format, int bits, const char* transform, std::uint64_t seed = 1) {
  Request request;
  request.format = format;
  request.bits = bits;
  request.transform = parse_transform(transform).value();
  request.seed = seed;
  return request;
}

// A layer with one hot column in eight.
std::vector<float> hot_columns(std::size_t rows, std::size_t columns) {
  auto x = inputs::normal(rows * columns, 3);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= i % columns % 8 == 3 ? 20.0f : 1.0f;
  return x;
}

}  // namespace

TEST_CASE("transform: words") {
  CHECK(parse_transform("none").value() == Transform{});
  CHECK(parse_transform("columns")->kind == TransformKind::Columns);
  CHECK(parse_transform("hadamard:65536")->block == 65536);
  for (const char* wrong : {"", "hadamard", "hadamard:", "hadamard:1", "hadamard:3", "hadamard:131072", "hadamard:-2", "Columns"}) {
    const auto parsed = parse_transform(wrong);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().find("power of two") != std::string::npos);
  }
}

TEST_CASE("transform: undone, the weights are back") {
  for (const char* word : {"hadamard:2", "hadamard:64", "hadamard:4096", "columns"}) {
    for (const std::size_t rows : {1, 3, 40}) {
      const Weights weights = tests::weights_of(hot_columns(rows, 65), {rows, 65});
      const auto made = Transformed::make(weights, parse_transform(word).value(), 7);
      REQUIRE(made.ok());
      std::vector<float> back(made->weights().x().begin(), made->weights().x().end());
      const std::size_t from = made->block() < back.size() ? made->block() : 0;
      made->undo(0, std::span(back).first(from));
      made->undo(from, std::span(back).subspan(from));
      double worst = 0;
      for (std::size_t i = 0; i < back.size(); ++i) worst = std::max(worst, std::fabs(double{back[i]} - weights.x()[i]));
      // A block's norm is at most √4096·20·5.
      CHECK(worst < 6400 * 16 * 0x1p-24);
    }
  }
}

TEST_CASE("transform: a column's rms becomes 1, and a column of zeros stays") {
  std::vector<float> x = hot_columns(500, 16);
  for (std::size_t i = 5; i < x.size(); i += 16) x[i] = 0;
  const Weights weights = tests::weights_of(x, {500, 16});
  const auto made = Transformed::make(weights, parse_transform("columns").value(), 1);
  REQUIRE(made.ok());
  for (std::size_t j = 0; j < 16; ++j) {
    double sum = 0;
    for (std::size_t i = j; i < x.size(); i += 16) sum += std::pow(double{made->weights().x()[i]}, 2);
    CHECK(std::sqrt(sum / 500) == doctest::Approx(j == 5 ? 0.0 : 1.0).epsilon(1e-6));
  }
  CHECK(made->stored_bits() == 16 * 32);
}

TEST_CASE("transform: the noise is that of the weights as they are, whatever the format") {
  for (const char* word : {"hadamard:128", "hadamard:4096", "columns"}) {
    for (const char* format : {"int", "uint", "nf4", "mxfp4", "nvfp4", "q4_0", "q4_k", "e8"}) {
      CAPTURE(word);
      CAPTURE(format);
      Bench bench;
      auto x = hot_columns(70, 65);
      x[100] = inputs::kNan;
      x[200] = inputs::kInf;
      REQUIRE(stand_on(bench, x, {70, 65}));
      const FormatRow& row = *find_format(format).value();
      Request request = ask(format, std::max(row.bits_min, std::min(4, row.bits_max)), word);
      request.granularity = row.granularity;
      request.scale = row.scale;
      const auto analysis = bench.analyze(request);
      REQUIRE(analysis.ok());
      const Report report = analysis.value()->report;
      // In pieces that fall in step with no block.
      std::vector<float> q(x.size());
      for (std::size_t at = 0; at < q.size(); at += 777) {
        REQUIRE(bench.quantize(request, at, std::span(q).subspan(at, std::min<std::size_t>(777, q.size() - at))).ok());
      }
      double nn = 0, xx = 0, max = 0, n = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (!std::isfinite(x[i])) {
          CHECK(q[i] == 0);
          continue;
        }
        const double e = double{x[i]} - q[i];
        nn += e * e;
        xx += double{x[i]} * x[i];
        max = std::max(max, std::fabs(e));
        n += 1;
      }
      CHECK(report.tensor.nonfinite == 2);
      CHECK(report.noise.mse == doctest::Approx(nn / n).epsilon(1e-9));
      CHECK(report.noise.max_error == doctest::Approx(max).epsilon(1e-9));
      CHECK(report.noise.snr_db == doctest::Approx(10 * std::log10(xx / nn)).epsilon(1e-9));
    }
  }
}

TEST_CASE("transform: variance and correlation of weights far from zero") {
  const auto x = inputs::normal(70 * 65, 4, 1e-3, 1000);
  for (const char* word : {"hadamard:128", "columns"}) {
    CAPTURE(word);
    Bench bench;
    REQUIRE(stand_on(bench, x, {70, 65}));
    const Request request = ask("int", 4, word);
    const NoiseReport noise = bench.analyze(request).value()->report.noise;
    std::vector<float> q(x.size());
    REQUIRE(bench.quantize(request, 0, q).ok());
    double n = 0, mean = 0, bias = 0, xx = 0, nn = 0, xn = 0;
    for (std::size_t i = 0; i < x.size(); ++i, n += 1) mean += x[i], bias += double{x[i]} - q[i];
    mean /= n, bias /= n;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double a = x[i] - mean, b = double{x[i]} - q[i] - bias;
      xx += a * a, nn += b * b, xn += a * b;
    }
    CHECK(noise.variance == doctest::Approx(nn / n).epsilon(1e-7));
    CHECK(std::fabs(noise.correlation - xn / std::sqrt(xx * nn)) < 1e-7);
  }
}

TEST_CASE("transform: a rotation spreads an outlier, and per column scales tame hot columns") {
  Bench bench;
  REQUIRE(stand_on(bench, hot_columns(256, 64), {256, 64}));
  const auto snr = [&](const char* word, std::uint64_t seed = 1) {
    return bench.analyze(ask("int", 4, word, seed)).value()->report.noise.snr_db;
  };
  const double plain = snr("none");
  // Plain, 20·4σ/7 is the step: hot columns err by a twelfth of its square, the others are lost whole. Rotated, all
  // have a variance of 407/8 and a range of 4σ of that: 1.9 dB less noise.
  CHECK(snr("hadamard:64") - plain == doctest::Approx(1.9).epsilon(0.3));
  CHECK(snr("columns") > plain + 1);
  // Another seed is another rotation, and much the same.
  CHECK(snr("hadamard:64", 2) != snr("hadamard:64", 3));
  CHECK(snr("hadamard:64", 2) == doctest::Approx(snr("hadamard:64", 3)).epsilon(0.05));
  CHECK(snr("none") == plain);
}

TEST_CASE("transform: the cost of columns is counted, a rotation's seed is none") {
  Bench bench;
  REQUIRE(stand_on(bench, inputs::normal(640, 1), {10, 64}));
  const auto bits = [&](const char* word) { return bench.analyze(ask("int", 4, word)).value()->report.quantizer.bits_per_weight; };
  CHECK(bits("hadamard:64") == bits("none"));
  CHECK(bits("columns") == doctest::Approx(bits("none") + 64 * 32 / 640.0));
  const auto bytes = [&](const char* word) { return bench.analyze(ask("int", 4, word)).value()->report.quantizer.bytes; };
  CHECK(bytes("hadamard:64") == bytes("none"));
  CHECK(bytes("columns") == bytes("none") + 64 * 4);
}

TEST_CASE("transform: weights that are not finite are named, and where there are no others there is no number") {
  const std::vector<std::string> empty{"nonfinite", "empty"};
  for (const char* word : {"hadamard:16", "columns"}) {
    for (const char* format : {"int", "nf4", "q4_0", "e8"}) {
      CAPTURE(word);
      CAPTURE(format);
      const FormatRow& row = *find_format(format).value();
      Request request = ask(format, std::max(row.bits_min, std::min(4, row.bits_max)), word);
      request.granularity = row.granularity;
      request.scale = row.scale;
      Bench bench;
      auto x = inputs::normal(640, 1);
      x[17] = inputs::kNan;
      REQUIRE(stand_on(bench, x, {40, 16}));
      const std::vector<std::string> named = bench.analyze(request).value()->report.prediction.conditions;
      CHECK(std::count(named.begin(), named.end(), "nonfinite") == 1);
      CHECK(std::count(named.begin(), named.end(), "empty") == 0);

      for (std::size_t i = 0; i < x.size(); ++i) x[i] = i % 3 ? inputs::kNan : inputs::kInf;
      REQUIRE(stand_on(bench, x, {40, 16}));
      const Analysis& none = *bench.analyze(request).value();
      CHECK(none.report.tensor.nonfinite == 640);
      CHECK(std::isnan(none.report.noise.mse));
      CHECK_FALSE(none.report.noise.exact);
      CHECK(std::isnan(none.report.noise.bias));
      CHECK(std::isnan(none.report.entropy.bits));
      CHECK(std::isnan(none.report.prediction.mse));
      CHECK(none.report.prediction.conditions == empty);
      CHECK(levels(*bench.plan(request).value(), none).empty());
      CHECK(none.report.quantizer.bits_per_weight > 4);
    }
  }
}

TEST_CASE("transform: what is in units of the transformed weights has no number beside those of the weights") {
  Bench bench;
  auto x = hot_columns(256, 64);
  for (float& value : x) value *= 0.02f;
  REQUIRE(stand_on(bench, x, {256, 64}));
  for (const char* word : {"columns", "hadamard:64"}) {
    Request request = ask("int", 4, word);
    request.range = parse_range("percentile:99").value();
    const NoiseReport noise = bench.analyze(request).value()->report.noise;
    CHECK(noise.overload == doctest::Approx(0.01).epsilon(0.1));
    // A rotation keeps Σn², and so what weights beyond the range have of it.
    const Transform transform = request.transform;
    const auto made = Transformed::make(tests::weights_of(x, {256, 64}), transform, request.seed);
    REQUIRE(made.ok());
    const double range = bench.analyze(request).value()->report.quantizer.range_high;
    double clipped = 0;
    for (const float y : made->weights().x()) clipped += std::pow(std::max(std::fabs(double{y}) - range, 0.0), 2);
    if (transform.kind == TransformKind::Hadamard)
      CHECK(noise.overload_mse == doctest::Approx(clipped / 16384).epsilon(1e-5));
    else
      CHECK(std::isnan(noise.overload_mse));
    CHECK(std::isnan(noise.bound));
    CHECK(noise.granular_max_error_in_steps <= noise.bound_in_steps + 1e-5);
    request.transform = {};
    CHECK(bench.analyze(request).value()->report.noise.overload_mse > 0);
  }
}

TEST_CASE("transform: predicted noise is of the weights as they are, each column's step by its own rms") {
  Bench bench;
  const auto x = hot_columns(256, 64);
  REQUIRE(stand_on(bench, x, {256, 64}));
  double squares = 0;
  for (const float value : x) squares += std::pow(double{value}, 2) / static_cast<double>(x.size());
  for (const char* word : {"columns", "hadamard:64"}) {
    const Report report = bench.analyze(ask("int", 6, word)).value()->report;
    // Δ²/12 under the transform; a rotation changes no square, a column's rms multiplies its own.
    const double mse = report.quantizer.step * report.quantizer.step / 12 * (word[0] == 'c' ? squares : 1);
    CHECK(report.prediction.mse == doctest::Approx(mse).epsilon(1e-5));
    CHECK(report.prediction.snr_db == doctest::Approx(10 * std::log10(squares / mse)).epsilon(1e-5));
    CHECK(report.noise.mse == doctest::Approx(mse).epsilon(0.1));
  }
}

TEST_CASE("transform: a designed codebook takes none") {
  Bench bench;
  REQUIRE(stand_on(bench, inputs::normal(640, 1), {640}));
  const auto refused = bench.analyze(ask("lloyd-max", 4, "hadamard:64"));
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().find("takes no transform") != std::string::npos);
}
