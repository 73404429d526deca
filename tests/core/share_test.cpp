// Places in long rows where a product of sizes passes 32 bits: wasm's size_t is as wide.
#include "tensor/share.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "indexes.h"
#include "quantizers/lloyd.h"
#include "quantizers/optimal.h"
#include "quantizers/range.h"

using namespace halfstep;
using tests::index_of;

namespace {

std::vector<float> ramp(std::size_t n) {
  std::vector<float> x(n);
  std::iota(x.begin(), x.end(), 0.0f);
  return x;
}

}  // namespace

TEST_CASE("share: in 32 bits too, cut as long division has it") {
  for (const std::uint32_t n : {1u, 7u, 1000u, 8388609u, 16777216u, 1u << 30}) {
    for (const std::uint32_t parts : {1u, 3u, 512u, 1000000u, 16777216u}) {
      if (parts > 1) CHECK(share_begin(parts, n, parts) == n);
      for (std::uint32_t step = 0; step < 40; ++step) {
        const std::uint32_t i = static_cast<std::uint32_t>(static_cast<double>(parts) * step / 39);
        // Bit by bit: the quotient grows as i does.
        std::uint32_t quotient = 0;
        double rest = 0;
        for (int bit = 31; bit >= 0; --bit) {
          rest *= 2;
          quotient *= 2;
          if (i >> bit & 1) rest += n;
          const double whole = std::floor(rest / parts);
          quotient += static_cast<std::uint32_t>(whole);
          rest -= whole * parts;
        }
        CHECK(share_begin(i, n, parts) == quotient);
      }
    }
  }
}

TEST_CASE("optimal: a hundred thousand weights on half as many points are merged in pairs") {
  const SortedIndex index = index_of(ramp(100000));
  OptimalDesigner designer;
  REQUIRE(designer.begin(index, 1, 50000).ok());
  CHECK(designer.merge_mse() == doctest::Approx(0.25).epsilon(1e-12));  // ±½ about each pair's mean
}

TEST_CASE("lloyd: of even weights beyond 2^23 the dense start is even") {
  const std::size_t n = (std::size_t{1} << 23) + 4097;
  const SortedIndex index = index_of(ramp(n));
  const std::vector<double> levels = lloyd_start(index, 8, LloydStart::CubeRoot);
  for (std::size_t i = 0; i < 8; ++i) {
    CHECK(levels[i] ==
          doctest::Approx((static_cast<double>(i) + 0.5) / 8 * static_cast<double>(n - 1))
              .epsilon(1e-3));
  }
}

TEST_CASE("range: absmax of groups of 2^24") {
  std::vector<float> x((std::size_t{1} << 24) + 8, 0.5f);
  x[3] = -2;
  x.back() = 3;
  Interval ranges[2];
  absmax_ranges(x, std::size_t{1} << 24, ranges);
  CHECK(ranges[0].high == 2);
  CHECK(ranges[1].high == 3);
  CHECK(ranges[1].low == -3);
}
