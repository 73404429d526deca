// The rules of the range: against sorted weights, and against a dense search for the least error.
#include "quantizers/range.h"

#include <doctest/doctest.h>

#include "inputs.h"
#include "oracle.h"
#include "quantizers/plan.h"
#include "staged.h"

using namespace halfstep;
using tests::weights_of;

namespace {

Request ask(const std::string& format, int bits, const std::string& range, const std::string& granularity = "tensor") {
  Request request;
  request.format = format;
  request.bits = bits;
  request.range = parse_range(range).value();
  request.granularity = parse_granularity(granularity).value();
  return request;
}

Plan plan_of(const Weights& weights, const Request& request) {
  auto plan = make_plan(weights, request);
  REQUIRE(plan.ok());
  return std::move(plan.value());
}

// The finite weights of a stretch.
std::vector<float> finite(const std::vector<float>& x, std::size_t begin, std::size_t end) {
  std::vector<float> kept;
  for (std::size_t i = begin; i < end; ++i) {
    if (std::isfinite(x[i])) kept.push_back(x[i]);
  }
  return kept;
}

Interval naive_range(std::vector<float> x, const Range& range, bool symmetric) {
  const double r = range.value;
  if (range.rule == RangeRule::Number && symmetric) return {-r, r};
  if (x.empty()) return {};
  const float min = *std::min_element(x.begin(), x.end()), max = *std::max_element(x.begin(), x.end());
  if (range.rule == RangeRule::Number) return {min < 0 ? -r : 0, max > 0 ? r : 0};
  const double p = range.rule == RangeRule::Absmax ? 100 : range.value;
  if (symmetric) {
    for (float& v : x) v = std::fabs(v);
    const double size = oracle::percentile(x, p);
    return {-size, size};
  }
  const double tail = (100 - p) / 2;
  return {std::min(0.0, oracle::percentile(x, tail)), std::max(0.0, oracle::percentile(x, 100 - tail))};
}

}  // namespace

TEST_CASE("range: absmax, number and percentile are the sorted weights' own") {
  std::vector<inputs::Named> all = inputs::around(0.1f, 20, 210, 31);
  all.push_back({"above zero", {}});
  for (int i = 0; i < 210; ++i) all.back().x.push_back(0.5f + static_cast<float>(i * i % 97));
  all.push_back({"below zero", {}});
  for (int i = 0; i < 210; ++i) all.back().x.push_back(-0.5f - static_cast<float>(i * i % 89));
  std::vector<float> holes = inputs::normal(210, 5);
  for (std::size_t i = 0; i < 210; i += 4) holes[i] = i % 8 ? inputs::kInf : inputs::kNan;
  for (std::size_t i = 90; i < 105; ++i) holes[i] = inputs::kNan;
  all.push_back({"non-finite sprinkled", holes});
  for (const inputs::Named& kind : all) {
    const auto& x = kind.x;
    for (const Shape& shape : {Shape{210}, Shape{14, 15}, Shape{2, 7, 15}}) {
      const Weights weights = weights_of(x, shape);
      for (const std::string granularity : {"tensor", "channel", "group:1", "group:4", "group:15", "group:999"}) {
        for (const std::string range : {"absmax", "0.7", "1e30", "percentile:100", "percentile:99.9", "percentile:90", "percentile:50",
                                        "percentile:0.001"}) {
          for (const std::string format : {"int", "uint"}) {
            CAPTURE(kind.name);
            CAPTURE(granularity);
            CAPTURE(range);
            CAPTURE(format);
            const Request request = ask(format, 4, range, granularity);
            const Plan plan = plan_of(weights, request);
            const auto segments = oracle::segments(x.size(), shape, request.granularity);
            REQUIRE(plan.ranges.size() == segments.size());
            for (std::size_t s = 0; s < segments.size(); ++s) {
              const Interval expected =
                  naive_range(finite(x, segments[s].first, segments[s].second), request.range, plan.format->symmetric);
              CHECK(plan.ranges[s].low == expected.low);
              CHECK(plan.ranges[s].high == expected.high);
            }
          }
        }
      }
    }
  }
}

TEST_CASE("range: percentiles known by hand") {
  // NumPy: percentile([1, 2, 3, 4], 40) = 2.2; of |x| for a symmetric format.
  std::vector<float> x{-4, 1, 3, -2};
  CHECK(percentile_range(x, 40, true).high == doctest::Approx(2.2).epsilon(1e-15));
  // The 10th and 90th percentile of 0 … 10.
  std::vector<float> y{10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
  CHECK(percentile_range(y, 80, false).low == 0);
  CHECK(percentile_range(y, 80, false).high == 9);
  std::vector<float> one{-7};
  CHECK(percentile_range(one, 1, true).high == 7);
  CHECK(percentile_range(one, 50, false).low == 0);
}

namespace {

// The lab's range by mse against the least error of `trials` linear and as many geometric shrinks, by the oracle.
void check_mse(const inputs::Named& weights, const std::string& format, int bits, Rounding rounding, int trials) {
  const auto& x = weights.x;
  const auto [min, max] = std::minmax_element(x.begin(), x.end());
  const float r = std::max(std::fabs(*min), std::fabs(*max));
  const double low = format != "uint" ? -r : std::min(*min, 0.0f), high = format != "uint" ? r : std::max(*max, 0.0f);
  const auto error_at = [&](double l, double h) {
    const Cells c = oracle::cells(format, bits, l, h, rounding, 1);
    return oracle::noise(x.data(), x.size(), c, 0).nn.value();
  };
  double least = error_at(low, high);
  for (int i = 1; i < trials; ++i) {
    const double linear = static_cast<double>(i) / trials, geometric = std::pow(2, -10.0 * i / trials);
    least = std::min({least, error_at(low * linear, high * linear), error_at(low * geometric, high * geometric)});
  }
  Request request = ask(format, bits, "mse");
  request.rounding = rounding;
  const Plan plan = plan_of(weights_of(x, {x.size()}), request);
  const Interval range = plan.ranges[0];
  CAPTURE(weights.name);
  CAPTURE(format);
  CAPTURE(bits);
  CAPTURE(static_cast<int>(rounding));
  CHECK(error_at(range.low, range.high) <= least * 1.002);
  CHECK(range.low >= 2 * low);
  CHECK(range.high <= 2 * high);
}

}  // namespace

// One weight far on the other side: a range that shrinks both ends by one factor spends half of its levels on it.
TEST_CASE("range: mse of an affine format is as good as a grid of both ends") {
  std::vector<inputs::Named> all{{"normal", inputs::normal(150, 1)}, {"laplace", inputs::laplace(150, 2)}};
  all.push_back({"lopsided", inputs::normal(150, 4)});
  for (float& v : all.back().x) v = v < 0 ? v / 10 : v;
  for (const float sign : {1.0f, -1.0f}) {
    all.push_back({"one outlier", inputs::laplace(150, 5)});
    for (float& v : all.back().x) v = sign * std::fabs(v);
    all.back().x[70] = -9 * sign;
  }
  for (const auto& weights : all) {
    const auto& x = weights.x;
    const auto [min, max] = std::minmax_element(x.begin(), x.end());
    for (const int bits : {2, 3, 4}) {
      const auto error_at = [&](double low, double high) {
        const Cells c = oracle::cells("uint", bits, low, high, Rounding::Nearest, 1);
        return oracle::noise(x.data(), x.size(), c, 0).nn.value();
      };
      double least = INFINITY;
      for (int i = 0; i <= 40; ++i) {
        for (int j = i == 0; j <= 40; ++j) least = std::min(least, error_at(*min * i / 40.0, *max * j / 40.0));
      }
      const Interval range = plan_of(weights_of(x, {x.size()}), ask("uint", bits, "mse")).ranges[0];
      CAPTURE(weights.name);
      CAPTURE(bits);
      CHECK(error_at(range.low, range.high) <= least * 1.01);
    }
  }
}

TEST_CASE("range: mse is as good as a dense search with the oracle") {
  std::vector<inputs::Named> all{{"normal", inputs::normal(150, 1)}, {"laplace", inputs::laplace(150, 2)}};
  all.push_back({"an outlier", inputs::normal(150, 3)});
  all.back().x[77] = 100;
  all.push_back({"two values", {}});
  for (int i = 0; i < 60; ++i) all.back().x.push_back(i % 3 ? 0.25f : -1.0f);
  all.push_back({"lopsided", inputs::normal(100, 4)});
  for (float& v : all.back().x) v = v < 0 ? v / 10 : v;
  all.push_back({"tiny", inputs::normal(100, 5, 1e-30)});
  for (const auto& weights : all) {
    for (const std::string format : {"int", "uint", "midrise"}) {
      for (const int bits : {1, 2, 3, 4, 6, 8}) {
        for (const Rounding rounding : {Rounding::Nearest, Rounding::HalfAway}) {
          check_mse(weights, format, bits, rounding, 700);
        }
      }
    }
  }
}

// With few weights the error of floor and stochastic jumps wherever one meets a level: many make it smooth.
TEST_CASE("range: mse under floor and stochastic rounding") {
  for (const auto& weights : {inputs::Named{"normal", inputs::normal(20000, 1)}, {"laplace", inputs::laplace(20000, 2)}}) {
    for (const std::string format : {"int", "uint", "midrise"}) {
      for (const Rounding rounding : {Rounding::Floor, Rounding::Stochastic}) check_mse(weights, format, 3, rounding, 60);
    }
  }
}

TEST_CASE("range: mse of every scale alone, NaN left out") {
  auto x = inputs::normal(4 * 33, 9);
  for (std::size_t i = 66; i < 99; ++i) x[i] *= 1e-3f;
  std::vector<float> holes = x;
  for (std::size_t i = 0; i < holes.size(); i += 9) holes[i] = inputs::kNan;
  const Shape shape{4, 33};
  for (const std::string granularity : {"channel", "group:16"}) {
    for (const auto& values : {x, holes}) {
      const Weights weights = weights_of(values, shape);
      const Request request = ask("int", 3, "mse", granularity);
      const Plan plan = plan_of(weights, request);
      const auto segments = oracle::segments(values.size(), shape, request.granularity);
      REQUIRE(plan.ranges.size() == segments.size());
      for (std::size_t s = 0; s < segments.size(); ++s) {
        const auto alone = finite(values, segments[s].first, segments[s].second);
        const Plan single = plan_of(weights_of(alone, {alone.size()}), ask("int", 3, "mse"));
        CHECK(plan.ranges[s].high == single.ranges[0].high);
      }
    }
  }
}

TEST_CASE("range: zeros, one weight, and nothing finite have ranges") {
  for (const std::string range : {"absmax", "mse", "percentile:99", "percentile:1"}) {
    for (const std::string format : {"int", "uint", "midrise"}) {
      CAPTURE(range);
      CAPTURE(format);
      for (const std::vector<float>& x : {std::vector<float>{0, 0, 0}, {-0.0f}, {inputs::kNan}, {inputs::kInf, -inputs::kInf}}) {
        const Plan plan = plan_of(weights_of(x, {x.size()}), ask(format, 8, range));
        CHECK(plan.ranges[0].low == 0);
        CHECK(plan.ranges[0].high == 0);
      }
      const Plan one = plan_of(weights_of({3}, {1}), ask(format, 8, range));
      CHECK(one.ranges[0].high > 0);
      CHECK(one.ranges[0].high <= 6);
    }
  }
  CHECK(plan_of(weights_of({}, {0}), ask("int", 8, "mse")).ranges.size() == 0);
}

TEST_CASE("range: bits a format does not have are refused in a sentence") {
  const Weights weights = weights_of({1, 2, 3}, {3});
  for (const int bits : {0, -1, 17, 1000000}) {
    for (const std::string format : {"int", "uint", "midrise"}) {
      const auto plan = make_plan(weights, ask(format, bits, "absmax"));
      REQUIRE_FALSE(plan.ok());
      CHECK(plan.error().find("1 to 16 bits") != std::string::npos);
    }
  }
  CHECK_FALSE(make_plan(weights, ask("nonesuch", 8, "absmax")).ok());
}
