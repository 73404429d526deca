// Every kernel of both implementations against the oracle: codes and values to the bit, sums within the bounds
// that kernels.h states.
#include "kernels/kernels.h"

#include <doctest/doctest.h>

#include <set>

#include "inputs.h"
#include "kernels/transpose.h"
#include "kernels_walk.h"
#include "oracle.h"

using namespace tests;

TEST_CASE("kernels: encode is the oracle's code, counted from the lowest") {
  walk([](const float* x, std::size_t n, const Cells& cells, std::uint32_t index, const Kernels& k) {
    std::vector<std::uint16_t> expected(n);
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint32_t at = index + static_cast<std::uint32_t>(i);
      expected[i] = static_cast<std::uint16_t>(oracle::quantize(x[i], cells, at).k - cells.low);
    }
    std::vector<std::uint16_t> codes(n);
    k.encode(x, n, cells, index, codes.data());
    CHECK(codes == expected);
  });
}

TEST_CASE("kernels: reconstruct is the oracle's Q to the bit") {
  walk([](const float* x, std::size_t n, const Cells& cells, std::uint32_t index, const Kernels& k) {
    // Adding zero: a kernel's Q of zero is +0.
    std::vector<float> expected(n), q(n);
    for (std::size_t i = 0; i < n; ++i) {
      expected[i] = oracle::quantize(x[i], cells, index + static_cast<std::uint32_t>(i)).q + 0.0f;
    }
    k.reconstruct(x, n, cells, index, q.data());
    CHECK(same_bits(q.data(), expected.data(), n));
  });
}

TEST_CASE("kernels: outputs end where they should") {
  const auto x = inputs::normal(64, 3);
  const Cells cells = make_cells(0.1f, 0, -7, 7);
  for (const Kernels* k : kBoth) {
    for (std::size_t n = 0; n < 40; ++n) {
      std::vector<std::uint16_t> codes(64, 0xABCD);
      std::vector<float> q(64, 99);
      k->encode(x.data(), n, cells, 0, codes.data());
      k->reconstruct(x.data(), n, cells, 0, q.data());
      CHECK(std::count(codes.begin() + static_cast<std::ptrdiff_t>(n), codes.end(), 0xABCD) ==
            static_cast<std::ptrdiff_t>(64 - n));
      CHECK(std::count(q.begin() + static_cast<std::ptrdiff_t>(n), q.end(), 99.0f) == static_cast<std::ptrdiff_t>(64 - n));
    }
  }
}

TEST_CASE("kernels: noise sums are within n·v·Σ|term|, its extremes and counts exact") {
  walk([](const float* x, std::size_t n, const Cells& cells, std::uint32_t index, const Kernels& k) {
    const oracle::Noise expected = oracle::noise(x, n, cells, index);
    NoiseSums sums;
    k.noise(x, n, cells, index, sums);
    const double share = static_cast<double>(n) * kV;
    CHECK(within(sums.n, expected.n, share));
    CHECK(within(sums.nn, expected.nn, share));
    CHECK(within(sums.xn, expected.xn, share));
    CHECK(within(sums.overload_nn, expected.overload_nn, share));
    CHECK(sums.max == expected.max);
    CHECK(sums.granular_max == expected.granular_max);
    CHECK(sums.overload == expected.overload);
  });
}

TEST_CASE("kernels: noise adds to what its sums held") {
  const auto x = inputs::normal(1000, 9);
  const Cells cells = make_cells(0.25f, 0, -7, 7);
  for (const Kernels* k : kBoth) {
    for (const auto kernel : {k->noise, k->noise_blocked}) {
      NoiseSums whole, parts;
      kernel(x.data(), 1000, cells, 0, whole);
      kernel(x.data(), 700, cells, 0, parts);
      kernel(x.data() + 700, 300, cells, 700, parts);
      CHECK(parts.nn == doctest::Approx(whole.nn).epsilon(1e-6));
      CHECK(parts.n == doctest::Approx(whole.n).epsilon(1e-5));
      CHECK(parts.overload == whole.overload);
      CHECK(parts.max == whole.max);
      CHECK(parts.granular_max == whole.granular_max);
    }
  }
}

TEST_CASE("kernels: noise_blocked and square_error keep their float32 bound at ordinary scales") {
  int walked = 0;
  walk([&](const float* x, std::size_t n, const Cells& cells, std::uint32_t index, const Kernels& k) {
    float absmax = 0;
    for (std::size_t i = 0; i < n; ++i) absmax = std::max(absmax, std::fabs(x[i]));
    if (!ordinary_scale(cells, absmax)) return;
    ++walked;
    const oracle::Noise expected = oracle::noise(x, n, cells, index);
    NoiseSums sums;
    k.noise_blocked(x, n, cells, index, sums);
    const double share = 14 * kU + static_cast<double>(n) * kV, lost = static_cast<double>(n) * 0x1p-149;
    CHECK(within(sums.n, expected.n, share, lost));
    CHECK(within(sums.nn, expected.nn, share, lost));
    CHECK(within(sums.xn, expected.xn, share, lost));
    CHECK(within(sums.overload_nn, expected.overload_nn, share, lost));
    CHECK(std::fabs(sums.max - expected.max) <= kU * expected.max);
    CHECK(std::fabs(sums.granular_max - expected.granular_max) <= kU * expected.granular_max);
    CHECK(sums.overload == expected.overload);
    const SquareError error = k.square_error(x, n, cells, index);
    CHECK(within(error.total, expected.nn, share, lost));
    CHECK(within(error.clipped, expected.clipped, share, lost));
  });
  CHECK(walked > 1000);
}

TEST_CASE("kernels: ordinary_scale refuses what float32 squares cannot hold") {
  CHECK(ordinary_scale(make_cells(0x1p-40f, 0, -7, 7), 0x1p40f));
  CHECK(ordinary_scale(make_cells(0x1p40f, 0, -7, 7), 1));
  // Every rounding but nearest may leave the least weight a step away.
  CHECK_FALSE(ordinary_scale(make_cells(0x1p41f, 0, -7, 7), 1));
  CHECK_FALSE(ordinary_scale(make_cells(0x1p-41f, 0, -7, 7), 1));
  CHECK_FALSE(ordinary_scale(make_cells(1, 0, -7, 7), 0x1p41f));
  CHECK_FALSE(ordinary_scale(make_cells(0, 0, -7, 7), 1));
}

TEST_CASE("kernels: the scalar square_error holds at any scale") {
  for (const Cells& cells : {make_cells(3 * FLT_TRUE_MIN, 0, -100, 100), make_cells(FLT_MAX / 4, 0, -3, 3)}) {
    for (const auto& kind : inputs::around(cells.step, cells.high, 257, 8)) {
      const oracle::Noise expected = oracle::noise(kind.x.data(), 257, cells, 0);
      const SquareError error = scalar_kernels().square_error(kind.x.data(), 257, cells, 0);
      CHECK(within(error.total, expected.nn, 257 * kV));
      CHECK(within(error.clipped, expected.clipped, 257 * kV));
    }
  }
}

// Of two sets of values, each the other's mirror, about means that are not theirs.
TEST_CASE("kernels: a difference about means within n·v·Σ|term|") {
  for (const std::size_t n : kLengths) {
    for (const auto& kind : inputs::around(1, 20, n, n)) {
      const Means means{0.1, -0.6};
      std::vector<float> q;
      oracle::Sum errors, squares, products;
      for (const float value : kind.x) {
        q.push_back(-value);
        const double d = 2 * static_cast<double>(value) - means.n;
        errors.add(d);
        squares.add(d * d);
        products.add(d * (static_cast<double>(value) - means.x));
      }
      AtTheEnd x(kind.x, n % 4);
      CAPTURE(kind.name);
      CAPTURE(n);
      for (const Kernels* k : kBoth) {
        NoiseSums sums;
        sums.about = means;
        k->difference(x.data(), q.data(), n, sums);
        const double share = static_cast<double>(n) * kV;
        CHECK(within(sums.n, errors, share));
        CHECK(within(sums.nn, squares, share));
        CHECK(within(sums.xn, products, share));
      }
    }
  }
}

TEST_CASE("kernels: moments within n·v·Σ|term|, ends exact") {
  for (const std::size_t n : kLengths) {
    for (const auto& kind : inputs::around(1, 20, n, n)) {
      oracle::Sum sum, squares, errors, second, fourth, products;
      const double mean = 0.3;
      float min = FLT_MAX, max = -FLT_MAX;
      for (const float value : kind.x) {
        sum.add(value);
        squares.add(static_cast<double>(value) * static_cast<double>(value));
        const double d = static_cast<double>(value) - mean;
        errors.add(d);
        products.add(static_cast<double>(value) * d);
        second.add(d * d);
        fourth.add(d * d * (d * d));
        min = std::min(min, value);
        max = std::max(max, value);
      }
      const double share = static_cast<double>(n) * kV;
      AtTheEnd x(kind.x, n % 4);
      CAPTURE(kind.name);
      CAPTURE(n);
      for (const Kernels* k : kBoth) {
        const Moments m = k->moments(x.data(), n);
        CHECK(m.count == n);
        CHECK(within(m.sum, sum, share));
        CHECK(within(m.sum_squares, squares, share));
        if (n > 0) CHECK(m.min == min);
        if (n > 0) CHECK(m.max == max);
        const CentralMoments c = k->central_moments(x.data(), n, mean);
        CHECK(within(c.second, second, share));
        CHECK(within(c.fourth, fourth, share));
        const ErrorSums e = k->errors(x.data(), n, mean);
        CHECK(within(e.e, errors, share));
        CHECK(within(e.ee, second, share));
        CHECK(within(e.xe, products, share));
      }
    }
  }
}

TEST_CASE("kernels: the extremes are found at every place") {
  for (std::size_t n = 1; n < 40; ++n) {
    for (std::size_t at = 0; at < n; ++at) {
      std::vector<float> x(n, 1.0f);
      for (const Kernels* k : kBoth) {
        x[at] = 5;
        CHECK(k->moments(x.data(), n).max == 5);
        CHECK(k->moments(x.data(), n).min == (n == 1 ? 5 : 1));
        x[at] = -5;
        CHECK(k->moments(x.data(), n).min == -5);
        CHECK(k->moments(x.data(), n).max == (n == 1 ? -5 : 1));
      }
    }
  }
}

TEST_CASE("kernels: nonfinite counts NaN and both infinities, and nothing else") {
  const float kinds[] = {inputs::kNan, inputs::kInf, -inputs::kInf, -inputs::kNan};
  const float finite[] = {0, -0.0f, FLT_MAX, -FLT_MAX, FLT_TRUE_MIN, 1};
  for (const std::size_t n : kLengths) {
    inputs::Random random(n + 1);
    std::vector<float> x(n);
    std::size_t expected = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const bool bad = random.uniform() < 0.3;
      expected += bad;
      x[i] = bad ? kinds[i % 4] : finite[i % 6];
    }
    AtTheEnd at_end(x, n % 4);
    for (const Kernels* k : kBoth) CHECK(k->nonfinite(at_end.data(), n) == expected);
  }
}

TEST_CASE("kernels: read is the xor of all bits") {
  for (const std::size_t n : kLengths) {
    const auto values = inputs::normal(n, 21);
    std::uint32_t expected = 0;
    for (const float value : values) expected ^= __builtin_bit_cast(std::uint32_t, value);
    AtTheEnd x(values, n % 4);
    for (const Kernels* k : kBoth) CHECK(k->read(x.data(), n) == expected);
  }
}

TEST_CASE("kernels: nothing before or after the weights has an effect") {
  Cells cells = make_cells(0.1f, 0, -7, 7);
  for (const std::size_t n : kLengths) {
    const auto values = inputs::normal(n, 4);
    std::vector<float> guarded(n + 64, inputs::kNan);
    std::copy(values.begin(), values.end(), guarded.begin() + 32);
    for (const Kernels* k : kBoth) {
      for (const KernelRow& row : kernel_table()) {
        std::vector<std::uint32_t> a(2048), b(2048);
        CAPTURE(row.name);
        CHECK(row.run(*k, values, cells, a) == row.run(*k, {guarded.data() + 32, n}, cells, b));
        CHECK(a == b);
      }
    }
  }
}

TEST_CASE("kernels: the table names every kernel once, and both implementations answer it alike") {
  std::set<std::string_view> names;
  const auto x = inputs::normal(4099, 12);
  for (const KernelRow& row : kernel_table()) {
    CAPTURE(row.name);
    CHECK(names.insert(row.name).second);
    for (const Rounding rounding : inputs::kRoundings) {
      Cells cells = make_cells(0.05f, 0, -127, 127);
      cells.rounding = rounding;
      std::vector<std::uint32_t> a(8192), b(8192);
      const double scalar = row.run(scalar_kernels(), x, cells, a), simd = row.run(simd_kernels(), x, cells, b);
      CHECK(simd == doctest::Approx(scalar).epsilon(1e-6));
      CHECK(a == b);
    }
  }
  CHECK(names.size() == (sizeof(Kernels) - sizeof(std::string_view)) / sizeof(&Kernels::read));
  CHECK(scalar_kernels().name == "scalar");
  CHECK(simd_kernels().name == "simd");
}

TEST_CASE("kernels: fortran_to_c against indices counted out") {
  for (const Shape& shape : {Shape{}, Shape{5}, Shape{1, 7}, Shape{3, 4}, Shape{2, 3, 5}, Shape{4, 1, 3, 2}, Shape{3, 0, 2}}) {
    std::size_t count = 1;
    for (const std::uint64_t axis : shape) count *= axis;
    std::vector<float> in(count), out(count, -1), expected(count);
    for (std::size_t i = 0; i < count; ++i) in[i] = static_cast<float>(i);
    for (std::size_t i = 0; i < count; ++i) {
      std::size_t rest = i, place = 0, stride = count;
      for (std::size_t axis = shape.size(); axis-- > 0; rest /= shape[axis]) {
        stride /= shape[axis];
        place += rest % shape[axis] * stride;
      }
      expected[i] = in[place];
    }
    fortran_to_c(in, shape, out);
    CHECK(out == expected);
  }
}
