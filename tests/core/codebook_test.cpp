// Codebooks against a search of every level for every weight.
#include "quantizers/codebook.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "inputs.h"

using namespace halfstep;

namespace {

// Rising levels, one edge fewer, edges rising.
void check_shape(const Codebook& book) {
  REQUIRE_FALSE(book.levels.empty());
  CHECK(book.edges.size() + 1 == book.levels.size());
  for (std::size_t i = 1; i < book.levels.size(); ++i) CHECK(book.levels[i - 1] < book.levels[i]);
  CHECK(std::is_sorted(book.edges.begin(), book.edges.end()));
}

}  // namespace

TEST_CASE("codebook: edge_at is the least float32 not below a number") {
  inputs::Random random(1);
  for (int i = 0; i < 5000; ++i) {
    const double value = random.normal() * std::pow(10, random.uniform() * 60 - 30);
    const float edge = edge_at(value);
    CHECK(static_cast<double>(edge) >= value);
    CHECK(static_cast<double>(std::nextafter(edge, -FLT_MAX)) < value);
    CHECK(edge_at(static_cast<double>(edge)) == edge);
  }
}

TEST_CASE("codebook: every weight takes the nearest level, ties up") {
  inputs::Random random(2);
  for (const std::size_t count : {1u, 2u, 3u, 17u, 100u}) {
    std::vector<double> levels;
    for (std::size_t i = 0; i < count; ++i) levels.push_back(std::round(random.normal() * 64) / 16);
    levels.push_back(levels.front());
    const Codebook book = nearest_codebook(levels);
    check_shape(book);
    for (int i = 0; i < 2000; ++i) {
      const float x = static_cast<float>(i % 2 ? random.normal() * 2 : std::round(random.normal() * 128) / 32);
      const double taken = book.levels[book.code(x)];
      double least = INFINITY;
      for (const double level : levels) least = std::min(least, std::fabs(x - level));
      CHECK(std::fabs(x - taken) == least);
      for (const double level : levels) {
        if (std::fabs(x - level) == least) CHECK(taken >= level);
      }
    }
    for (std::size_t i = 0; i < book.edges.size(); ++i) {
      CHECK(book.code(book.edges[i]) == i + 1);
      CHECK(book.code(std::nextafter(book.edges[i], -FLT_MAX)) == i);
    }
  }
}

TEST_CASE("codebook: every weight takes the cheapest priced level") {
  inputs::Random random(3);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<PricedLevel> levels;
    double y = -2;
    const std::size_t count = 1 + static_cast<std::size_t>(random.uniform() * 30);
    for (std::size_t i = 0; i < count; ++i) {
      // Multiples of 1/256 are exact as float32.
      y += (1 + std::floor(random.uniform() * 40)) / 256;
      levels.push_back({y, random.uniform() * (trial % 3 == 0 ? 0.001 : trial % 3 == 1 ? 0.1 : 1)});
    }
    const Codebook book = cheapest_codebook(levels);
    check_shape(book);
    std::vector<float> xs{-1e6f, 1e6f};
    for (int i = 0; i < 300; ++i) xs.push_back(static_cast<float>(random.normal() * 2));
    for (const float edge : book.edges) xs.insert(xs.end(), {edge, std::nextafter(edge, -FLT_MAX)});
    for (const float x : xs) {
      const double taken = book.levels[book.code(x)];
      double least = INFINITY, cost = INFINITY;
      for (const PricedLevel& level : levels) {
        const double here = (x - level.level) * (x - level.level) + level.price;
        least = std::min(least, here);
        if (level.level == taken) cost = here;
      }
      CHECK(cost <= least * (1 + 1e-6));
    }
  }
}

TEST_CASE("codebook: equal prices are no prices") {
  inputs::Random random(4);
  std::vector<double> levels;
  for (int i = 0; i < 40; ++i) levels.push_back(static_cast<float>(random.normal()));
  std::sort(levels.begin(), levels.end());
  std::vector<PricedLevel> priced;
  for (const double level : levels) priced.push_back({level, 0.7});
  const Codebook a = nearest_codebook(levels), b = cheapest_codebook(priced);
  CHECK(a.levels == b.levels);
  CHECK(a.edges == b.edges);
}
