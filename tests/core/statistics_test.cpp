// The weights' own statistics and the entropy of counts, against sums taken with compensation.
#include "measures/statistics.h"

#include <doctest/doctest.h>

#include "inputs.h"
#include "measures/entropy.h"
#include "oracle.h"

using namespace halfstep;

namespace {

TensorReport measure(const std::vector<float>& x) {
  Weights weights;
  REQUIRE(weights.values.allocate(x.size()));
  std::copy(x.begin(), x.end(), weights.values.data());
  weights.shape = {x.size()};
  measure_statistics(weights);
  return weights.statistics;
}

doctest::Approx near(double value) { return doctest::Approx(value).epsilon(1e-10); }

}  // namespace

TEST_CASE("statistics: two passes by compensated sums agree") {
  std::vector<inputs::Named> all = inputs::around(0.1f, 50, 5003, 6);
  all.push_back({"far from zero", inputs::normal(5003, 7, 1e-3, 1000)});
  for (const inputs::Named& kind : all) {
    const auto& x = kind.x;
    CAPTURE(kind.name);
    const double n = static_cast<double>(x.size());
    oracle::Sum sum, squares, second, fourth;
    for (const float v : x) sum.add(v);
    for (const float v : x) squares.add(static_cast<double>(v) * static_cast<double>(v));
    const double mean = sum.value() / n;
    for (const float v : x) second.add(std::pow(static_cast<double>(v) - mean, 2));
    for (const float v : x) fourth.add(std::pow(static_cast<double>(v) - mean, 4));
    const TensorReport s = measure(x);
    CHECK(s.count == x.size());
    CHECK(s.nonfinite == 0);
    CHECK(s.min == *std::min_element(x.begin(), x.end()));
    CHECK(s.max == *std::max_element(x.begin(), x.end()));
    CHECK(std::fabs(s.mean - mean) <= 1e-12 * sum.size() / n);
    CHECK(s.rms == near(std::sqrt(squares.value() / n)));
    if (kind.name == "a constant") {
      CHECK(s.mean == x[0]);
      CHECK(s.std == 0);
      CHECK(std::isnan(s.kurtosis));
    } else {
      CHECK(s.std == near(std::sqrt(second.value() / n)));
      CHECK(s.kurtosis == near(fourth.value() / n / std::pow(second.value() / n, 2)));
    }
  }
}

TEST_CASE("statistics: closed forms") {
  const TensorReport s = measure({-1, 1, -1, 1});
  CHECK(s.mean == 0);
  CHECK(s.rms == 1);
  CHECK(s.std == 1);
  CHECK(s.kurtosis == 1);
  // 0 … 8: variance (9² − 1)/12, kurtosis 3 (3·81 − 7)/(5·80).
  const TensorReport t = measure({0, 1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(t.mean == 4);
  CHECK(t.std == near(std::sqrt(80.0 / 12)));
  CHECK(t.kurtosis == near(3.0 / 5 * (3 * 81 - 7) / 80));
}

TEST_CASE("statistics: NaN and infinities are counted and left out") {
  const auto finite = inputs::normal(1001, 4);
  const float bad[] = {inputs::kNan, inputs::kInf, -inputs::kInf};
  std::vector<float> x;
  for (std::size_t i = 0; i < finite.size(); ++i) {
    if (i % 5 == 0) x.push_back(bad[i % 3]);
    x.push_back(finite[i]);
  }
  x.push_back(inputs::kNan);
  const TensorReport a = measure(finite), b = measure(x);
  CHECK(b.count == x.size());
  CHECK(b.nonfinite == x.size() - finite.size());
  CHECK(b.min == a.min);
  CHECK(b.max == a.max);
  CHECK(b.mean == near(a.mean));
  CHECK(b.rms == near(a.rms));
  CHECK(b.std == near(a.std));
  CHECK(b.kurtosis == near(a.kurtosis));
}

TEST_CASE("statistics: without a finite weight every number is meaningless") {
  for (const std::vector<float>& x : {std::vector<float>{}, {inputs::kNan}, {inputs::kInf, -inputs::kInf, inputs::kNan}}) {
    const TensorReport s = measure(x);
    CHECK(s.count == x.size());
    CHECK(s.nonfinite == x.size());
    for (const double v : {s.min, s.max, s.mean, s.rms, s.std, s.kurtosis}) CHECK(std::isnan(v));
  }
}

TEST_CASE("statistics: the ends of float32 neither over- nor underflow") {
  const TensorReport big = measure({FLT_MAX, -FLT_MAX, FLT_MAX, -FLT_MAX});
  CHECK(big.rms == near(static_cast<double>(FLT_MAX)));
  CHECK(big.kurtosis == near(1));
  const TensorReport small = measure({FLT_TRUE_MIN, -FLT_TRUE_MIN});
  CHECK(small.rms == near(static_cast<double>(FLT_TRUE_MIN)));
  CHECK(small.std == near(static_cast<double>(FLT_TRUE_MIN)));
}

TEST_CASE("entropy: −Σ p log2 p") {
  const auto bits = [](std::vector<std::uint32_t> counts) { return code_entropy(counts).bits; };
  CHECK(bits({1, 1}) == near(1));
  CHECK(bits({5, 5, 5, 5, 0, 0}) == near(2));
  CHECK(bits({1, 3}) == near(0.8112781244591328));
  CHECK(bits({0, 7, 0}) == 0);
  CHECK(bits({4000000000u, 4000000000u}) == near(1));
  CHECK(std::isnan(bits({})));
  CHECK(std::isnan(bits({0, 0})));
  CHECK(code_entropy(std::vector<std::uint32_t>{3, 0, 1, 0, 9}).occupied == 3);
  CHECK(code_entropy(std::vector<std::uint32_t>{}).occupied == 0);
  inputs::Random random(3);
  for (const std::size_t levels : {2, 17, 255, 65536}) {
    std::vector<std::uint32_t> counts(levels);
    for (auto& count : counts) count = static_cast<std::uint32_t>(std::pow(random.uniform(), 8) * 1e6);
    CHECK(bits(counts) == doctest::Approx(oracle::entropy_bits(counts)).epsilon(1e-12));
  }
}
