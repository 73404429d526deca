// The sorted index against std::sort and compensated sums.
#include "measures/sorted_index.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "indexes.h"
#include "inputs.h"
#include "oracle.h"
#include "kernels/float_order.h"

using namespace halfstep;
using tests::index_of;

namespace {

// Weights over many magnitudes, with repeats.
std::vector<float> mixed(std::size_t n, std::uint64_t seed) {
  inputs::Random random(seed);
  std::vector<float> x(n);
  for (float& value : x) {
    const double size = random.uniform() < 0.2 ? 1e-8 : 1;
    value = static_cast<float>(random.normal() * size);
    if (random.uniform() < 0.1) value = 0.25f;
    if (random.uniform() < 0.02) value = -0.0f;
  }
  return x;
}

constexpr std::size_t kSizes[] = {0, 1, 2, 5, 63, 64, 65, 127, 128, 129, 1000, 100000};

}  // namespace

TEST_CASE("float_order: ranks rise with the numbers and come back") {
  const float rising[] = {-inputs::kInf, -FLT_MAX, -1, -FLT_MIN, -FLT_TRUE_MIN, -0.0f, 0, FLT_TRUE_MIN, FLT_MIN, 1, FLT_MAX, inputs::kInf};
  for (std::size_t i = 0; i < std::size(rising); ++i) {
    CHECK(__builtin_bit_cast(std::uint32_t, float_of_rank(float_rank(rising[i]))) == __builtin_bit_cast(std::uint32_t, rising[i]));
    if (i > 0) CHECK(float_rank(rising[i - 1]) < float_rank(rising[i]));
  }
}

TEST_CASE("float_order: first_beyond finds any threshold from any guess") {
  inputs::Random random(4);
  const auto any = [&] {
    const double size = std::pow(10, random.uniform() * 80 - 42);
    return static_cast<float>(random.uniform() < 0.5 ? size : -size);
  };
  for (int i = 0; i < 20000; ++i) {
    const float edge = i % 10 == 0 ? inputs::kInf : any();
    const float guess = i % 3 == 0 ? std::nextafter(edge, -inputs::kInf) : i % 17 == 1 ? -inputs::kInf : any();
    int calls = 0;
    const float found = first_beyond(guess, [&](float x) { return ++calls, x >= edge; });
    CHECK(found == edge);
    CHECK(calls <= 66);
    if (i % 3 == 0) CHECK(calls <= 2);
  }
}

TEST_CASE("index: the finite weights, sorted") {
  for (const std::size_t n : kSizes) {
    auto x = mixed(n, n);
    for (std::size_t i = 3; i < n; i += 11) x[i] = i % 2 ? inputs::kNan : inputs::kInf;
    const SortedIndex index = index_of(x);
    std::erase_if(x, [](float v) { return !std::isfinite(v); });
    std::sort(x.begin(), x.end());
    REQUIRE(index.size() == x.size());
    CHECK(std::equal(x.begin(), x.end(), index.sorted().begin()));
  }
}

TEST_CASE("index: less than 1.2 times the tensor's bytes are held beside it, from the first step to the last") {
  const auto x = mixed(100000, 3);
  SortedIndex index;
  REQUIRE(index.begin(x).ok());
  const std::size_t bytes = index.bytes();
  // A float a weight, and for each 64 a float and two sums of two doubles.
  CHECK(bytes == 4 * 100000 + 1563 * (4 + 32));
  CHECK(static_cast<double>(bytes) < 1.2 * 4 * 100000);
  while (index.advance() < 1) CHECK(index.bytes() == bytes);
  CHECK(index.bytes() == bytes);
}

TEST_CASE("index: advance tells a rising fraction that ends at 1 and stays") {
  const auto x = mixed(1000, 2);
  SortedIndex index;
  REQUIRE(index.begin(x).ok());
  double before = 0;
  while (before < 1) {
    const double done = index.advance();
    CHECK(done > before);
    before = done;
  }
  CHECK(before == 1);
  CHECK(index.advance() == 1);
  CHECK(std::is_sorted(index.sorted().begin(), index.sorted().end()));
}

TEST_CASE("index: how many are below and not above any edge, from any place before it") {
  for (const std::size_t n : kSizes) {
    const SortedIndex index = index_of(mixed(n, n + 1));
    const auto x = index.sorted();
    inputs::Random random(n);
    std::vector<float> edges{-FLT_MAX, FLT_MAX, inputs::kInf, -inputs::kInf, 0, -0.0f, 0.25f, FLT_TRUE_MIN, -FLT_TRUE_MIN};
    for (int i = 0; i < 300; ++i) edges.push_back(static_cast<float>(random.normal() * (i % 2 ? 1 : 1e-8)));
    for (const float edge : edges) {
      const auto below = static_cast<std::size_t>(std::lower_bound(x.begin(), x.end(), edge) - x.begin());
      const auto not_above = static_cast<std::size_t>(std::upper_bound(x.begin(), x.end(), edge) - x.begin());
      CHECK(index.below(edge) == below);
      CHECK(index.not_above(edge) == not_above);
      const auto from = static_cast<std::size_t>(random.uniform() * static_cast<double>(below + 1));
      CHECK(index.below(edge, from) == below);
      CHECK(index.below(edge, below) == below);
    }
  }
}

TEST_CASE("index: sums and errors of any stretch") {
  for (const std::size_t n : kSizes) {
    if (n == 0) continue;
    const SortedIndex index = index_of(mixed(n, n + 2));
    const auto x = index.sorted();
    inputs::Random random(n);
    // What the ends of a cell may add: a few roundings of the sums before it.
    const double ends = 0x1p-100 * index.sums(0, n).xx;
    for (int i = 0; i < (n > 1000 ? 40 : 200); ++i) {
      auto first = static_cast<std::size_t>(random.uniform() * static_cast<double>(n + 1));
      auto last = static_cast<std::size_t>(random.uniform() * static_cast<double>(n + 1));
      if (first > last) std::swap(first, last);
      if (i < 3) first = 0, last = i < 2 ? n : 0;
      const double q = i % 4 == 0 || first == last ? random.normal() : static_cast<double>(x[(first + last) / 2]);
      oracle::Sum sx, sxx, e, ee, xe;
      for (std::size_t j = first; j < last; ++j) {
        const double value = x[j], error = value - q;
        sx.add(value);
        sxx.add(value * value);
        e.add(error);
        ee.add(error * error);
        xe.add(value * error);
      }
      CAPTURE(n);
      CAPTURE(first);
      CAPTURE(last);
      const auto close = [&](double a, const oracle::Sum& b) { return std::fabs(a - b.value()) <= 1e-13 * b.size() + ends; };
      const SortedIndex::Sums sums = index.sums(first, last);
      CHECK(close(sums.x, sx));
      CHECK(close(sums.xx, sxx));
      const ErrorSums errors = index.errors(first, last, q);
      CHECK(close(errors.ee, ee));
      CHECK(close(errors.xe, xe));
      CHECK(close(errors.e, e));
    }
  }
}

TEST_CASE("index: weights that all equal their level have no error at all") {
  const SortedIndex index = index_of(std::vector<float>(100001, 0.1f));
  CHECK(index.errors(0, index.size(), static_cast<double>(0.1f)).ee == 0);
  CHECK(index.errors(3, 70000, static_cast<double>(0.1f)).e == 0);
}

TEST_CASE("index: the errors of one value are exact beside any others") {
  std::vector<float> x(1000, 0.1f);
  for (int i = 0; i < 500; ++i) x.push_back(i % 2 ? 3e30f : -3e30f);
  const SortedIndex index = index_of(x);
  const double q = 0.1, e = static_cast<double>(0.1f) - q;
  const ErrorSums sums = index.errors(250, 1250, q);
  CHECK(sums.e == doctest::Approx(1000 * e).epsilon(1e-14));
  CHECK(sums.ee == doctest::Approx(1000 * e * e).epsilon(1e-14));
  CHECK(sums.xe == doctest::Approx(1000 * e * static_cast<double>(0.1f)).epsilon(1e-14));
}
