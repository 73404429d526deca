// The range by mse on the index: against all assignments of few weights, and against dense grids of many.
#include "quantizers/range_search.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "indexes.h"
#include "inputs.h"
#include "laws.h"
#include "oracle.h"
#include "quantizers/best_range.h"
#include "quantizers/direct_range.h"
#include "quantizers/range.h"

using namespace halfstep;
using tests::index_of;

namespace {

const FormatRow& row(const std::string& name) { return *find_format(name).value(); }

double error_at(const std::vector<float>& x, const std::string& format, int bits, Interval range,
                Rounding rounding = Rounding::Nearest) {
  const Cells cells = oracle::cells(format, bits, range.low, range.high, rounding, 1);
  return oracle::noise(x.data(), x.size(), cells, 0).nn.value();
}

Interval widest(const std::vector<float>& x, bool symmetric) {
  const auto [min, max] = std::minmax_element(x.begin(), x.end());
  return absmax_range(*min, *max, symmetric);
}

Request ask(const std::string& format, int bits, Rounding rounding) {
  Request request;
  request.format = format;
  request.bits = bits;
  request.rounding = rounding;
  return request;
}

Interval search(const std::vector<float>& x, const std::string& format, int bits, Rounding rounding = Rounding::Nearest) {
  return mse_range(index_of(x), row(format), ask(format, bits, rounding), widest(x, row(format).symmetric));
}

// As one scale of many is found.
Interval direct(const std::vector<float>& x, const std::string& format, int bits, Rounding rounding = Rounding::Nearest) {
  return mse_range(std::span<const float>(x), 0, row(format), ask(format, bits, rounding), widest(x, row(format).symmetric));
}

// The least error over all Δ of levels (k + offset)·Δ, k = low … high, in real numbers: each stretch of Δ between
// two changes of a code is asked anew, from its middle.
double least_error(const std::vector<float>& x, double offset, int low, int high) {
  std::vector<double> edges{0};
  for (const float v : x) {
    const double size = std::fabs(static_cast<double>(v));
    for (double m = offset; m < std::max<double>(high, -low) + 1; ++m) edges.push_back(size / (m + 0.5));
  }
  std::sort(edges.begin(), edges.end());
  edges.push_back(edges.back() * 2);
  double least = INFINITY;
  for (std::size_t i = 1; i < edges.size(); ++i) {
    const double middle = (edges[i - 1] + edges[i]) / 2;
    if (!(middle > 0)) continue;
    double products = 0, squares = 0, power = 0;
    std::vector<double> levels;
    for (const float v : x) {
      const double value = v;
      const double k = offset == 0 ? std::round(value / middle) : std::floor(value / middle);
      const double level = std::min<double>(std::max<double>(k, low), high) + offset;
      levels.push_back(level);
      products += value * level;
      squares += level * level;
      power += value * value;
    }
    if (squares == 0) {
      least = std::min(least, power);
      continue;
    }
    oracle::Sum error;
    for (std::size_t j = 0; j < x.size(); ++j) {
      const double e = static_cast<double>(x[j]) - levels[j] * (products / squares);
      error.add(e * e);
    }
    least = std::min(least, error.value());
  }
  return least;
}

std::vector<inputs::Named> kinds(std::size_t n) {
  std::vector<inputs::Named> all{{"normal", inputs::normal(n, n)}, {"laplace", inputs::laplace(n, n + 1)}};
  all.push_back({"an outlier", inputs::normal(n, n + 2)});
  all.back().x[n / 3] = 40;
  all.push_back({"lopsided", inputs::normal(n, n + 3)});
  for (float& v : all.back().x) v = v < 0 ? v / 8 : v;
  all.push_back({"multiples of 0.3 up to 5", std::vector<float>(n)});
  for (std::size_t i = 0; i < n; ++i) all.back().x[i] = 0.3f * static_cast<float>(static_cast<int>(i * 7 % 11) - 5);
  all.push_back({"tiny", inputs::normal(n, n + 4, 1e-30)});
  all.push_back({"above zero", inputs::normal(n, n + 5)});
  for (float& v : all.back().x) v = std::fabs(v) + 0.5f;
  all.push_back({"below zero", inputs::normal(n, n + 6)});
  for (float& v : all.back().x) v = -std::fabs(v);
  return all;
}

// Each weight alone, or equal ones together.
std::vector<Atom> atoms(std::vector<float> x) {
  std::vector<Atom> all;
  std::sort(x.begin(), x.end());
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (i % 2 && x[i] == x[i - 1]) {
      ++all.back().count;
    } else {
      all.push_back({x[i], 1});
    }
  }
  return all;
}

double power(const std::vector<float>& x) {
  double sum = 0;
  for (const float v : x) sum += static_cast<double>(v) * static_cast<double>(v);
  return sum;
}

}  // namespace

TEST_CASE("best step: the best of all assignments of few weights") {
  for (const std::size_t n : {1u, 2u, 3u, 10u, 40u}) {
    for (const inputs::Named& kind : kinds(n)) {
      const std::vector<float>& x = kind.x;
      for (const std::pair<int, int>& ends : {std::pair{-1, 1}, {-3, 3}, {0, 3}, {-3, 0}, {-2, 5}, {-7, 7}}) {
        const int low = ends.first, high = ends.second;
        CAPTURE(kind.name);
        CAPTURE(n);
        CAPTURE(low);
        CAPTURE(high);
        const double least = least_error(x, 0, low, high);
        CHECK(power(x) - best_step(atoms(x), 0, low, high).gain == doctest::Approx(least).epsilon(1e-9).scale(power(x)));
      }
      for (const int half : {1, 2, 4, 8}) {
        const double least = least_error(x, 0.5, -half, half - 1);
        CHECK(power(x) - best_step(atoms(x), 0.5, -half, half - 1).gain == doctest::Approx(least).epsilon(1e-9).scale(power(x)));
      }
    }
  }
  CHECK(best_step(atoms(std::vector<float>{}), 0, -3, 3).step == 0);
  CHECK(best_step(atoms(std::vector<float>{0, 0}), 0, -3, 3).step == 0);
  CHECK(best_step(atoms(std::vector<float>{-1, -2}), 0, 0, 3).step == 0);
  CHECK(best_step(atoms(std::vector<float>{3, -3}), 0, -1, 1).step == 3);
  CHECK(best_step(atoms(std::vector<float>{1, -1}), 0.5, -1, 0).step == 2);
}

TEST_CASE("range search: nothing is better for few weights, int and midrise") {
  for (const std::size_t n : {1u, 2u, 5u, 30u, 200u}) {
    for (const inputs::Named& kind : kinds(n)) {
      const std::vector<float>& x = kind.x;
      for (const int bits : {1, 2, 3, 4, 6}) {
        for (const std::string format : {"int", "midrise"}) {
          for (const Rounding rounding : {Rounding::Nearest, Rounding::HalfAway}) {
            if (n == 200 && (bits == 6 || rounding != Rounding::Nearest)) continue;
            CAPTURE(kind.name);
            CAPTURE(n);
            CAPTURE(format);
            CAPTURE(bits);
            const bool sign = format == "int" && bits == 1;
            const int half = 1 << (bits - 1);
            const double least = format == "int" && !sign ? least_error(x, 0, 1 - half, half - 1) : least_error(x, 0.5, -half, half - 1);
            // Δ and Q are float32: each Q may stray by 2⁻²⁴ of itself.
            const double most = least * (1 + 1e-6) + std::sqrt(least * power(x)) * 0x1p-22 + power(x) * 0x1p-44;
            CHECK(error_at(x, format, bits, search(x, format, bits, rounding), rounding) <= most);
            CHECK(error_at(x, format, bits, direct(x, format, bits, rounding), rounding) <= most);
          }
        }
      }
    }
  }
}

TEST_CASE("range search: nothing is better for few weights, affine with any zero point") {
  for (const std::size_t n : {2u, 5u, 60u}) {
    for (const inputs::Named& kind : kinds(n)) {
      const std::vector<float>& x = kind.x;
      for (const int bits : {1, 2, 3}) {
        const int top = (1 << bits) - 1;
        double least = INFINITY;
        for (int zero = 0; zero <= top; ++zero) least = std::min(least, least_error(x, 0, -zero, top - zero));
        CAPTURE(kind.name);
        CAPTURE(n);
        CAPTURE(bits);
        const double most = least * (1 + 1e-6) + power(x) * 0x1p-44;
        CHECK(error_at(x, "uint", bits, search(x, "uint", bits)) <= most);
        CHECK(error_at(x, "uint", bits, direct(x, "uint", bits)) <= most);
      }
    }
  }
}

TEST_CASE("range search: the best assignment of few weights among many levels") {
  using Search = decltype(search);
  const auto check = [](Search& found_by, const char* format, int bits, std::size_t n, std::uint32_t seed) {
    const std::vector<float> x = inputs::normal(n, seed);
    const bool symmetric = row(format).symmetric;
    const int top = (1 << bits) - (symmetric ? 2 : 1);
    const std::vector<Atom> each = atoms(x);
    BestStep best;
    for (int below = symmetric ? top / 2 : 0; below <= (symmetric ? top / 2 : top); ++below) {
      const BestStep found = best_step(each, 0, -below, top - below);
      if (found.gain > best.gain) best = found;
    }
    CAPTURE(format);
    CAPTURE(n);
    CAPTURE(seed);
    // The range is a float32 step times a whole number.
    CHECK(error_at(x, format, bits, found_by(x, format, bits, Rounding::Nearest)) <= (power(x) - best.gain) * (1 + 1e-4));
  };
  for (const std::uint32_t seed : {1u, 2u, 3u, 4u}) {
    check(search, "uint", 9, 40, seed);
    check(search, "int", 14, 300, seed);
    check(direct, "uint", 8, 32, seed);
    check(direct, "int", 10, 64, seed);
  }
}

// The best step clips the far weight by all but a 10⁵th of what may be clipped, and the near weight leaves 0 only half a
// percent above that step: to pass over a little more is to miss it.
TEST_CASE("range search: what may be passed over is no better than the widest range, and nothing else is") {
  for (const float sign : {1.0f, -1.0f}) {
    for (const std::pair<const char*, int>& format : {std::pair{"int", 2}, {"uint", 1}}) {
      CAPTURE(sign);
      CAPTURE(format.first);
      const double n = 1e6, far = 1000.99f, near = 0.503f;
      const Atom weights[] = {{sign, n}, {sign * 1000.99f, 1}, {sign * 0.503f, 1}};
      const double step = (n + far + near) / (n + 2);
      // The rest of the widest range's error is that of the ones and of the near weight, which it takes for 0.
      REQUIRE(n * (1 - step) * (1 - step) + (far - step) * (far - step) + (near - step) * (near - step) < n + near * near);
      const FormatRow& uniform = row(format.first);
      const Interval all = widest({0, sign * 1000.99f}, uniform.symmetric);
      const auto found = best_range(weights, uniform.symmetric, uniform.cells(format.second, all), all, 1000);
      REQUIRE(found);
      const double end = sign > 0 ? found->high : -found->low;
      CHECK(end == doctest::Approx(step).epsilon(1e-9));
    }
  }
}

TEST_CASE("range search: as good as a dense grid of ranges for many weights") {
  for (const inputs::Named& kind : kinds(3000)) {
    const std::vector<float>& x = kind.x;
    const SortedIndex index = index_of(x);
    for (const std::string format : {"int", "midrise"}) {
      for (const int bits : {2, 4, 8, 11}) {
        Request request;
        request.bits = bits;
        const Interval all = widest(x, true);
        const auto error = [&](double share) {
          const Interval r{all.low * share, all.high * share};
          NoiseSums sums;
          kernels().noise(x.data(), x.size(), row(format).cells(bits, r), 0, sums);
          return sums.nn;
        };
        double least = INFINITY;
        for (int i = 0; i < 400; ++i) least = std::min({least, error(1.5 * (i + 1) / 400), error(std::exp2(-10.0 * i / 400))});
        const Interval found = mse_range(index, row(format), request, all);
        CAPTURE(kind.name);
        CAPTURE(format);
        CAPTURE(bits);
        CHECK(error_at(x, format, bits, found) <= least * (1 + 1e-4) + power(x) * 0x1p-44);
      }
    }
  }
}

// Its error has a dozen valleys within 0.3 % of the least, each narrower than 1 % of the range.
TEST_CASE("range search: the right valley among near ones") {
  auto x = inputs::normal(20000, 20006);
  for (float& v : x) v = -std::fabs(v);
  const double found = error_at(x, "int", 8, search(x, "int", 8));
  const Interval all = widest(x, true);
  for (int i = 0; i < 300; ++i) {
    const float share = 0.9f + 0.0004f * static_cast<float>(i);
    NoiseSums sums;
    kernels().noise(x.data(), x.size(), row("int").cells(8, {all.low * share, all.high * share}), 0, sums);
    CHECK(found <= sums.nn);
  }
}

TEST_CASE("range search: affine ends move apart, never worse than a grid of both") {
  for (const inputs::Named& kind : kinds(3000)) {
    const std::vector<float>& x = kind.x;
    for (const int bits : {2, 4, 8}) {
      const Interval all = widest(x, false);
      double least = INFINITY;
      for (int i = 0; i < 30; ++i) {
        for (int j = 0; j < 30; ++j) {
          const Interval r{all.low * static_cast<float>(i + 1) / 30, all.high * static_cast<float>(j + 1) / 30};
          NoiseSums sums;
          kernels().noise(x.data(), x.size(), row("uint").cells(bits, r), 0, sums);
          least = std::min(least, sums.nn);
        }
      }
      CAPTURE(kind.name);
      CAPTURE(bits);
      CHECK(error_at(x, "uint", bits, search(x, "uint", bits)) <= least * (1 + 3e-3) + power(x) * 0x1p-44);
    }
  }
}

// Grids as fine as the walk of all assignments is exact, and weights where one factor for both ends fails.
TEST_CASE("range search: affine, never worse than any range of a grid of both ends") {
  for (const std::size_t n : {20u, 100u, 300u}) {
    auto all = kinds(n);
    for (const float sign : {1.0f, -1.0f}) {
      all.push_back({"one on the other side", inputs::laplace(n, n + 7)});
      for (float& v : all.back().x) v = sign * std::fabs(v);
      all.back().x[n / 2] = -9 * sign;
    }
    for (const inputs::Named& kind : all) {
      const std::vector<float>& x = kind.x;
      const Interval ends = widest(x, false);
      for (const int bits : {1, 2, 3, 4, 5, 8}) {
        double least = INFINITY;
        const int parts = n > 100 ? 24 : 60;
        for (int i = 0; i <= parts + 2; ++i) {
          for (int j = i == 0; j <= parts + 2; ++j) {
            const Interval r{ends.low * i / parts, ends.high * j / parts};
            if (r.low < r.high) least = std::min(least, error_at(x, "uint", bits, r));
          }
        }
        CAPTURE(kind.name);
        CAPTURE(n);
        CAPTURE(bits);
        CHECK(error_at(x, "uint", bits, search(x, "uint", bits)) <= least * (1 + 1e-6) + power(x) * 0x1p-44);
      }
    }
  }
}

// NumPy's, seeded by its own generator, gave 19.00 dB at [0, 6.02] where one factor for both ends gives 15.59.
TEST_CASE("range search: affine weights with one far on the other side are not spread over both") {
  inputs::Random random(1);
  std::vector<float> x(10001);
  for (float& v : x) v = static_cast<float>(-std::log(random.uniform()));
  x.back() = -9;
  const double found = error_at(x, "uint", 4, search(x, "uint", 4));
  CHECK(10 * std::log10(power(x) / found) > 18.9);
  CHECK(found <= error_at(x, "uint", 4, {0, 6.02}));
}

// Far ranges take all but one weight for 0; from there the error rises, as that one is clipped, before it falls. So many
// weights that their assignments are not walked.
TEST_CASE("range search: the best range is found beyond a hump") {
  const int n = 1 << 19;
  const float far = 360;
  std::vector<float> x(n);
  for (int i = 0; i < n; ++i) x[static_cast<std::size_t>(i)] = static_cast<float>((2.0 * i + 1) / n - 1);
  x.back() = far;
  for (const std::string format : {"int", "uint"}) {
    CAPTURE(format);
    const bool symmetric = format == "int";
    const double all = error_at(x, format, 4, widest(x, symmetric)),
                 hump = error_at(x, format, 4, {symmetric ? -far / 2 : -1, far / 2}),
                 near = error_at(x, format, 4, {-1, 1});
    REQUIRE(hump > all);
    REQUIRE(near < 0.8 * all);
    CHECK(error_at(x, format, 4, search(x, format, 4)) <= near);
  }
}

TEST_CASE("range search: weights that were quantized before are given back their own step") {
  inputs::Random random(6);
  std::vector<float> x(30000);
  for (float& v : x) v = static_cast<float>(std::round(std::clamp(random.normal() * 2, -5.0, 5.0))) * 0.0625f;
  for (const int bits : {4, 5, 8}) {
    CAPTURE(bits);
    CHECK(error_at(x, "int", bits, search(x, "int", bits)) == 0);
  }
}

TEST_CASE("range search: floor and half-away, as good as a grid") {
  const auto x = inputs::laplace(20000, 12);
  for (const Rounding rounding : {Rounding::Floor, Rounding::HalfAway}) {
    for (const std::string format : {"int", "uint", "midrise"}) {
      const Interval all = widest(x, row(format).symmetric);
      double least = INFINITY;
      for (int i = 1; i <= 300; ++i) {
        const Interval r{all.low * static_cast<float>(i) / 300, all.high * static_cast<float>(i) / 300};
        Cells cells = row(format).cells(3, r);
        cells.rounding = rounding;
        NoiseSums sums;
        kernels().noise(x.data(), x.size(), cells, 0, sums);
        least = std::min(least, sums.nn);
      }
      CHECK(error_at(x, format, 3, search(x, format, 3, rounding), rounding) <= least * (1 + 1e-3));
    }
  }
}

TEST_CASE("range: percentiles from the index are the direct ones") {
  for (const std::size_t n : {1u, 2u, 3u, 64u, 999u}) {
    auto all = kinds(n);
    all.push_back({"zeros", std::vector<float>(n, 0.0f)});
    for (std::size_t i = 0; i < n; i += 2) all.back().x[i] = -0.0f;
    all.push_back({"mirrored", inputs::normal(n, 3)});
    for (std::size_t i = 1; i < n; i += 2) all.back().x[i] = -all.back().x[i - 1];
    for (const inputs::Named& kind : all) {
      const std::vector<float>& x = kind.x;
      const SortedIndex index = index_of(x);
      for (const double p : {100.0, 99.9, 97.0, 50.0, 33.3, 1.0, 1e-9}) {
        CAPTURE(kind.name);
        CAPTURE(n);
        CAPTURE(p);
        std::vector<float> sizes = x;
        for (float& v : sizes) v = std::fabs(v);
        const Interval symmetric = percentile_range(index, p, true), affine = percentile_range(index, p, false);
        CHECK(symmetric.high == oracle::percentile(sizes, p));
        CHECK(symmetric.low == -symmetric.high);
        const double tail = (100 - p) / 2;
        CHECK(affine.low == std::min(0.0, oracle::percentile(x, tail)));
        CHECK(affine.high == std::max(0.0, oracle::percentile(x, 100 - tail)));
      }
    }
  }
}

// Multiples of a quarter up to 17 of them, which the widest range’s 127 steps miss.
TEST_CASE("range search: a group whose best range is beyond its weights") {
  std::vector<float> x;
  for (int i = 0; i < 8; ++i) x.push_back(static_cast<float>(i % 2 ? 3 * i - 20 : 2 * i + 1) * 0.25f);
  const FormatRow& format = row("int");
  Request request = ask("int", 8, Rounding::Nearest);
  const Interval found = mse_range(std::span<const float>(x), 0, format, request, widest(x, true));
  CHECK(error_at(x, "int", 8, found) < 1e-6 * error_at(x, "int", 8, widest(x, true)));
  CHECK(found.high > widest(x, true).high);
}
