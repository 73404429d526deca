// Entropy-constrained quantizers: against the book's gap, against fixed points, against plain ones.
#include "quantizers/ecsq.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "indexes.h"
#include "inputs.h"
#include "laws.h"

using namespace halfstep;
using tests::index_of;

namespace {

constexpr double kGapDb = 1.5328654;  // 10 log10(πe/6)

double variance(const std::vector<float>& x) {
  long double sum = 0, squares = 0;
  for (const float v : x) {
    sum += v;
    squares += static_cast<long double>(v) * v;
  }
  const long double n = static_cast<long double>(x.size());
  return static_cast<double>(squares / n - sum / n * (sum / n));
}

struct Measured {
  double mse, entropy;
};

Measured measure(const std::vector<float>& x, const Codebook& book) {
  std::vector<double> counts(book.levels.size());
  double total = 0, entropy = 0;
  for (const float v : x) {
    const std::size_t k = book.code(v);
    const double e = static_cast<double>(v) - static_cast<double>(book.levels[k]);
    total += e * e;
    ++counts[k];
  }
  const double n = static_cast<double>(x.size());
  for (const double count : counts) {
    if (count > 0) entropy -= count / n * std::log2(count / n);
  }
  return {total / n, entropy};
}

}  // namespace

TEST_CASE("ecsq: 1.53 dB from the limit for a million normal weights at 3 bits") {
  const auto x = inputs::normal(1000000, 41);
  const Design design = ecsq(index_of(x), 3);
  CHECK(design.entropy <= 3);
  CHECK(design.entropy > 2.999);
  const double snr = 10 * std::log10(variance(x) / design.mse);
  const double limit = 20 * std::log10(2.0) * design.entropy;
  CHECK(std::fabs(limit - snr - kGapDb) < 0.02);
}

// Noll & Zelinski (1978): the gap closes towards low rates for a normal law; at one bit it is about 1.4 dB.
TEST_CASE("ecsq: the gap closes at low rates") {
  const auto x = inputs::normal(200000, 42);
  const SortedIndex index = index_of(x);
  double before = kGapDb + 0.02;
  for (const double rate : {2.0, 1.0, 0.5, 0.2}) {
    const Design design = ecsq(index, rate);
    const double gap = 20 * std::log10(2.0) * design.entropy - 10 * std::log10(variance(x) / design.mse);
    CAPTURE(rate);
    CHECK(design.entropy <= rate);
    CHECK(design.entropy > rate * 0.98);
    CHECK(gap > 0);
    CHECK(gap < before);
    before = gap + 0.01;
  }
}

TEST_CASE("ecsq: a design's error and entropy are those of its codebook on the weights") {
  for (const char* law : {"normal", "laplace", "uniform"}) {
    const auto x = laws::draw(law, 20000, 43);
    const SortedIndex index = index_of(x);
    for (const double rate : {0.7, 2.0, 5.0}) {
      const Design design = ecsq(index, rate);
      const Measured m = measure(x, design.book);
      CHECK(design.mse == doctest::Approx(m.mse).epsilon(1e-9));
      CHECK(design.entropy == doctest::Approx(m.entropy).epsilon(1e-9));
    }
  }
}

TEST_CASE("ecsq: for its price it beats every even quantizer and Lloyd-Max") {
  for (const char* law : {"normal", "laplace"}) {
    const auto x = laws::draw(law, 50000, 44);
    const SortedIndex index = index_of(x);
    for (const double lambda : {0.3, 0.03, 0.003}) {
      const Design design = ecsq_at(index, lambda);
      const double cost = design.mse + lambda * design.entropy;
      CAPTURE(law);
      CAPTURE(lambda);
      const double best_step = std::sqrt(6 * lambda / std::log(2.0));
      for (const double share : {0.7, 0.85, 1.0, 1.2, 1.5}) {
        for (const double offset : {0.0, 0.5}) {
          std::vector<double> levels;
          for (int k = -200; k <= 200; ++k) levels.push_back((k + offset) * best_step * share);
          const Measured m = measure(x, nearest_codebook(levels));
          CHECK(cost <= m.mse + lambda * m.entropy);
        }
      }
      for (const std::size_t levels : {2u, 3u, 4u, 8u, 16u}) {
        const Design plain = lloyd_max(index, levels);
        CHECK(cost <= plain.mse + lambda * plain.entropy);
      }
    }
  }
}

TEST_CASE("ecsq: the curve rises in rate and falls in noise, convexly, above the limit") {
  const auto x = inputs::normal(100000, 45);
  const auto curve = ecsq_curve(index_of(x), 6);
  REQUIRE(curve.size() > 8);
  CHECK(curve.front().entropy < 0.5);
  CHECK(curve.back().entropy <= 6);
  CHECK(curve.back().entropy > 5);
  const double power = variance(x);
  for (std::size_t i = 0; i < curve.size(); ++i) {
    CHECK(curve[i].mse >= power * std::exp2(-2 * curve[i].entropy) * 0.999);
    CHECK(10 * std::log10(curve[i].mse / (power * std::exp2(-2 * curve[i].entropy))) <= kGapDb + 0.05);
    if (i == 0) continue;
    CHECK(curve[i].entropy > curve[i - 1].entropy);
    CHECK(curve[i].mse < curve[i - 1].mse);
  }
}

// One weight that owns σ² takes a level of its own and next to no bits: the others end where they do alone.
TEST_CASE("ecsq: an outlier takes neither rate nor noise from the others") {
  const auto alone = inputs::normal(100000, 46);
  const double power = variance(alone);
  for (const float outlier : {1e4f, 1e9f}) {
    auto x = alone;
    x[5] = outlier;
    const SortedIndex index = index_of(x);
    for (const double rate : {1.0, 2.0, 3.0, 4.0, 8.0}) {
      CAPTURE(outlier);
      CAPTURE(rate);
      const Design design = ecsq(index, rate);
      CHECK(design.entropy <= rate);
      CHECK(design.entropy > rate * 0.998);
      const double limit = power * std::exp2(-2 * design.entropy);
      CHECK(10 * std::log10(measure(x, design.book).mse / limit) < kGapDb + 0.02);
    }
    const auto curve = ecsq_curve(index, 6);
    CHECK(curve.size() > 8);
    CHECK(curve.back().entropy > 5.4);
  }
}

TEST_CASE("ecsq: laws without a variance come to their rate") {
  inputs::Random random(47);
  std::vector<float> x(30000);
  for (float& v : x) v = static_cast<float>(std::tan(3.141592653589793 * (random.uniform() - 0.5)));  // student, df 1
  const SortedIndex index = index_of(x);
  for (const double rate : {0.5, 3.0, 6.0}) {
    const Design design = ecsq(index, rate);
    CAPTURE(rate);
    CHECK(design.entropy <= rate);
    CHECK(design.entropy > rate * 0.998);
    CHECK(measure(x, design.book).entropy == doctest::Approx(design.entropy).epsilon(1e-9));
  }
}

TEST_CASE("ecsq: a curve of few atoms ends where every atom has its level") {
  auto x = inputs::normal(20000, 48);
  for (float& v : x) v = std::round(v * 2) / 2;
  const SortedIndex index = index_of(x);
  const auto curve = ecsq_curve(index, 8);
  REQUIRE(curve.size() > 3);
  CHECK(curve.back().mse == 0);
  for (std::size_t i = 1; i < curve.size(); ++i) {
    CHECK(curve[i].entropy > curve[i - 1].entropy);
    CHECK(curve[i].mse < curve[i - 1].mse);
  }
  CHECK(ecsq(index, 4).mse == 0);
}

TEST_CASE("ecsq: few values, one value, one weight") {
  const Design constant = ecsq(index_of(std::vector<float>(100, 0.3f)), 2);
  CHECK(constant.mse == 0);
  CHECK(constant.entropy == 0);
  CHECK(ecsq(index_of({-2}), 4).mse == 0);
  CHECK(ecsq_curve(index_of({1, 1, 1}), 8).empty());
  // Two values need one bit; with two there is no noise.
  std::vector<float> two(1000, -1.0f);
  for (std::size_t i = 0; i < two.size(); i += 2) two[i] = 3;
  const Design both = ecsq(index_of(two), 2);
  CHECK(both.entropy == doctest::Approx(1));
  CHECK(both.mse == 0);
  CHECK(ecsq(index_of(two), 0.5).entropy <= 0.5);
}
