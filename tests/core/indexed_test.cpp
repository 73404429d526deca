// The index against the direct pass of the scalar kernels and against compensated sums.
#include "measures/indexed.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "bench.h"
#include "indexes.h"
#include "inputs.h"
#include "oracle.h"
#include "quantizers/codebook.h"
#include "quantizers/formats.h"

using namespace halfstep;
using tests::index_of;

namespace {

constexpr Rounding kMonotone[] = {Rounding::Nearest, Rounding::HalfAway, Rounding::Floor};

// Compensated sums: the direct pass in double is itself good to 1e-9 only where few weights are summed.
struct Truth {
  oracle::Sum n, nn, xn, overload_nn;
};

Truth truth(const std::vector<float>& x, const Cells& cells) {
  std::vector<float> q(x.size());
  scalar_kernels().reconstruct(x.data(), x.size(), cells, 0, q.data());
  Truth t;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double value = x[i], e = value - static_cast<double>(q[i]);
    t.n.add(e);
    t.nn.add(e * e);
    t.xn.add(e * value);
    if (x[i] < cells.range_low || x[i] > cells.range_high) t.overload_nn.add(e * e);
  }
  return t;
}

// Within `share` of Σ|term|.
bool close(double a, const oracle::Sum& b, double share) { return std::fabs(a - b.value()) <= share * b.size(); }

// The same levels from every lowest code on, each measured by itself.
void check_places(const std::vector<float>& x, const SortedIndex& index, float step, std::int32_t top, Rounding rounding) {
  Cells cells;
  cells.step = step;
  cells.rounding = rounding;
  cells.low = -(cells.high = top);
  const Placed placed = best_placed(index, cells);
  double least = INFINITY, clipped = INFINITY, chosen = INFINITY;
  for (std::int32_t low = -top; low <= 0; ++low) {
    cells.low = low;
    cells.high = low + top;
    oracle::Sum all, beyond;
    for (const float v : x) {
      const oracle::Quantized quantized = oracle::quantize(v, cells, 0);
      const double e = static_cast<double>(v) - static_cast<double>(quantized.q);
      all.add(e * e);
      // Of a wider quantizer this weight would have another code.
      Cells wide = cells;
      wide.low = -(wide.high = 1 << 20);
      if (oracle::quantize(v, wide, 0).k != quantized.k) beyond.add(e * e);
    }
    least = std::min(least, all.value());
    clipped = std::min(clipped, beyond.value());
    if (low == placed.low) chosen = all.value();
  }
  CHECK(placed.nn == doctest::Approx(least).epsilon(1e-6));
  CHECK(chosen == doctest::Approx(least).epsilon(1e-6));
  CHECK(placed.clipped == doctest::Approx(clipped).epsilon(1e-6));
}

void check(const std::vector<float>& x, const SortedIndex& index, const Cells& cells) {
  std::vector<std::uint32_t> counts(cells.levels()), expected(cells.levels());
  const NoiseSums sums = measure_indexed(index, cells, counts);
  NoiseSums direct;
  scalar_kernels().noise(x.data(), x.size(), cells, 0, direct);
  scalar_kernels().count_codes(x.data(), x.size(), cells, 0, expected.data());
  CHECK(counts == expected);
  CHECK(sums.max == direct.max);
  CHECK(sums.granular_max == direct.granular_max);
  CHECK(sums.overload == direct.overload);
  const Truth t = truth(x, cells);
  CHECK(close(sums.nn, t.nn, 1e-9));
  CHECK(close(sums.overload_nn, t.overload_nn, 1e-9));
  CHECK(close(sums.n, t.n, 1e-12));
  CHECK(close(sums.xn, t.xn, 1e-12));
  CHECK((sums.nn == 0) == (direct.nn == 0));
  // Sums alone are the same sums.
  CHECK(measure_indexed(index, cells, {}).nn == sums.nn);
}

std::vector<inputs::Named> weights(std::size_t n) {
  inputs::Random random(n + 17);
  std::vector<inputs::Named> all{{"normal", inputs::normal(n, n)}, {"laplace", inputs::laplace(n, n)}};
  const auto make = [&](const char* name, auto&& each) {
    std::vector<float> x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<float>(each(i));
    all.push_back({name, std::move(x)});
  };
  make("layer", [&](std::size_t i) { return random.normal() * std::exp2(static_cast<double>(i % 64) / 8 - 8); });
  make("student, 2 degrees", [&](std::size_t) {
    return random.normal() / std::sqrt(-std::log(random.uniform()));
  });
  make("ramp", [&](std::size_t i) { return n > 1 ? 2.0 * static_cast<double>(i) / static_cast<double>(n - 1) - 1 : 0; });
  make("constant", [&](std::size_t) { return -0.37; });
  make("zero and one weight", [&](std::size_t i) { return i == n / 2 ? 0.7 : 0; });
  make("atoms", [&](std::size_t) { return std::round(random.normal() * 3) / 8; });
  make("multiples of a step, rounded", [&](std::size_t) { return static_cast<float>(std::round(random.normal() * 30)) * 0.0123f; });
  make("above zero", [&](std::size_t) { return 3 + random.uniform(); });
  make("1e-20", [&](std::size_t) { return random.normal() * 1e-20; });
  make("1e20", [&](std::size_t) { return random.normal() * 1e20; });
  make("denormal", [&](std::size_t) { return random.normal() * 1e-43; });
  return all;
}

void check_formats(const inputs::Named& weights, std::span<const int> bits, std::span<const double> ranges) {
  const SortedIndex index = index_of(weights.x);
  const auto [min, max] = std::minmax_element(weights.x.begin(), weights.x.end());
  for (const FormatRow& format : formats()) {
    if (!format.cells) continue;
    for (const int b : bits) {
      for (const double share : ranges) {
        const auto scaled = [&](float end) { return static_cast<float>(static_cast<double>(end) * share); };
        Interval range{std::min(0.0f, scaled(*min)), std::max(0.0f, scaled(*max))};
        if (format.symmetric) range.low = -(range.high = std::max(-range.low, range.high));
        for (const Rounding rounding : kMonotone) {
          Cells cells = format.cells(b, range);
          cells.rounding = rounding;
          if (!can_index(cells)) continue;
          CAPTURE(weights.name);
          CAPTURE(weights.x.size());
          CAPTURE(format.name);
          CAPTURE(b);
          CAPTURE(share);
          CAPTURE(static_cast<int>(rounding));
          check(weights.x, index, cells);
        }
      }
    }
  }
}

constexpr int kAllBits[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
constexpr double kRanges[] = {1, 0.9999, 0.61, 0.07, 3};

}  // namespace

TEST_CASE("indexed: the best place of the levels is the best of all, each measured by itself") {
  std::vector<inputs::Named> all{{"normal", inputs::normal(700, 1)}, {"laplace", inputs::laplace(700, 2)}};
  all.push_back({"above zero, but for one", inputs::laplace(700, 3)});
  for (float& v : all.back().x) v = std::fabs(v);
  all.back().x[9] = -9;
  all.push_back({"one far off", inputs::normal(700, 4)});
  all.back().x[9] = 1e6f;
  for (const inputs::Named& kind : all) {
    CAPTURE(kind.name);
    const SortedIndex index = index_of(kind.x);
    for (const std::int32_t top : {1, 3, 15, 40}) {
      for (const float step : {0.01f, 0.1f, 0.37f, 2.0f}) {
        CAPTURE(top);
        CAPTURE(step);
        for (const Rounding rounding : kMonotone) check_places(kind.x, index, step, top, rounding);
      }
    }
  }
}

TEST_CASE("indexed: every format, width, rounding and range over a thousand weights and fewer") {
  for (const std::size_t n : {1u, 2u, 5u, 63u, 64u, 65u, 127u, 128u, 129u}) {
    for (const auto& named : weights(n)) check_formats(named, std::vector<int>{1, 2, 4, 8, 13, 16}, kRanges);
  }
  for (const auto& named : weights(1000)) check_formats(named, kAllBits, kRanges);
}

TEST_CASE("indexed: a hundred thousand weights") {
  for (const auto& named : weights(100000)) check_formats(named, std::vector<int>{3, 8, 16}, std::vector<double>{0.6});
}

#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kMany = 200000;  // every read is checked there, and takes its time
#else
constexpr std::size_t kMany = 1000000;
#endif

TEST_CASE("indexed: a million weights") {
  for (const auto& named : weights(kMany)) {
    if (named.name == "normal" || named.name == "student, 2 degrees" || named.name == "multiples of a step, rounded") {
      check_formats(named, std::vector<int>{2, 8, 16}, std::vector<double>{0.5});
    }
  }
}

TEST_CASE("indexed: ties, their neighbours, zeros of both signs and the ends of float32") {
  for (const double levels : {1.0, 7.0, 127.0, 32767.0}) {
    for (const float step : {1.0f, 0.1f, 3e-20f, FLT_MIN, FLT_TRUE_MIN, 1e30f}) {
      for (const auto& named : inputs::around(step, levels, 700, 5)) {
        const SortedIndex index = index_of(named.x);
        for (const float offset : {0.0f, 0.5f}) {
          for (const Rounding rounding : kMonotone) {
            Cells cells;
            cells.step = step;
            cells.offset = offset;
            cells.low = -static_cast<std::int32_t>(levels) - (offset > 0);
            cells.high = static_cast<std::int32_t>(levels);
            cells.range_high = static_cast<float>(levels) * step;
            cells.range_low = -cells.range_high;
            cells.rounding = rounding;
            CAPTURE(named.name);
            CAPTURE(step);
            CAPTURE(levels);
            CAPTURE(offset);
            CAPTURE(static_cast<int>(rounding));
            check(named.x, index, cells);
          }
        }
      }
    }
  }
}

TEST_CASE("indexed: codebooks of one level and of many") {
  inputs::Random random(8);
  for (const std::size_t levels : {1u, 2u, 3u, 16u, 64u, 65u, 256u}) {
    std::vector<double> places;
    for (std::size_t i = 0; i < levels; ++i) places.push_back(random.normal());
    const Codebook book = nearest_codebook(places);
    for (const auto& named : weights(5000)) {
      Cells cells;
      cells.book_levels = book.levels;
      cells.book_edges = book.edges;
      cells.high = static_cast<std::int32_t>(book.levels.size() - 1);
      cells.range_low = -0.5f;
      cells.range_high = 0.9f;
      CAPTURE(named.name);
      CAPTURE(levels);
      check(named.x, index_of(named.x), cells);
    }
  }
}

TEST_CASE("indexed: what is not a monotone function of x is refused") {
  Cells cells;
  CHECK(can_index(cells));
  cells.rounding = Rounding::Stochastic;
  CHECK_FALSE(can_index(cells));
  cells.rounding = Rounding::Nearest;
  cells.step = 0;
  CHECK_FALSE(can_index(cells));
}

namespace {

void stage(Bench& bench, const std::vector<float>& x) {
  REQUIRE(bench.stage(x.size()).ok());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(x.data());
  REQUIRE(bench.stage_bytes(Dtype::F32, false, 0, {bytes, x.size() * 4}).ok());
  REQUIRE(bench.commit({x.size()}, false, kMeaningless).ok());
}

void build_index(Bench& bench) {
  for (;;) {
    const auto done = bench.index_step();
    REQUIRE(done.ok());
    if (done.value() >= 1) return;
  }
}

}  // namespace

TEST_CASE("bench: a Report from the index is the direct Report") {
  for (auto named : weights(20000)) {
    for (std::size_t i = 0; i < named.x.size(); i += 101) named.x[i] = i % 2 ? inputs::kNan : -inputs::kInf;
    Bench direct, indexed;
    stage(direct, named.x);
    stage(indexed, named.x);
    CHECK(indexed.index() == nullptr);
    build_index(indexed);
    REQUIRE(indexed.index() != nullptr);
    for (const char* format : {"int", "uint", "midrise"}) {
      for (const int bits : {1, 4, 8, 15}) {
        for (const char* range : {"absmax", "0.4", "percentile:97"}) {
          Request request;
          request.format = format;
          request.bits = bits;
          request.range = parse_range(range).value();
          const auto a = direct.analyze(request), b = indexed.analyze(request);
          REQUIRE(a.ok());
          REQUIRE(b.ok());
          CAPTURE(named.name);
          CAPTURE(format);
          CAPTURE(bits);
          CAPTURE(range);
          CHECK(a.value()->counts == b.value()->counts);
          const NoiseReport &n = a.value()->report.noise, &m = b.value()->report.noise;
          CHECK(m.mse == doctest::Approx(n.mse).epsilon(1e-9));
          CHECK(m.exact == n.exact);
          CHECK(m.max_error == n.max_error);
          CHECK(m.granular_max_error_in_steps == n.granular_max_error_in_steps);
          CHECK(m.overload == n.overload);
          CHECK(m.overload_mse == doctest::Approx(n.overload_mse).epsilon(1e-9));
          CHECK(std::fabs(m.bias - n.bias) <= 1e-12 * std::sqrt(n.mse) + 1e-9 * std::fabs(n.bias));
          // Where n hardly differs from its mean, its correlation is roundoff in both.
          if (n.variance > 1e-6 * n.mse && !std::isnan(n.correlation)) CHECK(std::fabs(m.correlation - n.correlation) <= 1e-6);
          CHECK(a.value()->report.entropy.bits == b.value()->report.entropy.bits);
        }
      }
    }
  }
}

TEST_CASE("bench: new weights drop the index of the old") {
  Bench bench;
  stage(bench, inputs::normal(1000, 1));
  build_index(bench);
  stage(bench, inputs::normal(500, 2));
  CHECK(bench.index() == nullptr);
  build_index(bench);
  CHECK(bench.index()->size() == 500);
  CHECK(bench.index_step().value() == 1);
}

TEST_CASE("bench: codebooks through the whole lab are the direct pass with the same codebook") {
  for (const auto& x : {inputs::normal(30000, 3), inputs::laplace(30000, 4), inputs::normal(7, 5)}) {
    Bench bench;
    stage(bench, x);
    for (const char* format : {"lloyd-max", "ecsq"}) {
      Request request;
      request.format = format;
      request.bits = 3;
      request.granularity = {GranularityKind::Tensor, 0};
      const auto unindexed = make_plan(bench.weights(), request);
      REQUIRE_FALSE(unindexed.ok());
      CHECK(unindexed.error().find("index") != std::string::npos);
      build_index(bench);
      const auto analysis = bench.analyze(request);
      REQUIRE(analysis.ok());
      const Cells cells = bench.plan(request).value()->cells(0);
      REQUIRE_FALSE(cells.book_levels.empty());
      CHECK(std::is_sorted(cells.book_levels.begin(), cells.book_levels.end()));
      NoiseSums sums;
      std::vector<std::uint32_t> counts(cells.levels());
      scalar_kernels().noise(x.data(), x.size(), cells, 0, sums);
      scalar_kernels().count_codes(x.data(), x.size(), cells, 0, counts.data());
      const Report& report = analysis.value()->report;
      CHECK(analysis.value()->counts == counts);
      CHECK(report.noise.mse == doctest::Approx(sums.nn / static_cast<double>(x.size())).epsilon(1e-9));
      CHECK(report.noise.max_error == sums.max);
      CHECK(report.noise.overload == 0);
      request.granularity = {GranularityKind::Group, 16};
      const auto grouped = bench.plan(request);
      const bool takes = (find_format(request.format).value()->takes & kTakesGranularity) != 0;
      REQUIRE(grouped.ok() == takes);
      if (!grouped.ok()) CHECK(grouped.error().find("tensor") != std::string::npos);
    }
  }
}
