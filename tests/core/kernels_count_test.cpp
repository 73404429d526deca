// The kernels that count: codes and histograms, exact.
#include <doctest/doctest.h>

#include "inputs.h"
#include "kernels/kernels.h"
#include "kernels_walk.h"
#include "oracle.h"

using namespace tests;

TEST_CASE("kernels: count_codes adds one to each weight's code") {
  walk([](const float* x, std::size_t n, const Cells& cells, std::uint32_t index, const Kernels& k) {
    std::vector<std::uint32_t> counts(cells.levels(), 3), expected(cells.levels(), 3);
    k.count_codes(x, n, cells, index, counts.data());
    for (std::size_t i = 0; i < n; ++i) {
      ++expected[static_cast<std::size_t>(
          oracle::quantize(x[i], cells, index + static_cast<std::uint32_t>(i)).k - cells.low)];
    }
    CHECK(same_bits(counts.data(), expected.data(), counts.size()));
  });
}

TEST_CASE("kernels: count_codes counts several weights at once without losing one") {
  for (const std::size_t n : {std::size_t{32767}, std::size_t{32768}, std::size_t{32768 + 4}, std::size_t{32768 + 29}}) {
    const auto x = inputs::normal(n, n);
    for (const std::int32_t levels : {2, 3, 4, 5, 15, 16, 17, 31, 255, 256, 257, 65536}) {
      for (const std::int32_t low : {0, -levels / 2, -levels / 3}) {
        Cells cells = make_cells(8.0f / static_cast<float>(levels), low % 2 == 0 ? 0 : 0.5f, low, low + levels - 1);
        cells.rounding = inputs::kRoundings[static_cast<std::size_t>(levels) % std::size(inputs::kRoundings)];
        CAPTURE(n);
        CAPTURE(levels);
        CAPTURE(low);
        std::vector<std::uint32_t> expected(static_cast<std::size_t>(levels));
        for (std::size_t i = 0; i < n; ++i) {
          ++expected[static_cast<std::size_t>(oracle::quantize(x[i], cells, 40 + static_cast<std::uint32_t>(i)).k - low)];
        }
        for (const Kernels* k : kBoth) {
          std::vector<std::uint32_t> counts(expected.size());
          k->count_codes(x.data(), n, cells, 40, counts.data());
          CHECK(counts == expected);
        }
      }
    }
  }
}

TEST_CASE("kernels: count_codes fills its widest tables") {
  const std::size_t n = (std::size_t{1} << 18) + 29;
  const auto x = inputs::normal(n, 11);
  for (const std::int32_t levels : {4, 16, 255, 256}) {
    const Cells cells = make_cells(8.0f / static_cast<float>(levels), 0, -levels / 2, (levels - 1) / 2);
    CAPTURE(levels);
    std::vector<std::uint32_t> expected(cells.levels());
    for (const float value : x) ++expected[static_cast<std::size_t>(oracle::quantize(value, cells, 0).k - cells.low)];
    std::vector<std::uint32_t> counts(cells.levels());
    simd_kernels().count_codes(x.data(), n, cells, 0, counts.data());
    CHECK(counts == expected);
  }
}

TEST_CASE("kernels: histogram puts each weight into floor((x − low)·(bins/(high − low)))") {
  for (const std::size_t n : kLengths) {
    for (const std::size_t bins : {1, 2, 7, 512}) {
      for (const auto& kind : inputs::around(0.125f, 20, n, n + bins)) {
        for (const auto& [low, high] : {std::pair{-2.0, 2.0}, {-1.3, 0.7}, {0.1, 1e9}}) {
          std::vector<std::uint32_t> expected(bins, 1);
          std::uint64_t below = 10, above = 20;
          for (const float value : kind.x) {
            const double place = (static_cast<double>(value) - low) * (static_cast<double>(bins) / (high - low));
            if (place < 0) {
              ++below;
            } else if (place >= static_cast<double>(bins)) {
              ++above;
            } else {
              ++expected[static_cast<std::size_t>(oracle::floor_int(place))];
            }
          }
          AtTheEnd x(kind.x, n % 4);
          for (const Kernels* k : kBoth) {
            std::vector<std::uint32_t> counts(bins, 1);
            Bins answer{low, high, counts, 10, 20};
            k->histogram(x.data(), n, answer);
            CHECK(counts == expected);
            CHECK(answer.below == below);
            CHECK(answer.above == above);
          }
        }
      }
    }
  }
}

TEST_CASE("kernels: a histogram without width counts outside, not astray") {
  const std::vector<float> x(9, 1e30f);
  for (const Kernels* k : kBoth) {
    std::vector<std::uint32_t> counts(4);
    Bins bins{1e30f, 1e30f, counts, 0, 0};
    k->histogram(x.data(), x.size(), bins);
    CHECK(counts == std::vector<std::uint32_t>(4));
    CHECK(bins.below + bins.above == 9);
  }
}

TEST_CASE("kernels: noise_histogram bins n/Δ") {
  walk([](const float* x, std::size_t n, const Cells& cells, std::uint32_t index, const Kernels& k) {
    constexpr double low = -0.75, high = 1.25;
    constexpr std::size_t kBins = 64;
    std::vector<std::uint32_t> expected(kBins), counts(kBins);
    std::uint64_t below = 0, above = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const float q = oracle::quantize(x[i], cells, index + static_cast<std::uint32_t>(i)).q;
      const double step = cells.step == 0 ? 1 : static_cast<double>(cells.step);
      const double place = ((static_cast<double>(x[i]) - static_cast<double>(q)) / step - low) * 32;
      if (place < 0) {
        ++below;
      } else if (place >= 64) {
        ++above;
      } else {
        ++expected[static_cast<std::size_t>(place)];
      }
    }
    Bins bins{low, high, counts, 0, 0};
    k.noise_histogram(x, n, cells, index, bins);
    CHECK(counts == expected);
    CHECK(bins.below == below);
    CHECK(bins.above == above);
  });
}
