// Lloyd's iteration: it never rises, it ends where nothing moves, and it finds the tabled quantizers.
#include "quantizers/lloyd.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "../reference/scalar_quantizers.h"
#include "indexes.h"
#include "inputs.h"
#include "laws.h"
#include "oracle.h"

using namespace halfstep;
using tests::index_of;

namespace {

std::vector<inputs::Named> kinds(std::size_t n) {
  std::vector<inputs::Named> all{{"normal", inputs::normal(n, 1)}, {"laplace", inputs::laplace(n, 2)}};
  all.push_back({"two far clusters", inputs::normal(n, 3, 0.01)});
  for (std::size_t i = 0; i < n; i += 3) all.back().x[i] += 100;
  all.push_back({"an outlier", inputs::normal(n, 4)});
  all.back().x[n / 2] = 1e4f;
  all.push_back({"three values", std::vector<float>(n)});
  for (std::size_t i = 0; i < n; ++i) all.back().x[i] = static_cast<float>(i * i % 5);
  all.push_back({"a constant", std::vector<float>(n, -0.3f)});
  all.push_back({"zeros and few", std::vector<float>(n, 0.0f)});
  for (std::size_t i = 0; i < n; i += 50) all.back().x[i] = static_cast<float>(i) * 1e-3f;
  return all;
}

double naive_mse(const std::vector<float>& x, const Codebook& book) {
  oracle::Sum sum;
  for (const float v : x) {
    double least = INFINITY;
    for (const float level : book.levels) least = std::min(least, std::fabs(static_cast<double>(v) - static_cast<double>(level)));
    sum.add(least * least);
  }
  return sum.value() / static_cast<double>(x.size());
}

}  // namespace

TEST_CASE("lloyd: a design's error and entropy are those of its codebook on the weights") {
  for (const inputs::Named& kind : kinds(3000)) {
    const std::vector<float>& x = kind.x;
    const SortedIndex index = index_of(x);
    for (const std::size_t levels : {1u, 2u, 5u, 16u, 40u}) {
      CAPTURE(kind.name);
      CAPTURE(levels);
      const Design design = lloyd_max(index, levels);
      CHECK(design.book.levels.size() <= levels);
      CHECK(design.mse == doctest::Approx(naive_mse(x, design.book)).epsilon(1e-9));
      std::vector<double> counts(design.book.levels.size());
      for (const float v : x) ++counts[design.book.code(v)];
      CHECK(design.entropy == doctest::Approx(oracle::entropy_bits(counts)).epsilon(1e-12));
    }
  }
}

TEST_CASE("lloyd: the error never rises, from any start") {
  for (const inputs::Named& kind : kinds(2000)) {
    const std::vector<float>& x = kind.x;
    const SortedIndex index = index_of(x);
    const double scale = static_cast<double>(std::max(std::fabs(index.sorted().front()), std::fabs(index.sorted().back())));
    for (const std::size_t count : {1u, 2u, 7u, 32u}) {
      for (const LloydStart start : {LloydStart::Even, LloydStart::Quantiles, LloydStart::CubeRoot}) {
        CAPTURE(kind.name);
        CAPTURE(count);
        CAPTURE(static_cast<int>(start));
        auto levels = lloyd_start(index, count, start);
        CHECK(levels.size() == count);
        CHECK(std::is_sorted(levels.begin(), levels.end()));
        double before = naive_mse(x, nearest_codebook(levels));
        for (int i = 0; i < 60; ++i) {
          levels = lloyd_step(index, levels);
          CHECK(std::is_sorted(levels.begin(), levels.end()));
          const double after = naive_mse(x, nearest_codebook(levels));
          // A level is a float32: its rounding may lift what has settled.
          CHECK(after <= before * (1 + 1e-9) + scale * scale * 0x1p-46);
          before = after;
        }
        CHECK(lloyd(index, levels).mse <= before * (1 + 1e-9));
      }
    }
  }
}

TEST_CASE("lloyd: what it ends at, no iteration betters") {
  for (const inputs::Named& kind : kinds(2000)) {
    const std::vector<float>& x = kind.x;
    const SortedIndex index = index_of(x);
    for (const std::size_t count : {2u, 6u}) {
      const Design design = lloyd_max(index, count);
      const std::vector<double> levels(design.book.levels.begin(), design.book.levels.end());
      CAPTURE(kind.name);
      CAPTURE(count);
      CHECK(naive_mse(x, nearest_codebook(lloyd_step(index, levels))) >= design.mse * (1 - 1e-6));
    }
  }
}

TEST_CASE("lloyd: as many levels as values leave no error") {
  const SortedIndex three = index_of(kinds(100)[4].x);
  for (const std::size_t count : {3u, 6u, 64u}) {
    const Design design = lloyd_max(three, count);
    CHECK(design.mse == 0);
    CHECK(design.book.levels == std::vector<float>{0, 1, 4});
  }
  const Design one = lloyd_max(index_of({0.1f}), 8);
  CHECK(one.mse == 0);
  CHECK(one.book.levels == std::vector<float>{0.1f});
}

TEST_CASE("lloyd: the tabled quantizers of normal, laplace and uniform within sampling error") {
  for (const char* law : {"normal", "laplace", "uniform"}) {
    const auto x = laws::draw(law, 1000000, 77);
    const SortedIndex index = index_of(x);
    for (const reference::LloydMax& row : reference::kLloydMax) {
      if (std::string(law) != row.law) continue;
      CAPTURE(row.law);
      CAPTURE(row.levels);
      const Design design = lloyd_max(index, row.levels);
      // The mean of n² over 10⁶ weights strays by about √(kurtosis of n)·10⁻³: 0.2 % for normal weights, 0.5 for laplace.
      const double share = std::string(law) == "laplace" ? 0.02 : 0.008;
      CHECK(design.mse == doctest::Approx(row.mse).epsilon(share));
      CHECK(design.entropy == doctest::Approx(row.entropy_bits).epsilon(0.01));
      if (row.highest > 0) CHECK(design.book.levels.back() == doctest::Approx(row.highest).epsilon(0.03));
    }
  }
}
