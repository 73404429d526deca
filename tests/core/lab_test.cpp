// The lab's every answer against a float64 evaluation of DESIGN section 4 written out in this file.
#include "lab.h"

#include <doctest/doctest.h>

#include <numbers>

#include "inputs.h"
#include "oracle.h"
#include "quantizers/range.h"
#include "staged.h"
#include "tensor/sources.h"

using namespace halfstep;
using tests::weights_of;

namespace {

Request ask(const std::string& format, int bits, const std::string& range = "absmax",
            const std::string& granularity = "tensor", Rounding rounding = Rounding::Nearest) {
  return {format, bits, parse_range(range).value(), parse_granularity(granularity).value(), rounding, 42};
}

struct Answer {
  Plan plan;
  Analysis analysis;
};

Answer measure(const Weights& weights, const Request& request) {
  auto plan = make_plan(weights, request);
  REQUIRE(plan.ok());
  Analysis analysis = analyze(weights, plan.value());
  return {std::move(plan.value()), std::move(analysis)};
}

Report report_of(const std::vector<float>& x, const Request& request) {
  return measure(weights_of(x, {x.size()}), request).analysis.report;
}

// Both meaningless, or equal to a relative 1e-6 of themselves or of `size`.
void check_near(const std::string& field, double measured, double expected, double size = 0) {
  CAPTURE(field);
  CAPTURE(measured);
  CAPTURE(expected);
  if (std::isnan(expected)) {
    CHECK(std::isnan(measured));
  } else {
    CHECK(std::fabs(measured - expected) <= 1e-6 * std::fabs(expected) + 1e-10 * size);
  }
}

// The cells of every scale. Ranges by mse are the plan's own: how good they are is range_test's matter.
std::vector<Cells> cells_of(const std::vector<float>& x, const Request& request, const Plan& plan,
                            const std::vector<std::pair<std::size_t, std::size_t>>& segments) {
  std::vector<Cells> all;
  for (std::size_t s = 0; s < segments.size(); ++s) {
    std::vector<float> finite;
    for (std::size_t i = segments[s].first; i < segments[s].second; ++i) {
      if (std::isfinite(x[i])) finite.push_back(x[i]);
    }
    float low = 0, high = 0;
    const bool symmetric = request.format != "uint";
    for (const float v : finite) low = std::min(low, v), high = std::max(high, v);
    const auto r = static_cast<float>(request.range.value);
    if (request.range.rule == RangeRule::Mse) {
      low = plan.ranges[s].low;
      high = plan.ranges[s].high;
    } else if (request.range.rule == RangeRule::Number) {
      low = symmetric || low < 0 ? -r : 0;
      high = symmetric || high > 0 ? r : 0;
    } else if (request.range.rule == RangeRule::Percentile && !finite.empty()) {
      const double p = request.range.value;
      if (symmetric) {
        for (float& v : finite) v = std::fabs(v);
        high = static_cast<float>(oracle::percentile(finite, p));
        low = -high;
      } else {
        low = std::min(0.0f, static_cast<float>(oracle::percentile(finite, (100 - p) / 2)));
        high = std::max(0.0f, static_cast<float>(oracle::percentile(finite, 100 - (100 - p) / 2)));
      }
    } else if (symmetric) {
      high = std::max(-low, high);
      low = -high;
    }
    all.push_back(oracle::cells(request.format, request.bits, low, high, request.rounding, request.seed));
  }
  return all;
}

double decibels(double power, double mse) {
  return power > 0 && mse > 0 ? 10 * std::log10(power / mse) : kMeaningless;
}

void check_report(const std::vector<float>& x, const Shape& shape, const Request& request) {
  const Weights weights = weights_of(x, shape);
  const Answer answer = measure(weights, request);
  const Report& report = answer.analysis.report;
  const auto segments = oracle::segments(x.size(), shape, request.granularity);
  const std::vector<Cells> scales = cells_of(x, request, answer.plan, segments);

  double n = 0;
  oracle::Sum sum, squares;
  for (const float v : x) {
    if (!std::isfinite(v)) continue;
    n += 1;
    sum.add(v);
    squares.add(static_cast<double>(v) * static_cast<double>(v));
  }
  const double mean = sum.value() / n, rms = std::sqrt(squares.value() / n);

  oracle::Noise noise;
  oracle::Sum variance, fourth, bias, predicted;
  std::vector<double> errors, values;
  std::map<std::int32_t, double> counts;
  double max_in_steps = 0, granular_in_steps = 0;
  for (std::size_t s = 0; s < segments.size(); ++s) {
    const Cells& c = scales[s];
    const double step = c.step;
    for (std::size_t i = segments[s].first; i < segments[s].second; ++i) {
      if (!std::isfinite(x[i])) continue;
      const oracle::Quantized quantized = oracle::quantize(x[i], c, static_cast<std::uint32_t>(i));
      noise.add(x[i], quantized.q, c);
      const double value = x[i], e = value - static_cast<double>(quantized.q);
      errors.push_back(e);
      values.push_back(value);
      variance.add((value - mean) * (value - mean));
      fourth.add(std::pow(value - mean, 4));
      counts[quantized.k - c.low] += 1;
      const bool floors = request.rounding == Rounding::Floor, random = request.rounding == Rounding::Stochastic;
      predicted.add(step * step / (floors ? 3 : random ? 6 : 12));
      if (step == 0) continue;
      max_in_steps = std::max(max_in_steps, std::fabs(e) / step);
      if (value >= static_cast<double>(c.range_low) && value <= static_cast<double>(c.range_high)) {
        granular_in_steps = std::max(granular_in_steps, std::fabs(e) / step);
      }
    }
  }
  const double std = std::sqrt(variance.value() / n), error_mean = noise.n.value() / n, mse = noise.nn.value() / n;
  oracle::Sum error_variance, covariance;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    error_variance.add((errors[i] - error_mean) * (errors[i] - error_mean));
    covariance.add((errors[i] - error_mean) * (values[i] - mean));
  }
  const double spread = std::sqrt(error_variance.value() / n);

  check_near("tensor.mean", report.tensor.mean, mean, rms);
  check_near("tensor.rms", report.tensor.rms, rms);
  check_near("tensor.std", report.tensor.std, std);
  check_near("tensor.kurtosis", report.tensor.kurtosis, fourth.value() / n / std::pow(std, 4));

  const QuantizerReport& q = report.quantizer;
  double step = 0, step_min = INFINITY, low = 0, high = 0;
  for (const Cells& c : scales) {
    step = std::max(step, static_cast<double>(c.step));
    if (c.step > 0) step_min = std::min(step_min, static_cast<double>(c.step));
    low = std::min(low, static_cast<double>(c.range_low));
    high = std::max(high, static_cast<double>(c.range_high));
  }
  const bool affine = request.format == "uint", one = segments.size() == 1;
  CHECK(q.step == step);
  CHECK(q.step_min == step_min);
  CHECK(q.range_low == low);
  CHECK(q.range_high == high);
  check_near("zero_point", q.zero_point, !one || scales[0].offset != 0 ? kMeaningless : affine ? -scales[0].low : 0);
  CHECK(q.scales == segments.size());
  CHECK(q.levels == static_cast<std::uint64_t>(scales[0].high - scales[0].low) + 1);
  const double scale_bits = static_cast<double>(segments.size()) * (32 + (affine ? request.bits : 0));
  const double count = static_cast<double>(x.size());
  check_near("bits_per_weight", q.bits_per_weight, request.bits + scale_bits / count);
  CHECK(q.bytes == std::ceil((request.bits * count + scale_bits) / 8));

  const NoiseReport& r = report.noise;
  const bool nearest = request.rounding == Rounding::Nearest || request.rounding == Rounding::HalfAway;
  check_near("mse", r.mse, mse);
  check_near("snr_db", r.snr_db, decibels(squares.value(), noise.nn.value()), 1);
  CHECK(r.exact == (noise.max == 0));
  check_near("max_error", r.max_error, noise.max);
  check_near("bound", r.bound, nearest ? step / 2 : step);
  CHECK(r.bound_in_steps == (nearest ? 0.5 : 1));
  check_near("max_error_in_steps", r.max_error_in_steps, max_in_steps);
  check_near("granular_max_error_in_steps", r.granular_max_error_in_steps, granular_in_steps);
  check_near("overload", r.overload, static_cast<double>(noise.overload) / n);
  check_near("overload_mse", r.overload_mse, noise.overload_nn.value() / n);
  check_near("bias", r.bias, error_mean, std::sqrt(mse));
  check_near("variance", r.variance, error_variance.value() / n, mse);
  check_near("correlation", r.correlation, spread > 0 ? covariance.value() / n / (std * spread) : kMeaningless, 1);

  std::vector<double> occupied;
  for (const auto& [k, times] : counts) occupied.push_back(times);
  CHECK(std::fabs(report.entropy.bits - oracle::entropy_bits(occupied)) <= 1e-6);
  CHECK(report.entropy.occupied_levels == counts.size());
  REQUIRE(answer.analysis.counts.size() == q.levels);
  for (std::size_t k = 0; k < answer.analysis.counts.size(); ++k) {
    const auto found = counts.find(static_cast<std::int32_t>(k));
    if (answer.analysis.counts[k] != (found == counts.end() ? 0 : found->second)) FAIL_CHECK("count of code " << k);
  }

  check_near("prediction.mse", report.prediction.mse, predicted.value() / n);
  check_near("prediction.snr_db", report.prediction.snr_db, decibels(squares.value(), predicted.value()), 1);
  if (one) {
    check_near("prediction.entropy_bits", report.prediction.entropy_bits,
               report.entropy.differential_bits - std::log2(step));
  }
}

}  // namespace

TEST_CASE("lab: every field of the report is the oracle's") {
  std::vector<inputs::Named> all{{"normal", inputs::normal(480, 1, 0.02)}, {"laplace", inputs::laplace(480, 2, 3)}};
  all.push_back({"above zero", inputs::normal(480, 3)});
  for (float& v : all.back().x) v = std::fabs(v) + 0.5f;
  all.push_back({"outliers", inputs::normal(480, 4)});
  for (std::size_t i = 7; i < 480; i += 200) all.back().x[i] *= 1000;
  all.push_back({"far from zero", inputs::normal(480, 5, 0.1, 30)});
  all.push_back({"NaN sprinkled", inputs::normal(480, 6)});
  for (std::size_t i = 0; i < 480; i += 7) all.back().x[i] = i % 2 ? inputs::kNan : inputs::kInf;
  const Shape shape{12, 8, 5};
  for (const inputs::Named& kind : all) {
    CAPTURE(kind.name);
    for (const std::string format : {"int", "uint", "midrise"}) {
      for (const int bits : {1, 2, 3, 4, 8, 16}) {
        for (const std::string range : {"absmax", "percentile:97", "0.37", "mse"}) {
          for (const std::string granularity : {"tensor", "channel", "group:7"}) {
            for (const Rounding rounding : inputs::kRoundings) {
              // Every rounding and every granularity, but a search of ranges only once in a while.
              if (range == "mse" && (rounding != Rounding::Nearest || bits % 4 != 0)) continue;
              CAPTURE(format);
              CAPTURE(bits);
              CAPTURE(range);
              CAPTURE(granularity);
              CAPTURE(static_cast<int>(rounding));
              check_report(kind.x, shape, ask(format, bits, range, granularity, rounding));
            }
          }
        }
      }
    }
  }
}

TEST_CASE("lab: no weights") {
  const Report r = report_of({}, ask("int", 8));
  CHECK(r.tensor.count == 0);
  CHECK(r.tensor.nonfinite == 0);
  CHECK(r.quantizer.scales == 0);
  for (const double v : {r.tensor.mean, r.noise.mse, r.noise.snr_db, r.noise.overload, r.entropy.bits, r.prediction.mse,
                         r.quantizer.step, r.quantizer.bits_per_weight, r.entropy.differential_bits}) {
    CHECK(std::isnan(v));
  }
  CHECK(r.prediction.conditions == std::vector<std::string>{"empty"});
}

TEST_CASE("lab: one weight") {
  for (const std::string format : {"int", "uint"}) {
    const Report r = report_of({3}, ask(format, 8));
    CHECK(r.tensor.mean == 3);
    CHECK(r.tensor.std == 0);
    CHECK(std::isnan(r.tensor.kurtosis));
    // The weight is the end of its own range: Q(x) = x but for float32.
    CHECK(r.noise.max_error <= 3 * 0x1p-23);
    CHECK(r.noise.overload == 0);
    CHECK(r.entropy.bits == 0);
    CHECK(r.entropy.occupied_levels == 1);
    CHECK(std::isnan(r.noise.correlation));
    CHECK(std::isnan(r.prediction.entropy_bits));
    CHECK(r.prediction.conditions == std::vector<std::string>{"constant"});
  }
}

TEST_CASE("lab: nothing but NaN") {
  for (const std::string format : {"int", "uint", "midrise"}) {
    for (const std::string range : {"absmax", "mse", "percentile:99", "1"}) {
      const Report r = report_of(std::vector<float>(9, inputs::kNan), ask(format, 4, range));
      CHECK(r.tensor.nonfinite == 9);
      for (const double v : {r.tensor.rms, r.noise.mse, r.noise.max_error, r.entropy.bits, r.prediction.snr_db, r.quantizer.step}) {
        CHECK(std::isnan(v));
      }
      CHECK(r.entropy.occupied_levels == 0);
      CHECK(r.quantizer.bytes > 0);
      CHECK(r.prediction.conditions == std::vector<std::string>{"nonfinite", "empty"});
    }
  }
}

TEST_CASE("lab: nothing but zeros") {
  for (const std::string format : {"int", "uint", "midrise"}) {
    for (const std::string range : {"absmax", "mse", "percentile:99"}) {
      for (const Rounding rounding : inputs::kRoundings) {
        CAPTURE(format);
        CAPTURE(static_cast<int>(rounding));
        const Report r = report_of(std::vector<float>(100, 0.0f), ask(format, 4, range, "tensor", rounding));
        CHECK(r.noise.mse == 0);
        CHECK(r.noise.exact);
        CHECK(std::isnan(r.noise.snr_db));
        CHECK(r.noise.overload == 0);
        CHECK(r.quantizer.step == 0);
        CHECK(r.entropy.bits == 0);
        CHECK(r.entropy.occupied_levels == 1);
        CHECK(std::isnan(r.prediction.snr_db));
        CHECK(r.prediction.conditions == std::vector<std::string>{"constant"});
      }
    }
  }
}

TEST_CASE("lab: all weights equal") {
  const Report r = report_of(std::vector<float>(1000, -0.7f), ask("int", 4));
  CHECK(r.tensor.std == 0);
  CHECK(r.tensor.mean == -0.7f);
  CHECK(r.noise.max_error <= 0.7 * 0x1p-23);
  CHECK(r.entropy.bits == 0);
  CHECK(r.prediction.conditions == std::vector<std::string>{"constant"});
}

TEST_CASE("lab: weights on the levels are kept exactly, and the SNR is no number") {
  std::vector<float> x;
  for (int i = 0; i < 700; ++i) x.push_back(static_cast<float>(i % 15 - 7) * 0.25f);
  const Report r = report_of(x, ask("int", 4));
  CHECK(r.noise.exact);
  CHECK(r.noise.mse == 0);
  CHECK(r.noise.max_error == 0);
  CHECK(std::isnan(r.noise.snr_db));
  CHECK(r.entropy.occupied_levels == 15);
}

TEST_CASE("lab: NaN and infinities change nothing but their count") {
  const auto clean = inputs::normal(4000, 8);
  const float bad[] = {inputs::kNan, inputs::kInf, -inputs::kInf};
  std::vector<float> x{inputs::kNan};
  for (std::size_t i = 0; i < clean.size(); ++i) {
    x.push_back(clean[i]);
    if (i % 11 == 3) x.insert(x.end(), i % 3 + 1, bad[i % 3]);
  }
  for (const std::string range : {"absmax", "percentile:99", "mse", "2.5"}) {
    for (const std::string format : {"int", "uint", "midrise"}) {
      for (const Rounding rounding : {Rounding::Nearest, Rounding::Floor}) {
        const Report a = report_of(clean, ask(format, 5, range, "tensor", rounding));
        Report b = report_of(x, ask(format, 5, range, "tensor", rounding));
        CHECK(b.tensor.count - b.tensor.nonfinite == clean.size());
        CHECK(b.quantizer.step == a.quantizer.step);
        check_near("mse", b.noise.mse, a.noise.mse);
        check_near("snr_db", b.noise.snr_db, a.noise.snr_db);
        check_near("bias", b.noise.bias, a.noise.bias, 1);
        check_near("correlation", b.noise.correlation, a.noise.correlation, 1);
        CHECK(b.noise.max_error == a.noise.max_error);
        CHECK(b.noise.overload == a.noise.overload);
        CHECK(b.entropy.bits == doctest::Approx(a.entropy.bits).epsilon(1e-12));
        check_near("differential_bits", b.entropy.differential_bits, a.entropy.differential_bits);
        check_near("prediction.mse", b.prediction.mse, a.prediction.mse);
        REQUIRE_FALSE(b.prediction.conditions.empty());
        CHECK(b.prediction.conditions[0] == "nonfinite");
        b.prediction.conditions.erase(b.prediction.conditions.begin());
        CHECK(b.prediction.conditions == a.prediction.conditions);
      }
    }
  }
}

TEST_CASE("lab: a million normal weights at 8 bits keep the books' laws, at 2 bits they name what fails") {
  SourceSpec spec;
  const auto source = Source::make(spec);
  REQUIRE(source.ok());
  Weights weights;
  REQUIRE(weights.values.allocate(1000000));
  source->fill(0, weights.values.span());
  weights.shape = source->shape();
  for (const double h : {source->differential_entropy_bits(), kMeaningless}) {
    REQUIRE(examine(weights, h).ok());
    // ½ log2(2πe) = 2.0471 bits.
    CHECK(std::fabs(weights.differential_bits - 0.5 * std::log2(2 * std::numbers::pi * std::numbers::e)) < 0.01);
    for (const std::string format : {"int", "uint", "midrise"}) {
      CAPTURE(format);
      const Report r = measure(weights, ask(format, 8)).analysis.report;
      const double step = r.quantizer.step;
      CHECK(r.noise.granular_max_error_in_steps <= 0.5 + r.tensor.max / step * 0x1p-23);
      CHECK(r.noise.overload == 0);
      CHECK(std::fabs(r.noise.variance / (step * step / 12) - 1) < 0.01);
      CHECK(std::fabs(r.noise.snr_db - r.prediction.snr_db) < 0.05);
      CHECK(std::fabs(r.entropy.bits - (weights.differential_bits - std::log2(step))) < 0.01);
      CHECK(std::fabs(r.entropy.bits - r.prediction.entropy_bits) < 0.01);
      CHECK(r.prediction.conditions.empty());

      const Report coarse = measure(weights, ask(format, 2)).analysis.report;
      const auto& words = coarse.prediction.conditions;
      CHECK(std::find(words.begin(), words.end(), "few_levels") != words.end());
      CHECK(std::fabs(coarse.noise.snr_db - coarse.prediction.snr_db) > 0.05);
    }
  }
  // Floor's error is uniform on a whole step, stochastic's twice the variance of nearest.
  const auto share = [&](Rounding rounding, double parts) {
    const Report r = measure(weights, ask("int", 8, "absmax", "tensor", rounding)).analysis.report;
    CHECK(r.prediction.mse == doctest::Approx(r.quantizer.step * r.quantizer.step / parts).epsilon(1e-9));
    CHECK(std::fabs(r.noise.mse / r.prediction.mse - 1) < 0.01);
    CHECK(r.noise.granular_max_error_in_steps <= 1.00001);
    return r.noise.bias / r.quantizer.step;
  };
  CHECK(std::fabs(share(Rounding::Floor, 3) - 0.5) < 0.01);
  CHECK(std::fabs(share(Rounding::Stochastic, 6)) < 0.01);
  CHECK(std::fabs(share(Rounding::HalfAway, 12)) < 0.01);
}

TEST_CASE("lab: h of several scales predicts their entropy too") {
  std::vector<float> x = inputs::normal(64 * 1000, 3);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] *= static_cast<float>(std::pow(2, i / 1000 % 8));
  const Report r = measure(weights_of(x, {64, 1000}), ask("int", 8, "absmax", "channel")).analysis.report;
  CHECK(std::fabs(r.entropy.bits - r.prediction.entropy_bits) < 0.03);
}

TEST_CASE("lab: the blocked sums of large tensors are those in double") {
  constexpr std::size_t kN = (1 << 22) + 5;
  SourceSpec spec;
  spec.name = "laplace";
  spec.count = kN;
  const auto source = Source::make(spec);
  REQUIRE(source.ok());
  Weights weights;
  REQUIRE(weights.values.allocate(kN));
  source->fill(0, weights.values.span());
  weights.shape = {kN};
  REQUIRE(examine(weights, kMeaningless).ok());
  for (const Request& request : {ask("int", 4), ask("uint", 8, "2"), ask("midrise", 3, "percentile:99"),
                                 ask("int", 8, "absmax", "tensor", Rounding::Stochastic)}) {
    const Answer answer = measure(weights, request);
    NoiseSums sums;
    scalar_kernels().noise(weights.x().data(), kN, answer.plan.cells(0), 0, sums);
    const NoiseReport& r = answer.analysis.report.noise;
    constexpr double n = kN;
    check_near("mse", r.mse, sums.nn / n);
    check_near("bias", r.bias, sums.n / n, std::sqrt(sums.nn / n));
    check_near("max_error", r.max_error, sums.max);
    CHECK(r.overload == static_cast<double>(sums.overload) / n);
    check_near("overload_mse", r.overload_mse, sums.overload_nn / n);
    const double covariance = sums.xn / n - weights.statistics.mean * sums.n / n;
    const double variance = sums.nn / n - sums.n / n * (sums.n / n);
    CHECK(std::fabs(r.correlation - covariance / (weights.statistics.std * std::sqrt(variance))) < 1e-7);
  }
}

TEST_CASE("lab: noise whose squares vanish in float32 is noise") {
  constexpr std::size_t kN = 1 << 22;
  Weights weights;
  REQUIRE(weights.values.allocate(kN));
  std::fill_n(weights.values.data(), kN, 1e-25f);
  weights.shape = {kN};
  weights.values[0] = -1e-25f;
  REQUIRE(examine(weights, kMeaningless).ok());
  const Report r = measure(weights, ask("int", 8, "1")).analysis.report;
  check_near("mse", r.noise.mse, static_cast<double>(1e-25f) * static_cast<double>(1e-25f));
  CHECK(std::fabs(r.noise.snr_db) < 1e-6);
  CHECK_FALSE(r.noise.exact);
}

TEST_CASE("lab: levels have the oracle's values, and cells that hold what they say") {
  const auto x = inputs::normal(3000, 5);
  const Weights weights = weights_of(x, {x.size()});
  for (const std::string format : {"int", "uint", "midrise"}) {
    for (const int bits : {1, 2, 4, 8}) {
      for (const Rounding rounding : inputs::kRoundings) {
        CAPTURE(format);
        CAPTURE(bits);
        CAPTURE(static_cast<int>(rounding));
        const Answer answer = measure(weights, ask(format, bits, "percentile:98", "tensor", rounding));
        const Cells cells = answer.plan.cells(0);
        const auto all = levels(answer.plan, answer.analysis);
        REQUIRE(all.size() == cells.levels());
        CHECK(all[0].edge == -INFINITY);
        std::uint64_t total = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
          const double place = cells.low + static_cast<double>(i) + static_cast<double>(cells.offset);
          CHECK(all[i].value == static_cast<float>(place * static_cast<double>(cells.step)));
          CHECK(all[i].code == (format == "uint" ? static_cast<std::int32_t>(i) : cells.low + static_cast<std::int32_t>(i)));
          total += all[i].count;
          if (i == 0 || rounding == Rounding::Stochastic) continue;
          CHECK(all[i].edge > all[i - 1].edge);
          // A hair on either side of an edge falls to either level.
          const double hair = static_cast<double>(cells.step) * 1e-3;
          CHECK(probe(answer.plan, static_cast<float>(all[i].edge + hair)).code == all[i].code);
          CHECK(probe(answer.plan, static_cast<float>(all[i].edge - hair)).code == all[i - 1].code);
        }
        CHECK(total == x.size());
      }
    }
  }
}

TEST_CASE("lab: levels of several scales are in steps and count all weights") {
  const auto x = inputs::normal(3000, 6);
  const Weights weights = weights_of(x, {30, 100});
  for (const std::string format : {"int", "uint", "midrise"}) {
    const Answer answer = measure(weights, ask(format, 4, "absmax", "group:32"));
    const auto all = levels(answer.plan, answer.analysis);
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      total += all[i].count;
      CHECK(all[i].value == all[i].code + (format == "midrise" ? 0.5 : 0));
      if (i > 0) CHECK(all[i].edge == all[i].value - 0.5);
    }
    CHECK(total == x.size());
    CHECK(all[0].code == (format == "uint" ? 0 : format == "int" ? -7 : -8));
  }
}

TEST_CASE("lab: a probe reads the code, the value and the noise of one weight") {
  const Weights weights = weights_of({-2, -1, 0, 1, 6}, {5});
  const Answer affine = measure(weights, ask("uint", 3));
  // Δ = 8/7, zero point round(2/Δ) = 2.
  CHECK(probe(affine.plan, 0).code == 2);
  CHECK(probe(affine.plan, 6).code == 7);
  CHECK(probe(affine.plan, -2).code == 0);
  CHECK(probe(affine.plan, 1).quantized == static_cast<double>(8.0f / 7));
  CHECK(probe(affine.plan, 1).noise == 1 - static_cast<double>(8.0f / 7));
  const Answer symmetric = measure(weights, ask("int", 4));
  for (const float x : {0.3f, -5.9f, 6.0f, 100.0f, -100.0f, 0.0f}) {
    const oracle::Quantized expected = oracle::quantize(x, oracle::cells("int", 4, -6, 6, Rounding::Nearest, 1), 0);
    const Probe p = probe(symmetric.plan, x);
    CHECK(p.code == expected.k);
    CHECK(p.quantized == expected.q);
    CHECK(p.noise == static_cast<double>(x) - static_cast<double>(expected.q));
  }
  CHECK(probe(symmetric.plan, inputs::kInf).code == 7);
  CHECK(probe(symmetric.plan, -inputs::kInf).code == -7);
  CHECK(probe(symmetric.plan, inputs::kNan).code == 0);
  CHECK(probe(affine.plan, inputs::kNan).code == 2);
  CHECK(probe(affine.plan, inputs::kNan).quantized == 0);
}

TEST_CASE("lab: quantize gives the same values in any stretches, NaN as 0 and ±∞ as the end levels") {
  auto x = inputs::normal(1200, 7);
  x[10] = inputs::kNan;
  x[500] = inputs::kInf;
  x[501] = -inputs::kInf;
  x[1199] = inputs::kNan;
  const Shape shape{12, 100};
  const Weights weights = weights_of(x, shape);
  for (const std::string granularity : {"tensor", "channel", "group:7"}) {
    for (const Rounding rounding : inputs::kRoundings) {
      for (const std::string format : {"int", "uint", "midrise"}) {
        const Request request = ask(format, 3, "percentile:95", granularity, rounding);
        auto plan = make_plan(weights, request);
        REQUIRE(plan.ok());
        const auto segments = oracle::segments(x.size(), shape, request.granularity);
        const auto cells = cells_of(x, request, plan.value(), segments);
        std::vector<float> expected(x.size()), whole(x.size());
        for (std::size_t s = 0; s < segments.size(); ++s) {
          for (std::size_t i = segments[s].first; i < segments[s].second; ++i) {
            expected[i] = std::isnan(x[i]) ? 0 : oracle::quantize(x[i], cells[s], static_cast<std::uint32_t>(i)).q;
          }
        }
        quantize(weights, plan.value(), 0, whole);
        CHECK(whole == expected);
        for (const std::size_t cut : {1, 3, 64, 101, 1199}) {
          std::vector<float> parts(x.size());
          for (std::size_t at = 0; at < x.size(); at += cut) {
            quantize(weights, plan.value(), at, std::span(parts).subspan(at, std::min(cut, x.size() - at)));
          }
          CHECK(parts == expected);
        }
        quantize(weights, plan.value(), x.size(), {});
      }
    }
  }
}

TEST_CASE("lab: histograms hold every finite weight once") {
  auto x = inputs::normal(5000, 9);
  for (std::size_t i = 0; i < x.size(); i += 13) x[i] = inputs::kNan;
  const Weights weights = weights_of(x, {50, 100});
  const auto total = [](const Bins& bins) {
    std::uint64_t sum = bins.below + bins.above;
    for (const std::uint32_t count : bins.counts) sum += count;
    return sum;
  };
  std::vector<std::uint32_t> counts(256);
  Bins bins{-2, 2, counts, 0, 0};
  weight_histogram(weights, bins);
  CHECK(total(bins) == weights.finite());
  CHECK(bins.below > 0);
  CHECK(bins.above > 0);
  for (const std::string granularity : {"tensor", "channel", "group:16"}) {
    const Answer answer = measure(weights, ask("int", 6, "absmax", granularity));
    std::vector<std::uint32_t> noise(20);
    Bins steps{-0.5001, 0.5001, noise, 0, 0};
    noise_histogram(weights, answer.plan, steps);
    CHECK(total(steps) == weights.finite());
    // Nothing beyond half a step where nothing is clipped. Each bin is within six standard errors of even, but
    // that the largest weight of a scale is a level: an atom at zero.
    CHECK(steps.below + steps.above == 0);
    if (granularity != "tensor") continue;
    const double even = static_cast<double>(weights.finite()) / 20;
    for (const std::uint32_t count : noise) CHECK(std::fabs(count - even) < 6 * std::sqrt(even));
  }
}
