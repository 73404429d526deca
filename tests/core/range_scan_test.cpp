// The noise of many ranges against DESIGN's definitions, weight by weight in float64.
#include "quantizers/range_scan.h"

#include <doctest/doctest.h>

#include <random>
#include <vector>

using namespace halfstep;

namespace {

SortedIndex index_of(const std::vector<float>& x) {
  SortedIndex index;
  REQUIRE(index.begin(x).ok());
  while (index.advance() < 1) {
  }
  return index;
}

std::vector<RangeTrial> scan(const std::vector<float>& x, const std::string& format, int bits, std::size_t count,
                             Rounding rounding = Rounding::Nearest) {
  Request request;
  request.format = format;
  request.bits = bits;
  request.rounding = rounding;
  return range_scan(index_of(x), *find_format(format).value(), request, count);
}

std::vector<float> draw(std::size_t count) {
  std::mt19937 random(7);
  std::normal_distribution<float> law(0.01f, 0.5f);
  std::vector<float> x(count);
  for (float& v : x) v = law(random);
  x[3] = 9;  // an outlier
  return x;
}

}  // namespace

TEST_CASE("a scan's ranges rise by one ratio from max|x|/1024 to 2 max|x|") {
  const auto trials = scan(draw(500), "int", 4, 12);
  REQUIRE(trials.size() == 12);
  for (std::size_t i = 0; i < 12; ++i) CHECK(trials[i].range == 9 * std::exp2(static_cast<double>(i) - 10));
}

TEST_CASE("int: both parts of the noise are those of its definition") {
  const std::vector<float> x = draw(500);
  for (const int bits : {2, 4, 7}) {
    const double top = std::exp2(bits - 1) - 1;
    for (const RangeTrial& trial : scan(x, "int", bits, 23)) {
      const auto step = static_cast<double>(static_cast<float>(trial.range / top));
      double granular = 0, overload = 0;
      for (const double v : x) {
        const double q = std::clamp(std::nearbyint(v / step), -top, top) * step;
        (std::fabs(v) > trial.range ? overload : granular) += (v - q) * (v - q);
      }
      CAPTURE(bits);
      CAPTURE(trial.range);
      CHECK(trial.granular_mse == doctest::Approx(granular / 500).epsilon(1e-5));
      CHECK(trial.overload_mse == doctest::Approx(overload / 500).epsilon(1e-5));
      CHECK(trial.mse == doctest::Approx((granular + overload) / 500).epsilon(1e-5));
    }
  }
}

TEST_CASE("uint of weights that are all positive begins at zero") {
  std::vector<float> x = draw(300);
  for (float& v : x) v = std::fabs(v);
  for (const RangeTrial& trial : scan(x, "uint", 3, 12)) {
    const auto step = static_cast<double>(static_cast<float>(trial.range / 7));
    double sum = 0;
    for (const double v : x) {
      const double q = std::clamp(std::nearbyint(v / step), 0.0, 7.0) * step;
      sum += (v - q) * (v - q);
    }
    CHECK(trial.mse == doctest::Approx(sum / 300).epsilon(1e-5));
  }
}

TEST_CASE("no range, no scan") {
  CHECK(scan(draw(100), "lloyd-max", 4, 12).empty());
  CHECK(scan(draw(100), "int", 4, 12, Rounding::Stochastic).empty());
  CHECK(scan({}, "int", 4, 12).empty());
  CHECK(scan({0, 0, 0}, "int", 4, 12).empty());
}

TEST_CASE("ranges beyond float32 are left out") {
  const auto trials = scan({3e38f, -1}, "int", 4, 12);
  REQUIRE(trials.size() == 11);
  CHECK(trials.back().range == 3e38f);
}
