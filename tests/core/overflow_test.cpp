// Floats that do not saturate: what rounds beyond the largest value is lost, to ±∞ or NaN, and told so. The oracle is a
// conversion in float64 after IEEE 754-2019 (4.3.1, 7.4) and OFP8 1.0 (table 3): round as if exponents had no end, and
// what is then above the largest value overflows.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "bench.h"
#include "inputs.h"
#include "oracle.h"
#include "quantizers/range_scan.h"
#include "staged.h"

using namespace halfstep;
using inputs::kInf;
using inputs::kNan;

namespace {

struct Float {
  const char* format;
  int bits, exponent_bits;
  int mantissa, least;  // of the exponents of normal numbers
  double largest;
  double beyond;  // ∞, or NaN where the format has no infinity
  bool has_nan = true;
  bool scaled = true;
};

const Float kFloats[] = {
    {"e4m3", 8, 4, 3, -6, 448, NAN},
    {"e5m2", 8, 4, 2, -14, 57344, INFINITY},
    {"fp16", 16, 4, 10, -14, 65504, INFINITY, true, false},
    {"bf16", 16, 4, 7, -126, 0x1.FEp127, INFINITY, true, false},
    {"float", 14, 8, 5, -126, 0x1.F8p127, INFINITY},
    {"float", 9, 8, 0, -126, 0x1p127, INFINITY, false},
};

double convert(const Float& f, double x) {
  if (std::isnan(x)) return f.has_nan ? kNan : 0;
  if (x == 0) return 0;
  const double overflown = std::copysign(f.beyond, x);
  if (std::isinf(x)) return overflown;
  const double place = std::ldexp(1, std::max(std::ilogb(x), f.least) - f.mantissa);
  const double rounded = std::nearbyint(x / place) * place;
  return std::fabs(rounded) > f.largest ? overflown : rounded + 0.0;
}

Request request_of(const Float& f, Overflow overflow = Overflow::Infinity) {
  Request request;
  request.format = f.format;
  request.bits = f.bits;
  request.exponent_bits = f.exponent_bits;
  request.overflow = overflow;
  const FormatRow& row = *find_format(f.format).value();
  request.range = row.range;
  request.scale = row.scale;
  return request;
}

// Values, ties and their neighbours from the least to beyond the largest, both zeros, and what is not finite.
std::vector<float> weights_for(const Float& f, double scale, std::size_t n) {
  const double end = f.largest * scale, tie = std::min(end * (1 + std::ldexp(0.5, -f.mantissa)), double{FLT_MAX});
  std::vector<float> x{0, -0.0f, kNan, kInf, -kInf, FLT_TRUE_MIN, -FLT_TRUE_MIN, FLT_MIN};
  for (const double value : {end, tie, 0.75 * end, std::ldexp(scale, f.least), std::ldexp(1.5 * scale, f.least - f.mantissa)}) {
    const float here = static_cast<float>(value);
    for (const float v : {here, std::nextafter(here, 0.0f), std::nextafter(here, kInf)}) x.insert(x.end(), {v, -v});
  }
  inputs::Random random(n);
  while (x.size() < n) x.push_back(static_cast<float>(std::clamp(random.normal() * end / 2, -double{FLT_MAX}, double{FLT_MAX})));
  std::rotate(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(n % 5), x.end());
  x.resize(n);
  return x;
}

bool same(float a, float b) { return std::isnan(a) ? std::isnan(b) : __builtin_bit_cast(std::uint32_t, a) == __builtin_bit_cast(std::uint32_t, b); }

struct Counted {
  double n = 0, lost = 0, nn = 0;
};

Counted check_values(const Float& f, const Plan& plan, std::span<const float> x, std::span<const float> q) {
  Counted all;
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float scale = plan.cells(plan.layout.segment_of(i)).book_scale;
    const float expected = static_cast<float>(convert(f, x[i] / scale)) * scale + 0.0f;
    wrong += !same(q[i], expected);
    if (!std::isfinite(x[i])) continue;
    all.n += 1;
    all.lost += !std::isfinite(expected);
    all.nn += std::pow(double{x[i]} - double{expected}, 2);
  }
  CHECK(wrong == 0);
  return all;
}

}  // namespace

TEST_CASE("overflow: every value is IEEE's, and what is lost is counted and spread into no mean") {
  for (const Float& f : kFloats) {
    for (const double range : {448.0, 0.37, 3e4}) {
      if (!f.scaled && range != 448) continue;
      for (const std::size_t n : {0u, 1u, 3u, 4u, 5u, 15u, 16u, 17u, 63u, 64u, 65u, 1023u}) {
        CAPTURE(f.format);
        CAPTURE(range);
        CAPTURE(n);
        Request request = request_of(f);
        if (f.scaled) request.range = {RangeRule::Number, range};
        const std::vector<float> x = weights_for(f, f.scaled ? range / f.largest : 1, n);
        const Weights weights = tests::weights_of(x, {n});
        const auto plan = make_plan(weights, request);
        REQUIRE(plan.ok());
        std::vector<float> q(n);
        quantize(weights, plan.value(), 0, q);
        const Counted all = check_values(f, plan.value(), x, q);
        SortedIndex index;
        REQUIRE(index.begin(x).ok());
        while (index.advance() < 1) {
        }
        const Report direct = analyze(weights, plan.value()).report, scalar = analyze(weights, plan.value(), nullptr, scalar_kernels()).report,
                     indexed = analyze(weights, plan.value(), &index).report;
        for (const Report& report : {direct, scalar, indexed}) {
          const auto& words = report.prediction.conditions;
          CHECK(static_cast<double>(report.noise.lost) == all.lost);
          CHECK((std::count(words.begin(), words.end(), "lost") == 1) == (all.lost > 0));
          if (all.n > 0) CHECK(report.entropy.bits == direct.entropy.bits);
          if (all.lost > 0) {
            for (const double number : {report.noise.mse, report.noise.snr_db, report.noise.max_error, report.noise.bias, report.noise.variance,
                                        report.noise.correlation, report.noise.overload_mse, report.prediction.mse, report.prediction.snr_db}) {
              CHECK(std::isnan(number));
            }
            CHECK_FALSE(report.noise.exact);
            CHECK(report.noise.overload > 0);
          } else if (all.n > 0) {
            CHECK(report.noise.mse == doctest::Approx(all.nn / all.n).epsilon(1e-9));
          }
        }
      }
    }
  }
}

TEST_CASE("overflow: groups each lose by their own scale, and where none is lost all is as if it saturated") {
  for (const Float& f : kFloats) {
    if (!f.scaled) continue;
    CAPTURE(f.format);
    const std::size_t n = 65 * 32;
    std::vector<float> x = inputs::normal(n, 3);
    x[40] = 1000;
    const Weights weights = tests::weights_of(x, {n});
    for (const char* scale : {"float32", "e8m0"}) {
      Request request = request_of(f), saturating = request_of(f, Overflow::Saturate);
      for (Request* r : {&request, &saturating}) {
        r->granularity = parse_granularity("group:32").value();
        r->scale = parse_scale(scale).value();
      }
      const auto plan = make_plan(weights, request), other = make_plan(weights, saturating);
      REQUIRE(plan.ok());
      REQUIRE(other.ok());
      std::vector<float> q(n), clipped(n);
      quantize(weights, plan.value(), 0, q);
      quantize(weights, other.value(), 0, clipped);
      const Counted all = check_values(f, plan.value(), x, q);
      const Analysis analysis = analyze(weights, plan.value()), saturated = analyze(weights, other.value());
      CHECK(static_cast<double>(analysis.report.noise.lost) == all.lost);
      // Float32 ranges end at the largest weight.
      if (std::string_view(scale) == "float32") CHECK(all.lost == 0);
      std::size_t differ = 0;
      for (std::size_t i = 0; i < n; ++i) differ += !same(q[i], clipped[i]);
      CHECK(static_cast<double>(differ) == all.lost);
      const Report &report = analysis.report, &kept = saturated.report;
      CHECK(report.quantizer.bits_per_weight == kept.quantizer.bits_per_weight);
      CHECK(report.quantizer.levels == kept.quantizer.levels + 2);
      const auto shown = levels(plan.value(), analysis), all_levels = levels(other.value(), saturated);
      REQUIRE(shown.size() == all_levels.size());
      double counted = 0;
      for (std::size_t k = 0; k < shown.size(); ++k) {
        CHECK(shown[k].value == all_levels[k].value);
        counted += shown[k].count;
      }
      CHECK(counted + all.lost == static_cast<double>(n));
      CHECK(shown.front().edge < shown.front().value);
      CHECK(std::fabs(beyond(plan.value()).edge + shown.front().edge) <= 1e-6 * shown.back().value);
      CHECK(same(static_cast<float>(beyond(plan.value()).value), static_cast<float>(f.beyond)));
      CHECK(beyond(other.value()).edge == INFINITY);
      if (all.lost > 0) continue;
      CHECK(report.noise.mse == kept.noise.mse);
      CHECK(report.entropy.bits == kept.entropy.bits);
      CHECK(report.prediction.mse == doctest::Approx(kept.prediction.mse).epsilon(1e-12));
      CHECK(report.prediction.entropy_bits == doctest::Approx(kept.prediction.entropy_bits).epsilon(1e-9));
    }
  }
}

TEST_CASE("overflow: past the kernels of large tensors too") {
  const std::size_t n = (std::size_t{1} << 22) + 3;
  std::vector<float> x = inputs::normal(n, 9);
  const Weights weights = tests::weights_of(x, {n});
  for (const char* granularity : {"tensor", "group:64"}) {
    CAPTURE(granularity);
    Request request = request_of(kFloats[0]);
    request.range = {RangeRule::Number, 3};
    request.granularity = parse_granularity(granularity).value();
    const auto plan = make_plan(weights, request);
    REQUIRE(plan.ok());
    // 464/448 of the range is the tie, that stays.
    const float scale = plan->cells(0).book_scale;
    double lost = 0;
    for (const float value : x) lost += std::fabs(value / scale) > 464;
    const NoiseReport noise = analyze(weights, plan.value()).report.noise;
    CHECK(static_cast<double>(noise.lost) == lost);
    CHECK(lost > 1000);
    CHECK(std::isnan(noise.mse));
  }
}

TEST_CASE("overflow: the best range loses none, and is the best of those by trying many") {
  const std::vector<float> x = inputs::normal(777, 4);
  const Weights weights = tests::weights_of(x, {777});
  const double absmax = std::max(-weights.statistics.min, weights.statistics.max);
  SortedIndex index;
  REQUIRE(index.begin(x).ok());
  while (index.advance() < 1) {
  }
  for (const Float& f : {kFloats[0], kFloats[1]}) {
    double best = INFINITY;
    const auto error_at = [&](double range) {
      const float scale = static_cast<float>(range / f.largest);
      double nn = 0;
      for (const float value : x) nn += std::pow(value - convert(f, value / scale) * scale, 2);
      return std::isfinite(nn) ? nn : INFINITY;
    };
    for (int i = 0; i <= 2000; ++i) best = std::min(best, error_at(absmax * std::pow(2.0, i / 1000.0 - 1)));
    for (const SortedIndex* by : {static_cast<const SortedIndex*>(nullptr), static_cast<const SortedIndex*>(&index)}) {
      Request request = request_of(f);
      request.range = {RangeRule::Mse, 0};
      const auto plan = make_plan(weights, request, nullptr, by);
      REQUIRE(plan.ok());
      const NoiseReport noise = analyze(weights, plan.value()).report.noise;
      CHECK(noise.lost == 0);
      CHECK(noise.mse * 777 <= best * 1.001);
    }
    // Of the scan the ranges that lose weights are left out.
    const auto points = range_scan(index, *find_format(f.format).value(), request_of(f), absmax / 4, absmax, 41);
    CHECK(points.size() > 1);
    CHECK(points.size() < 41);
    for (const RangePoint& point : points) {
      CHECK(error_at(point.range) / 777 == doctest::Approx(point.mse).epsilon(1e-6));
    }
  }
}

TEST_CASE("overflow: a rotation spreads what is lost, and counts it where it lands") {
  Bench bench;
  const std::vector<float> x = inputs::normal(640, 8);
  REQUIRE(bench.stage(x.size()).ok());
  REQUIRE(bench.stage_bytes(Dtype::F32, false, 0, {reinterpret_cast<const std::uint8_t*>(x.data()), 4 * x.size()}).ok());
  REQUIRE(bench.commit({640}, false, kMeaningless).ok());
  Request request = request_of(kFloats[1]);
  request.range = {RangeRule::Number, 2};
  request.transform = parse_transform("hadamard:64").value();
  const auto analysis = bench.analyze(request);
  REQUIRE(analysis.ok());
  std::vector<float> q(640);
  REQUIRE(bench.quantize(request, 0, q).ok());
  std::uint64_t lost = 0;
  for (const float value : q) lost += !std::isfinite(value);
  const Report& report = analysis.value()->report;
  CHECK(lost > 0);
  CHECK(lost % 64 == 0);
  CHECK(report.noise.lost == lost);
  CHECK(std::isnan(report.noise.snr_db));
}

TEST_CASE("overflow: refused where a format has nothing to overflow to, in a sentence") {
  const Weights weights = tests::weights_of({1, 2, 3}, {3});
  for (const FormatRow& row : formats()) {
    Request request;
    request.format = row.name;
    request.bits = row.bits_min;
    request.range = row.range;
    request.granularity = row.granularity;
    request.scale = row.scale;
    request.exponent_bits = 1;
    request.overflow = Overflow::Infinity;
    const std::string_view name = row.name;
    const bool taken = name == "e4m3" || name == "e5m2" || name == "fp16" || name == "bf16";
    const bool own = name == "float";
    const auto plan = make_plan(weights, request);
    CAPTURE(row.name);
    CHECK(plan.ok() == taken);
    CHECK(((row.takes & kTakesOverflow) != 0) == (taken || own));
    if (!taken) CHECK(plan.error().find(own ? "8 exponent bits" : "saturate") != std::string::npos);
  }
  CHECK(parse_overflow("saturate").value() == Overflow::Saturate);
  CHECK(parse_overflow("infinity").value() == Overflow::Infinity);
  for (const char* wrong : {"", "Infinity", "clip", "infinity "}) {
    const auto parsed = parse_overflow(wrong);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().find("saturate or infinity") != std::string::npos);
  }
  const auto plan = make_plan(weights, request_of(kFloats[0]));
  REQUIRE(plan.ok());
  CHECK(can_code(weights, plan.value()).error().find("finite levels") != std::string::npos);
}
