// Which weights share a scale, counted out one by one.
#include "quantizers/layout.h"

#include <doctest/doctest.h>

#include "inputs.h"
#include "oracle.h"
#include "tensor/finite_runs.h"

using namespace halfstep;

TEST_CASE("layout: segments are the oracle's, whatever the shape") {
  const std::vector<Shape> shapes{{}, {1}, {7}, {64}, {1, 5}, {5, 1}, {3, 10}, {4, 3, 5}, {2, 3, 4, 7}, {6, 16}};
  std::vector<Granularity> kinds{{GranularityKind::Tensor, 0}, {GranularityKind::Channel, 0}};
  for (const std::uint64_t g : {1, 2, 3, 4, 5, 8, 16, 1000}) kinds.push_back({GranularityKind::Group, g});
  kinds.push_back({GranularityKind::Group, std::uint64_t{1} << 32});
  for (const Shape& shape : shapes) {
    const std::size_t count = static_cast<std::size_t>(element_count(shape).value());
    for (const Granularity& granularity : kinds) {
      CAPTURE(count);
      CAPTURE(granularity.group);
      const auto expected = oracle::segments(count, shape, granularity);
      const Layout layout(count, shape, granularity);
      REQUIRE(layout.segments() == expected.size());
      for (std::size_t s = 0; s < expected.size(); ++s) {
        CHECK(layout.begin(s) == expected[s].first);
        CHECK(layout.end(s) == expected[s].second);
        for (std::size_t i = expected[s].first; i < expected[s].second; ++i) CHECK(layout.segment_of(i) == s);
      }
    }
  }
}

TEST_CASE("layout: no weights, no segments") {
  for (const Shape& shape : {Shape{0}, Shape{3, 0}, Shape{0, 3}}) {
    for (const Granularity& g : {Granularity{}, Granularity{GranularityKind::Channel, 0}, Granularity{GranularityKind::Group, 4}}) {
      CHECK(Layout(0, shape, g).segments() == 0);
    }
  }
}

TEST_CASE("layout: finite stretches hold each finite weight once, in order") {
  inputs::Random random(8);
  for (const double share : {0.0, 0.1, 0.5, 1.0}) {
    for (std::size_t n : {0, 1, 2, 17, 100}) {
      std::vector<float> x(n, 1.0f);
      bool all = true;
      for (float& value : x) {
        if (random.uniform() < share) value = random.uniform() < 0.5 ? inputs::kNan : -inputs::kInf;
        all &= std::isfinite(value);
      }
      std::vector<int> seen(n, 0), expected(n, 0);
      const std::size_t begin = n / 3, end = n - n / 5;
      for (std::size_t i = begin; i < end; ++i) expected[i] = std::isfinite(x[i]);
      for (const bool told : {false, all}) {
        std::fill(seen.begin(), seen.end(), 0);
        std::size_t last = 0;
        each_finite_run(x, begin, end, told, [&](std::size_t first, std::size_t count) {
          CHECK(count > 0);
          CHECK(first >= last);
          last = first + count;
          for (std::size_t i = 0; i < count; ++i) ++seen[first + i];
        });
        CHECK(seen == expected);
      }
    }
  }
}
