// Groups under scales of their own: the SIMD kernels against the scalar truth, and that against a plain loop.
#include "kernels/grouped.h"

#include <doctest/doctest.h>

#include <cmath>

#include "inputs.h"
#include "quantizers/cells.h"
#include "quantizers/grids.h"
#include "quantizers/minifloat.h"

using namespace halfstep;

namespace {

constexpr double kU = 0x1p-24, kV = 0x1p-53;

struct Case {
  const char* name;
  Codebook grid;
};
std::vector<Case> cases() {
  return {{"e2m1", grid(kE2m1)}, {"e4m3", grid(kE4m3)}, {"e3m2", grid(kE3m2)}, {"fp16", grid(kFp16)}, {"nf4", nf4_grid()}, {"ternary", ternary_grid()}, {"sign", sign_grid()}, {"own", grid(own_minifloat(1, 1))}};
}

// The level of x under its own scale, times the one stored, by a walk over the edges.
double value_of(const Codebook& grid, float x, const GroupScale& g) {
  if (g.own == 0) return 0;
  std::size_t k = 0;
  const float place = grid.reciprocal ? x * (1 / g.own) : x / g.own;
  while (k < grid.edges.size() && place >= grid.edges[k]) ++k;
  return grid.levels[k] * g.scale;
}

struct Naive {
  double n = 0, nn = 0, xn = 0, size_n = 0, size_xn = 0, max = 0, granular = 0, overload_nn = 0;
  std::uint64_t overload = 0;
};
Naive naive(const float* x, std::size_t count, std::size_t group, const std::vector<GroupScale>& scales,
            const Codebook& grid) {
  Naive sums;
  for (std::size_t i = 0; i < count; ++i) {
    const GroupScale& g = scales[i / group];
    const double e = double{x[i]} - value_of(grid, x[i], g), size = std::fabs(e);
    sums.n += e;
    sums.nn += e * e;
    sums.xn += e * x[i];
    sums.size_n += size;
    sums.size_xn += std::fabs(e * x[i]);
    sums.max = std::max(sums.max, size);
    if (std::fabs(x[i]) > g.reach) {
      sums.overload += 1;
      sums.overload_nn += e * e;
    } else {
      sums.granular = std::max(sums.granular, size);
    }
  }
  return sums;
}

void check(const float* x, std::size_t count, std::size_t group, const std::vector<GroupScale>& scales, const Case& c) {
  CAPTURE(c.name);
  CAPTURE(count);
  CAPTURE(group);
  const Cells cells = grid_cells(c.grid, 1, {});
  const Naive truth = naive(x, count, group, scales, c.grid);
  const double n = static_cast<double>(count);
  for (const GroupedKernels* kernels : {&scalar_grouped(), &simd_grouped()}) {
    CAPTURE(kernels->name);
    NoiseSums sums;
    kernels->noise(x, count, group, scales.data(), cells, c.grid.shape, sums);
    CHECK(sums.overload == truth.overload);
    // The error itself is rounded to float32 once.
    CHECK(sums.max == doctest::Approx(truth.max).epsilon(2 * kU));
    CHECK(sums.granular_max == doctest::Approx(truth.granular).epsilon(2 * kU));
    const auto near = [&](double sum, double expected, double size) {
      CHECK(std::fabs(sum - expected) <= 20 * kU * size + n * (kV * size + 0x1p-149));
    };
    near(sums.n, truth.n, truth.size_n);
    near(sums.nn, truth.nn, truth.nn);
    near(sums.xn, truth.xn, truth.size_xn);
    near(sums.overload_nn, truth.overload_nn, truth.overload_nn);
  }
}

}  // namespace

TEST_CASE("grouped: the largest magnitude of each group") {
  const auto x = inputs::normal(1000, 4);
  for (const std::size_t offset : {0, 1, 3}) {
    for (const std::size_t group : {16, 32, 48, 128}) {
      for (const std::size_t n : {0, 1, 15, 16, 17, 63, 64, 65, 500, 997}) {
        const std::size_t groups = (n + group - 1) / group;
        std::vector<float> scalar(groups, -1), simd(groups, -1);
        scalar_grouped().absmax(x.data() + offset, n, group, scalar.data());
        simd_grouped().absmax(x.data() + offset, n, group, simd.data());
        CHECK(scalar == simd);
        for (std::size_t g = 0; g < groups; ++g) {
          float largest = 0;
          for (std::size_t i = g * group; i < std::min(n, (g + 1) * group); ++i) largest = std::max(largest, std::fabs(x[offset + i]));
          CHECK(simd[g] == largest);
        }
      }
    }
  }
}

TEST_CASE("grouped: the noise of every grid, group and tail") {
  auto x = inputs::normal(1100, 9);
  x[37] = 1000;
  x[500] = -0.0f;
  for (const Case& c : cases()) {
    const float top = largest_level(c.grid.levels);
    for (const std::size_t group : {16, 32, 64, 80, 256}) {
      for (const std::size_t n : {1, 15, 16, 17, 31, 33, 63, 64, 65, 1023}) {
        std::vector<GroupScale> scales;
        for (std::size_t g = 0; g * group < n; ++g) {
          float largest = 0;
          for (std::size_t i = g * group; i < std::min(n, (g + 1) * group); ++i) largest = std::max(largest, std::fabs(x[1 + i]));
          // Of every third group the scale clips, of every fifth it is a power of two, of one it is zero; of every
          // fourth codes are chosen under another.
          float scale = largest / top * (g % 3 == 1 ? 0.4f : 1.0f);
          if (g % 5 == 2) scale = std::exp2(std::floor(std::log2(scale)));
          const float own = g % 4 == 2 ? 1.07f * scale : g == 3 ? 0
                                                                : scale;
          if (g == 3 || g == 6) scale = 0;
          scales.push_back({scale, top * scale, own});
        }
        check(x.data() + 1, n, group, scales, c);
      }
    }
  }
}

TEST_CASE("grouped: ties, levels themselves, and the ends") {
  for (const Case& c : cases()) {
    std::vector<float> x;
    for (const float level : c.grid.levels) x.push_back(level);
    for (const float edge : c.grid.edges) {
      x.push_back(edge);
      x.push_back(std::nextafter(edge, -INFINITY));
    }
    x.resize(std::min<std::size_t>(x.size(), 4096) / 64 * 64 + 64);
    for (const float scale : {1.0f, 0.3f, 0x1p-30f, 1e5f}) {
      std::vector<float> scaled(x);
      for (float& value : scaled) value *= scale;
      const std::vector<GroupScale> scales(x.size() / 64, {scale, largest_level(c.grid.levels) * scale, scale});
      check(scaled.data(), scaled.size(), 64, scales, c);
    }
  }
}
