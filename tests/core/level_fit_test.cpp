// The kernels of the search for scales, against plain loops in double.
#include "kernels/level_fit.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "blocks_weights.h"
#include "kernels/whole_fit.h"

using namespace halfstep;
using namespace blocks_test;

namespace {

constexpr Ladder kEight{-4, 3};

// Of levels and weights, Σ(x − l·scale − offset)².
double error_of(const std::vector<float>& levels, const std::vector<float>& x, double scale, double offset) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += std::pow(x[i] - levels[i] * scale - offset, 2);
  return sum;
}

std::vector<float> nearest(const std::vector<float>& x, float scale, float offset) {
  std::vector<float> levels;
  for (const float v : x) levels.push_back(std::nearbyint(std::clamp((v - offset) * (1 / scale), -4.0f, 3.0f)));
  return levels;
}

LevelFits some_lines() { return {{0.5f, 0.4f, -0.3f, 0.7f}, {0, -0.5f, 0.25f, -0.1f}, {}, {}, {}, {}, {}}; }

}  // namespace

TEST_CASE("a line's error and sums are those of its nearest levels") {
  const std::vector<float> x = tensor("normal", 16);
  LevelFits fits = some_lines();
  fit_levels(kEight, x.data(), 16, fits);
  for (int k = 0; k < 4; ++k) {
    CAPTURE(k);
    const std::vector<float> levels = nearest(x, fits.scale[k], fits.offset[k]);
    double r = 0, rl = 0, l = 0, ll = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double rest = x[i] - static_cast<double>(levels[i]) * fits.scale[k] - fits.offset[k];
      r += rest;
      rl += rest * levels[i];
      l += levels[i];
      ll += levels[i] * levels[i];
    }
    CHECK(fits.error[k] == doctest::Approx(error_of(levels, x, fits.scale[k], fits.offset[k])).epsilon(1e-5));
    CHECK(std::fabs(fits.r[k] - r) < 1e-5);
    CHECK(std::fabs(fits.rl[k] - rl) < 1e-5);
    CHECK(fits.l[k] == l);
    CHECK(fits.ll[k] == ll);
  }
}

TEST_CASE("a solved line has the error that it says, and none beside it has less") {
  const std::vector<float> x = tensor("normal", 16);
  for (const Offsets offsets : {Offsets::None, Offsets::Below, Offsets::Above}) {
    LevelFits fits = some_lines();
    if (offsets == Offsets::None) std::fill(fits.offset, fits.offset + 4, 0.0f);
    if (offsets == Offsets::Above)
      for (float& offset : fits.offset) offset = std::fabs(offset);
    fit_levels(kEight, x.data(), 16, fits);
    const LevelFits from = fits;
    solve_lines(16, offsets, fits);
    for (int k = 0; k < 4; ++k) {
      CAPTURE(static_cast<int>(offsets));
      CAPTURE(k);
      const std::vector<float> levels = nearest(x, from.scale[k], from.offset[k]);
      const double error = error_of(levels, x, fits.scale[k], fits.offset[k]);
      CHECK(fits.error[k] == doctest::Approx(error).epsilon(1e-4));
      for (const double by : {-1e-2, 1e-2}) {
        CHECK(error_of(levels, x, fits.scale[k] + by, fits.offset[k]) > error);
        const double beside = fits.offset[k] + by;
        const bool allowed = offsets == Offsets::Below ? beside <= 0 : offsets == Offsets::Above && beside >= 0;
        if (allowed) CHECK(error_of(levels, x, fits.scale[k], beside) > error);
      }
      if (offsets == Offsets::None) CHECK(fits.offset[k] == 0);
      if (offsets == Offsets::Below) CHECK(fits.offset[k] <= 0);
      if (offsets == Offsets::Above) CHECK(fits.offset[k] >= 0);
    }
  }
}

TEST_CASE("parts take the wish, or the line, that halves serve best") {
  Random random{3};
  const auto draw = [&](float scale) { return scale * static_cast<float>(random.draw()) / 65536; };
  constexpr int kParts = 4, kEach = 3;
  const int counts[kParts] = {3, 1, 2, 3};
  Wish wishes[kParts * kEach];
  Line lines[kParts * kEach];
  for (Wish& wish : wishes) wish = {draw(0.1f), draw(4) - 2, draw(10)};
  for (Line& line : lines) line = {draw(0.1f), draw(1), -draw(2), 40 + draw(40), 400 + draw(400)};
  const float d[4] = {0.1f, 0.03f, 0.017f, 0}, m[4] = {0.1f, 0, 0.035f, 0.02f};
  float of_wishes[4], of_lines[4];
  whole_errors({wishes, kEach, counts, kParts}, -32, 31, d, of_wishes);
  const WholeRange range{16, 0, 15, 15};
  pair_errors({lines, kEach, counts, kParts}, range, d, m, of_lines);
  for (int k = 0; k < 4; ++k) {
    CAPTURE(k);
    double wished = 0, lined = 0;
    for (int p = 0; p < kParts; ++p) {
      double least_wish = INFINITY, least_line = INFINITY;
      for (int i = p * kEach; i < p * kEach + counts[p]; ++i) {
        for (int s = -32; s <= 31; ++s)
          least_wish = std::min(least_wish, wishes[i].error + wishes[i].stiff * std::pow(static_cast<double>(d[k]) * s - wishes[i].value, 2));
        const double place = d[k] == 0 ? 0 : std::clamp(lines[i].scale / d[k], 0.0f, 15.0f);
        for (const double s : {std::floor(place), std::ceil(place)}) {
          for (int t = 0; t <= 15; ++t) {
            const double ds = s * d[k] - lines[i].scale, off = -t * static_cast<double>(m[k]) - lines[i].offset;
            least_line = std::min(least_line, lines[i].error + ds * (lines[i].ll * ds + 2 * lines[i].l * off) + 16 * off * off);
          }
        }
      }
      wished += least_wish;
      lined += least_line;
    }
    CHECK(of_wishes[k] == doctest::Approx(wished).epsilon(1e-4));
    CHECK(of_lines[k] == doctest::Approx(lined).epsilon(1e-4));
  }
}
