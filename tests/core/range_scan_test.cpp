// The scan of ranges against the direct pass at each.
#include "quantizers/range_scan.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "indexes.h"
#include "inputs.h"
#include "quantizers/range.h"

using namespace halfstep;
using tests::index_of;

TEST_CASE("range scan: every point is the direct pass at its range") {
  std::vector<inputs::Named> all{{"normal", inputs::normal(5000, 1)}, {"laplace, tiny", inputs::laplace(5000, 2, 1e-20)}};
  all.push_back({"above zero", inputs::normal(5000, 3)});
  for (float& v : all.back().x) v = std::fabs(v);
  for (const inputs::Named& kind : all) {
    const std::vector<float>& x = kind.x;
    const SortedIndex index = index_of(x);
    const auto [min, max] = std::minmax_element(x.begin(), x.end());
    double power = 0;
    for (const float v : x) power += static_cast<double>(v) * static_cast<double>(v) / static_cast<double>(x.size());
    for (const std::string format : {"int", "uint", "midrise"}) {
      for (const Rounding rounding : {Rounding::Nearest, Rounding::Floor}) {
        Request request;
        request.bits = 4;
        request.rounding = rounding;
        const FormatRow& row = *find_format(format).value();
        const double to = static_cast<double>(*max) * 1.5, from = to / 64;
        const auto points = range_scan(index, row, request, from, to, 25);
        REQUIRE(points.size() == 25);
        CHECK(points.front().range == static_cast<double>(static_cast<float>(from)));
        CHECK(points.back().range == static_cast<double>(static_cast<float>(to)));
        for (std::size_t i = 0; i < points.size(); ++i) {
          const RangePoint& p = points[i];
          CAPTURE(kind.name);
          CAPTURE(format);
          CAPTURE(i);
          // 64 = 2⁶ in 24 equal ratios.
          if (i > 0) CHECK(p.range / points[i - 1].range == doctest::Approx(std::exp2(0.25)).epsilon(1e-6));
          Cells cells = row.cells(4, number_range(static_cast<float>(p.range), *min, *max, row.symmetric));
          cells.rounding = rounding;
          NoiseSums sums;
          scalar_kernels().noise(x.data(), x.size(), cells, 0, sums);
          const double n = static_cast<double>(x.size());
          CHECK(p.mse == doctest::Approx(sums.nn / n).epsilon(1e-9));
          CHECK(p.overload_mse == doctest::Approx(sums.overload_nn / n).epsilon(1e-9));
          CHECK(p.granular_mse + p.overload_mse == doctest::Approx(p.mse).epsilon(1e-12));
          CHECK(p.granular_mse >= 0);
          CHECK(p.snr_db == doctest::Approx(10 * std::log10(power / p.mse)).epsilon(1e-9));
        }
      }
    }
  }
}

TEST_CASE("range scan: the granular part is its weights' own where overload is all but all") {
  auto x = inputs::normal(5000, 4, 1e-3);
  for (std::size_t i = 0; i < x.size(); i += 2) x[i] = 1000 + static_cast<float>(i);
  Request request;
  request.bits = 4;
  const auto points = range_scan(index_of(x), *find_format("int").value(), request, 1e-3, 1e-2, 5);
  REQUIRE(points.size() == 5);
  for (const RangePoint& p : points) {
    const float range = static_cast<float>(p.range), step = range / 7;
    double total = 0;
    for (const float v : x) {
      if (std::fabs(v) > range) continue;
      const double e = static_cast<double>(v) - static_cast<double>(std::nearbyint(v / step) * step);
      total += e * e;
    }
    CHECK(p.granular_mse == doctest::Approx(total / static_cast<double>(x.size())).epsilon(1e-9));
  }
}

TEST_CASE("range scan: clipping falls and rounding rises with the range") {
  const auto points = range_scan(index_of(inputs::normal(100000, 5)), *find_format("int").value(), Request{}, 0.5, 8, 60);
  REQUIRE(points.size() == 60);
  for (std::size_t i = 1; i < points.size(); ++i) {
    CHECK(points[i].overload_mse <= points[i - 1].overload_mse);
    CHECK(points[i].granular_mse >= points[i - 1].granular_mse);
  }
  CHECK(points.back().overload_mse == 0);
}

TEST_CASE("range scan: where there is none") {
  const SortedIndex some = index_of({1, 2, 3}), none = index_of({});
  Request request;
  const FormatRow& row = *find_format("int").value();
  CHECK(range_scan(none, row, request, 1, 2, 5).empty());
  CHECK(range_scan(some, *find_format("lloyd-max").value(), request, 1, 2, 5).empty());
  const auto exact = range_scan(index_of({127, -1, 3}), row, request, 127, 127, 2);
  REQUIRE(exact.size() == 2);
  CHECK(exact[0].mse == 0);
  CHECK(std::isnan(exact[0].snr_db));
  request.rounding = Rounding::Stochastic;
  CHECK(range_scan(some, row, request, 1, 2, 5).empty());
}
