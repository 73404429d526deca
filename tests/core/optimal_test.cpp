// The optimal codebook against every partition of few weights, against Lloyd's iteration, and against the tables.
#include "quantizers/optimal.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>

#include "../reference/scalar_quantizers.h"
#include "indexes.h"
#include "inputs.h"
#include "laws.h"

using namespace halfstep;
using tests::index_of;

namespace {

Design optimal(const SortedIndex& index, std::size_t levels, std::size_t most_points = OptimalDesigner::kMostPoints) {
  OptimalDesigner designer;
  REQUIRE(designer.begin(index, levels, most_points).ok());
  double done = 0;
  while (done < 1) {
    const double next = designer.advance();
    CHECK(next > done);
    done = next;
  }
  return designer.design();
}

// The least Σ(x − mean of its part)² over all ways to cut the sorted weights into at most `levels` parts.
double brute(std::vector<float> x, std::size_t levels) {
  std::sort(x.begin(), x.end());
  double least = INFINITY;
  const std::size_t n = x.size();
  for (unsigned cuts = 0; cuts < 1u << (n - 1); ++cuts) {
    if (static_cast<std::size_t>(std::popcount(cuts)) >= levels) continue;
    double total = 0;
    for (std::size_t first = 0; first < n;) {
      std::size_t last = first + 1;
      while (last < n && !(cuts >> (last - 1) & 1)) ++last;
      double sum = 0;
      for (std::size_t i = first; i < last; ++i) sum += static_cast<double>(x[i]);
      const double mean = sum / static_cast<double>(last - first);
      for (std::size_t i = first; i < last; ++i) total += (static_cast<double>(x[i]) - mean) * (static_cast<double>(x[i]) - mean);
      first = last;
    }
    least = std::min(least, total);
  }
  return least;
}

std::vector<float> few(std::size_t n, int kind, inputs::Random& random) {
  std::vector<float> x(n);
  for (float& v : x) {
    const double normal = random.normal();
    v = static_cast<float>(kind == 0   ? normal
                           : kind == 1 ? std::round(normal * 2) / 2          // ties and duplicates
                           : kind == 2 ? std::floor(random.uniform() * 12)   // even lattice: many equal partitions
                           : kind == 3 ? std::exp(4 * normal)                // magnitudes
                                       : 5 + 1e-3 * normal);                 // far from zero
  }
  return x;
}

}  // namespace

TEST_CASE("optimal: equal to the best of all partitions of up to twelve weights") {
  inputs::Random random(5);
  for (std::size_t n = 1; n <= 12; ++n) {
    for (int kind = 0; kind < 5; ++kind) {
      const auto x = few(n, kind, random);
      const SortedIndex index = index_of(x);
      double power = 0;
      for (const float v : x) power += static_cast<double>(v) * static_cast<double>(v);
      for (std::size_t levels = 1; levels <= n; ++levels) {
        CAPTURE(n);
        CAPTURE(kind);
        CAPTURE(levels);
        const double least = brute(x, levels), got = optimal(index, levels).mse * static_cast<double>(n);
        // Levels are float32.
        CHECK(got <= least * (1 + 1e-6) + power * 0x1p-47);
        CHECK(got >= least * (1 - 1e-9));
      }
    }
  }
}

TEST_CASE("optimal: equal to the best of all partitions beside outliers of up to 1e9") {
  inputs::Random random(6);
  for (std::size_t n = 8; n <= 12; ++n) {
    for (int trial = 0; trial < 60; ++trial) {
      auto x = few(n, trial % 2 ? 3 : 0, random);
      const double outlier = std::pow(10, 6 + 3 * random.uniform());
      x[0] = static_cast<float>(trial % 3 == 0 ? outlier : -outlier);
      if (trial % 3 == 1) x[1] = static_cast<float>(1.5 * outlier);
      const SortedIndex index = index_of(x);
      for (std::size_t levels = 3; levels <= n - 2; ++levels) {
        CAPTURE(n);
        CAPTURE(trial);
        CAPTURE(levels);
        const double least = brute(x, levels), got = optimal(index, levels).mse * static_cast<double>(n);
        CHECK(got <= least * (1 + 1e-6));
        CHECK(got >= least * (1 - 1e-9));
      }
    }
  }
}

TEST_CASE("optimal: never worse than Lloyd's iteration from any start, nor with a level more") {
  std::vector<inputs::Named> all{{"normal", inputs::normal(5000, 1)}, {"laplace", inputs::laplace(5000, 2)}};
  all.push_back({"three clusters", inputs::normal(3000, 3, 0.05)});
  for (std::size_t i = 0; i < 3000; ++i) all.back().x[i] += static_cast<float>(i % 3) * static_cast<float>(i % 3);
  all.push_back({"an outlier", inputs::normal(2000, 4)});
  all.back().x[5] = 1e6f;
  all.push_back({"small beside a huge outlier", inputs::normal(2000, 4, 1e-4)});
  all.back().x[5] = 1e12f;
  all.push_back({"atoms", inputs::normal(4000, 5)});
  for (float& v : all.back().x) v = std::round(v * 8) / 8;
  for (const inputs::Named& kind : all) {
    const std::vector<float>& x = kind.x;
    const SortedIndex index = index_of(x);
    double before = INFINITY;
    for (const std::size_t levels : {1u, 2u, 3u, 4u, 8u, 15u, 32u, 64u}) {
      CAPTURE(kind.name);
      CAPTURE(levels);
      const double got = optimal(index, levels).mse;
      for (const LloydStart start : {LloydStart::Even, LloydStart::Quantiles, LloydStart::CubeRoot}) {
        CHECK(got <= lloyd(index, lloyd_start(index, levels, start)).mse);
      }
      CHECK(got <= before);
      before = got;
    }
  }
}

// Lloyd's own starts all end here in a worse place: two clusters far apart of which one is wide.
TEST_CASE("optimal: strictly better where the iteration is caught") {
  inputs::Random random(9);
  int better = 0;
  for (int trial = 0; trial < 40; ++trial) {
    std::vector<float> x;
    for (int cluster = 0; cluster < 6; ++cluster) {
      const double place = random.normal() * 10, width = std::exp(random.normal());
      for (int i = 0; i < 20; ++i) x.push_back(static_cast<float>(place + width * random.normal()));
    }
    const SortedIndex index = index_of(x);
    if (optimal(index, 5).mse < lloyd_max(index, 5).mse * (1 - 1e-6)) ++better;
  }
  CHECK(better > 0);
}

TEST_CASE("optimal: merged points keep the error within their bound") {
  const auto x = inputs::laplace(50000, 8);
  const SortedIndex index = index_of(x);
  for (const std::size_t levels : {2u, 8u, 32u}) {
    const double least = optimal(index, levels).mse;
    for (const std::size_t points : {100u, 1000u, 10000u}) {
      OptimalDesigner designer;
      REQUIRE(designer.begin(index, levels, points).ok());
      CHECK(designer.points() == points);
      // V by hand: shares of neighbours, as even as whole numbers allow.
      double v = 0;
      for (std::size_t p = 0; p < points; ++p) {
        const std::size_t first = p * x.size() / points, last = (p + 1) * x.size() / points;
        long double sum = 0, sum_squares = 0;
        for (std::size_t i = first; i < last; ++i) {
          sum += index.sorted()[i];
          sum_squares += static_cast<long double>(index.sorted()[i]) * index.sorted()[i];
        }
        v += static_cast<double>(sum_squares - sum * sum / static_cast<long double>(last - first));
      }
      v /= static_cast<double>(x.size());
      CHECK(designer.merge_mse() == doctest::Approx(v).epsilon(1e-6));
      while (designer.advance() < 1) {
      }
      const double got = designer.design().mse;
      CHECK(got >= least * (1 - 1e-9));
      CHECK(got <= std::pow(std::sqrt(least) + std::sqrt(v), 2) + v);
      CHECK(designer.least_mse(got) <= least);
      if (levels == 2 && points == 10000) CHECK(designer.least_mse(got) > 0.9 * least);
    }
  }
}

TEST_CASE("optimal: the tabled quantizers within sampling error") {
  for (const char* law : {"normal", "laplace", "uniform"}) {
    const auto x = laws::draw(law, 1000000, 78);
    const SortedIndex index = index_of(x);
    for (const reference::LloydMax& row : reference::kLloydMax) {
      if (std::string(law) != row.law) continue;
      CAPTURE(row.law);
      CAPTURE(row.levels);
      const double share = std::string(law) == "laplace" ? 0.02 : 0.008;
      CHECK(optimal(index, row.levels, 20000).mse == doctest::Approx(row.mse).epsilon(share));
    }
  }
}

TEST_CASE("optimal: what it refuses") {
  OptimalDesigner designer;
  const SortedIndex some = index_of({1, 2, 3});
  CHECK_FALSE(designer.begin(some, 0).ok());
  CHECK_FALSE(designer.begin(some, 65).ok());
  CHECK(designer.begin(some, 65).error().find("64") != std::string::npos);
  CHECK_FALSE(designer.begin(index_of({}), 4).ok());
  CHECK(designer.begin(some, 64).ok());
  while (designer.advance() < 1) {
  }
  CHECK(designer.design().mse == 0);
  CHECK(designer.points() == 3);
}
