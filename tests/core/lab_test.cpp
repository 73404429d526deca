// The report against a float64 evaluation of DESIGN section 4, and at the ends of what weights may be.
#include "lab.h"

#include <doctest/doctest.h>

#include <numbers>

#include "indexes.h"
#include "inputs.h"
#include "lab_oracle.h"
#include "measures/noise_report.h"
#include "staged.h"
#include "tensor/sources.h"

using namespace tests;

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

// 2.7 lies between two float32, of which the nearest is beyond it.
TEST_CASE("lab: a typed range is the number as typed, not the float32 beside it") {
  std::vector<float> x(5000, 0.5f);
  const float above = 2.7f, below = std::nextafter(2.7f, 0.0f);
  REQUIRE(static_cast<double>(above) > 2.7);
  for (std::size_t i = 0; i < x.size(); i += 10) x[i] = i % 4 == 0 ? above : i % 20 == 10 ? -above
                                                                         : i % 3          ? below
                                                                                          : -below;
  const auto beyond = std::count_if(x.begin(), x.end(), [](float v) { return std::fabs(static_cast<double>(v)) > 2.7; });
  for (const std::string format : {"int", "uint", "midrise", "nf4", "e4m3"}) {
    for (const std::string granularity : {"tensor", "channel", "group:16", "block:32"}) {
      CAPTURE(format);
      CAPTURE(granularity);
      const Weights weights = weights_of(x, {50, 100});
      Request request = ask(format, format == "nf4" ? 4 : 8, "2.7", granularity);
      const Answer answer = measure(weights, request);
      const QuantizerReport& q = answer.analysis.report.quantizer;
      CHECK(q.range_low == -2.7);
      CHECK(q.range_high == 2.7);
      CHECK(answer.analysis.report.noise.overload == static_cast<double>(beyond) / 5000);
      CHECK(analyze(weights, answer.plan, nullptr, scalar_kernels()).report.noise.overload == static_cast<double>(beyond) / 5000);
      if (granularity != "tensor") continue;
      const SortedIndex index = index_of(x);
      CHECK(analyze(weights, answer.plan, &index).report.noise.overload == static_cast<double>(beyond) / 5000);
    }
  }
}

TEST_CASE("lab: affine weights wider apart than float32") {
  inputs::Random random(7);
  std::vector<float> x(960);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = static_cast<float>((i < 480 ? 2.5e38 : 1.3e38) * (2 * random.uniform() - (i < 480 ? 1 : 0.3)));
  }
  for (const int bits : {2, 4, 8, 16}) {
    for (const std::string range : {"absmax", "percentile:97", "mse"}) {
      for (const std::string granularity : {"tensor", "channel", "group:7"}) {
        CAPTURE(bits);
        CAPTURE(range);
        CAPTURE(granularity);
        check_report(x, {2, 480}, ask("uint", bits, range, granularity));
      }
    }
  }
  // 255 steps of uniform weights: 6.02·8 dB.
  std::vector<float> uniform(100000);
  for (float& v : uniform) v = static_cast<float>(2.5e38 * (2 * random.uniform() - 1));
  for (const std::string range : {"absmax", "percentile:100", "mse"}) {
    CHECK(report_of(uniform, ask("uint", 8, range)).noise.snr_db == doctest::Approx(20 * std::log10(255)).epsilon(1e-3));
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

namespace {

Weights made(const std::string& name, std::size_t count) {
  SourceSpec spec;
  spec.name = name;
  spec.count = count;
  const auto source = Source::make(spec);
  REQUIRE(source.ok());
  Weights weights;
  REQUIRE(weights.values.allocate(count));
  source->fill(0, weights.values.span());
  weights.shape = {count};
  REQUIRE(examine(weights, kMeaningless).ok());
  return weights;
}

// The noise of an answer is what the scalar kernel sums, a scale at a time.
void check_sums(const Weights& weights, const Answer& answer) {
  NoiseSums sums;
  const Layout& layout = answer.plan.layout;
  for (std::size_t s = 0; s < layout.segments(); ++s) {
    scalar_kernels().noise(weights.x().data() + layout.begin(s), layout.end(s) - layout.begin(s), answer.plan.cells(s), 0, sums);
  }
  const NoiseReport& r = answer.analysis.report.noise;
  const auto n = static_cast<double>(weights.x().size());
  check_near("mse", r.mse, sums.nn / n);
  check_near("bias", r.bias, sums.n / n, std::sqrt(sums.nn / n));
  check_near("max_error", r.max_error, sums.max);
  CHECK(r.overload == static_cast<double>(sums.overload) / n);
  check_near("overload_mse", r.overload_mse, sums.overload_nn / n);
  const double covariance = sums.xn / n - weights.statistics.mean * sums.n / n;
  const double variance = sums.nn / n - sums.n / n * (sums.n / n);
  CHECK(std::fabs(r.correlation - covariance / (weights.statistics.std * std::sqrt(variance))) < 1e-7);
}

}  // namespace

TEST_CASE("lab: the blocked sums of large tensors are those in double") {
  const Weights weights = made("laplace", (1 << 22) + 5);
  for (const Request& request : {ask("int", 4), ask("uint", 8, "2"), ask("midrise", 3, "percentile:99"),
                                 ask("int", 8, "absmax", "tensor", Rounding::Stochastic)}) {
    check_sums(weights, measure(weights, request));
  }
}

TEST_CASE("lab: scales of a grid taken all at once are those taken one by one") {
  const Weights weights = made("normal", (1 << 22) + 16);
  // Of at most 16 levels; values by float32's addition; and a float with float32's own exponents, which is for neither.
  Request nv = ask("nvfp4", 4, "absmax", "block:16"), small = ask("e4m3", 8, "percentile:98", "group:64"),
          wide = ask("float", 12, "absmax", "group:64");
  nv.scale = ScaleType::E4m3;
  wide.exponent_bits = 8;
  for (const Request& request : {nv, small, wide}) {
    CAPTURE(request.format);
    const Answer answer = measure(weights, request);
    CHECK((answer.plan.grouped() > 0) == (request.format != "float"));
    check_sums(weights, answer);
  }
}

TEST_CASE("lab: a codebook's prediction is a twelfth of the square of every cell's width, the outer symmetric about its level") {
  const auto x = inputs::laplace(5000, 12);
  Request request = ask("codebook", 2, "2.5");
  request.levels = "-1,-0.3,0.4,1";
  const double edges[] = {-0.65, 0.05, 0.7};
  const double widths[] = {2 * (-0.65 + 1), 0.05 + 0.65, 0.7 - 0.05, 2 * (1 - 0.7)};
  double squares = 0;
  for (const float value : x) {
    std::size_t k = 0;
    while (k < 3 && static_cast<double>(value) / 2.5 >= edges[k]) ++k;
    squares += std::pow(2.5 * widths[k], 2) / 12;
  }
  CHECK(report_of(x, request).prediction.mse == doctest::Approx(squares / 5000).epsilon(1e-6));
}

namespace {

// Variance and correlation in two passes over Q, centred with compensated sums.
void check_central(const Weights& weights, const Plan& plan, const Report& report) {
  const std::span<const float> x = weights.x();
  std::vector<float> q(x.size());
  quantize(weights, plan, 0, q);
  const double n = static_cast<double>(x.size());
  oracle::Sum sum_x, sum_n, xx, nn, xn;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum_x.add(x[i]);
    sum_n.add(static_cast<double>(x[i]) - static_cast<double>(q[i]));
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double value = static_cast<double>(x[i]) - sum_x.value() / n;
    const double noise = static_cast<double>(x[i]) - static_cast<double>(q[i]) - sum_n.value() / n;
    xx.add(value * value);
    nn.add(noise * noise);
    xn.add(value * noise);
  }
  CHECK(report.noise.variance == doctest::Approx(nn.value() / n).epsilon(1e-6));
  CHECK(std::fabs(report.noise.correlation - xn.value() / std::sqrt(xx.value() * nn.value())) < 1e-6);
}

void check_central(const std::vector<float>& x, const Request& request) {
  CAPTURE(request.format);
  CAPTURE(x.size());
  const Weights weights = weights_of(x, {x.size()});
  const Answer answer = measure(weights, request);
  check_central(weights, answer.plan, answer.analysis.report);
  if (request.granularity.kind != GranularityKind::Tensor || is_random(request.rounding) || answer.plan.in_blocks()) return;
  const SortedIndex index = index_of(x);
  check_central(weights, answer.plan, analyze(weights, answer.plan, &index).report);
}

}  // namespace

TEST_CASE("lab: variance and correlation where means are far larger than what is about them") {
  const auto offset = inputs::normal(500, 3, 1e-3, 100), fine = inputs::normal(30000, 4, 1e-3, 1000);
  std::vector<float> near_one(3000, 1.0f);
  for (std::size_t i = 0; i < near_one.size(); i += 100) near_one[i] += static_cast<float>(i % 7) * 0x1p-23f;
  const auto& ones = near_one;
  for (const std::string format : {"int", "uint", "midrise", "e4m3"}) {
    for (const std::string range : {"absmax", "0.1", "percentile:99"}) {
      for (const auto* x : {&offset, &fine, &ones}) check_central(*x, ask(format, 8, range));
    }
  }
  check_central(offset, ask("int", 8, "0.1", "group:32"));
  check_central(fine, ask("int", 8, "0.1", "tensor", Rounding::Stochastic));
  check_central(fine, ask("int", 8, "absmax", "tensor", Rounding::SubtractiveTriangular));
  Request blocks = ask("q8_0", 8, "absmax", "block:32");
  blocks.scale = ScaleType::Own;
  check_central(fine, blocks);
  check_central(fine, ask("e8", 8, "absmax"));
}

// A second pass is for what is far from zero: weights about zero, or all on one side of it, need none at any size.
TEST_CASE("lab: ordinary weights are measured in one pass") {
  std::vector<float> positive(20000);
  inputs::Random random(2);
  for (float& v : positive) v = static_cast<float>(random.uniform());
  constexpr double blocked = 0x1p-26;
  for (const auto& x : {inputs::normal(20000, 1), inputs::laplace(20000, 2), positive}) {
    for (const Rounding rounding : inputs::kRoundings) {
      const Report r = report_of(x, ask("int", 6, "absmax", "tensor", rounding));
      CHECK_FALSE(cancels(r.tensor, r.noise, blocked));
      CHECK_FALSE(cancels(r.tensor, r.noise, double_loss(1 << 24)));
    }
  }
  const Report far = report_of(inputs::normal(20000, 1, 0.1, 1), ask("int", 6));
  CHECK(cancels(far.tensor, far.noise, blocked));
  CHECK_FALSE(cancels(far.tensor, far.noise, double_loss(1 << 24)));
}

TEST_CASE("lab: and in blocks of float32 sums") {
  constexpr std::size_t kN = (1 << 22) + 3;
  const auto weights = [&](double mean, double sigma) {
    Weights made;
    REQUIRE(made.values.allocate(kN));
    inputs::Random random(5);
    for (float& v : made.values.span()) v = static_cast<float>(mean + sigma * random.normal());
    made.shape = {kN};
    REQUIRE(examine(made, kMeaningless).ok());
    return made;
  };
  for (const auto& law : {std::pair{1000.0, 1e-3}, {0.1, 0.02}, {0.0, 1.0}}) {
    CAPTURE(law.first);
    const Weights made = weights(law.first, law.second);
    for (const Request& request : {ask("int", 8), ask("nf4", 4, "absmax", "block:64"), ask("int", 4, "absmax", "tensor", Rounding::Floor)}) {
      CAPTURE(request.format);
      const Answer answer = measure(made, request);
      check_central(made, answer.plan, answer.analysis.report);
    }
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
