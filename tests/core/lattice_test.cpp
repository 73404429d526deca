// Lattice quantizers against all the neighbours of the point they take, and Conway & Sloane's second moments.
#include "quantizers/lattice.h"

#include <doctest/doctest.h>

#include <array>

#include "inputs.h"

using namespace halfstep;

namespace {

using Point = std::array<double, 8>;

constexpr Lattice kAll[] = {Lattice::Z, Lattice::A2, Lattice::D4, Lattice::E8};

// The length that makes the cells' volume 1: the lattices of minimal norm 1 (Z, A2) and 2 (D4, E8) have the
// determinants 1, √3/2, 2 and 1.
double unit(Lattice lattice) {
  switch (lattice) {
    case Lattice::A2: return std::pow(std::sqrt(3.0) / 2, -1.0 / 2);
    case Lattice::D4: return std::pow(2, -1.0 / 4);
    default: return 1;
  }
}

// Whether a point, in units, is of the lattice; every coordinate but for `tolerance`.
bool member(Lattice lattice, const Point& p, double tolerance) {
  const auto whole = [&](double value) { return std::fabs(value - std::round(value)) <= tolerance; };
  const int n = dimension(lattice);
  if (lattice == Lattice::A2) {
    const double j = p[1] * 2 / std::sqrt(3.0);
    return whole(j) && whole(p[0] - std::round(j) / 2);
  }
  bool wholes = true, halves = true;
  double sum = 0;
  for (int i = 0; i < n; ++i) {
    wholes &= whole(p[i]);
    halves &= whole(p[i] - 0.5);
    sum += p[i];
  }
  if (lattice == Lattice::Z) return wholes;
  return (wholes || (lattice == Lattice::E8 && halves)) && whole(sum / 2);
}

// All vectors of the lattice, in units, up to a squared length of 4, found among the quarters, halves or wholes of a
// box.
std::vector<Point> near_zero(Lattice lattice) {
  std::vector<Point> all;
  const int n = dimension(lattice);
  const auto add = [&](const Point& p) {
    double square = 0;
    for (const double value : p) square += value * value;
    if (square > 0 && square <= 4 + 1e-9 && member(lattice, p, 1e-9)) all.push_back(p);
  };
  if (lattice == Lattice::A2) {
    for (int i = -4; i <= 4; ++i) {
      for (int j = -4; j <= 4; ++j) add({i / 2.0, j * std::sqrt(3.0) / 2});
    }
    return all;
  }
  for (const double shift : {0.0, 0.5}) {
    const int choices = shift == 0 ? 5 : 4;  // −2..2, −1.5..1.5
    const int count = static_cast<int>(std::lround(std::pow(choices, n)));
    for (int index = 0; index < count; ++index) {
      Point p{};
      for (int i = 0, rest = index; i < n; ++i, rest /= choices) p[i] = rest % choices - 2 + shift;
      add(p);
    }
  }
  return all;
}

Point decode(Lattice lattice, const std::vector<float>& x) {
  std::array<float, 8> q{};
  nearest(lattice, x.data(), q.data());
  Point p{};
  for (int i = 0; i < dimension(lattice); ++i) p[i] = static_cast<double>(q[i]) / unit(lattice);
  return p;
}

std::vector<float> point_of_e8(std::vector<float> x) {
  std::vector<float> q(8);
  nearest(Lattice::E8, x.data(), q.data());
  return q;
}

}  // namespace

TEST_CASE("lattice: the kissing numbers are the books'") {
  // Conway & Sloane, Sphere Packings, table 1.5: 6, 24 and 240 nearest neighbours; E8's next shell has 2160.
  CHECK(near_zero(Lattice::Z).size() == 4);
  CHECK(near_zero(Lattice::A2).size() == 6 + 6 + 6);  // of squared lengths 1, 3, 4
  CHECK(near_zero(Lattice::D4).size() == 24 + 24);
  CHECK(near_zero(Lattice::E8).size() == 240 + 2160);
}

TEST_CASE("lattice: no point is nearer than the one taken") {
  for (const Lattice lattice : kAll) {
    const auto neighbours = near_zero(lattice);
    const int n = dimension(lattice);
    inputs::Random random(static_cast<std::uint64_t>(n));
    int outside = 0, beaten = 0;
    for (int trial = 0; trial < 2000; ++trial) {
      std::vector<float> x(static_cast<std::size_t>(n));
      for (float& value : x) {
        const double raw = random.normal() * (trial % 2 ? 1 : 30);
        // Every third on a grid of quarters, where ties are.
        value = static_cast<float>(trial % 3 ? raw : std::round(raw * 4) / 4 * unit(lattice));
      }
      const Point q = decode(lattice, x);
      outside += !member(lattice, q, 1e-4);
      double taken = 0;
      Point off{};
      for (int i = 0; i < n; ++i) {
        off[i] = static_cast<double>(x[static_cast<std::size_t>(i)]) / unit(lattice) - q[i];
        taken += off[i] * off[i];
      }
      for (const Point& v : neighbours) {
        double other = 0;
        for (int i = 0; i < n; ++i) other += (off[i] - v[i]) * (off[i] - v[i]);
        beaten += other < taken - 1e-4;
      }
    }
    CAPTURE(n);
    CHECK(outside == 0);
    CHECK(beaten == 0);
  }
}

TEST_CASE("lattice: every point of the lattice is its own nearest") {
  for (const Lattice lattice : kAll) {
    for (const Point& p : near_zero(lattice)) {
      std::vector<float> x;
      for (int i = 0; i < dimension(lattice); ++i) x.push_back(static_cast<float>(p[i] * unit(lattice)));
      std::vector<float> q(x.size());
      nearest(lattice, x.data(), q.data());
      CHECK(q == x);
    }
  }
}

TEST_CASE("lattice: ties of E8 by hand") {
  using V = std::vector<float>;
  constexpr float h = 0.5f;
  CHECK(point_of_e8(V(8, 0.25f)) == V(8, 0));  // as near to all halves
  CHECK(point_of_e8({h, h, 0, 0, 0, 0, 0, 0}) == V(8, 0));
  CHECK(point_of_e8({1.5f, 1.5f, 0, 0, 0, 0, 0, 0}) == V{2, 2, 0, 0, 0, 0, 0, 0});
  CHECK(point_of_e8({1, 0, 0, 0, 0, 0, 0, 0}) == V{2, 0, 0, 0, 0, 0, 0, 0});
  CHECK(point_of_e8({0, 0, 0, 1, 0, 0, 0, 0}) == V{1, 0, 0, 1, 0, 0, 0, 0});
  CHECK(point_of_e8({0, 0, 0.75f, 0, -0.25f, 0, 0, 0}) == V(8, 0));
}

TEST_CASE("lattice: far weights stay finite, a range clamps before") {
  for (const Lattice lattice : kAll) {
    const int n = dimension(lattice);
    std::vector<float> x(static_cast<std::size_t>(n), FLT_MAX / 2), q(x.size()), edge(x.size(), 3), expected(x.size());
    nearest(lattice, x.data(), q.data());
    for (const float value : q) CHECK(std::isfinite(value));
    x[0] = -FLT_MAX;
    edge[0] = -3;
    nearest(lattice, x.data(), 3, q.data());
    nearest(lattice, edge.data(), expected.data());
    CHECK(q == expected);
    nearest(lattice, expected.data(), 1e9f, q.data());
    CHECK(q == expected);
  }
}

// Conway & Sloane 1982: G = 0.083333, 0.080188, 0.076603, 0.071682.
TEST_CASE("lattice: the second moments are the books'") {
  constexpr double published[] = {0.083333, 0.080188, 0.076603, 0.071682};
  for (const Lattice lattice : kAll) {
    const int n = dimension(lattice);
    const double g = second_moment(lattice);
    CHECK(std::fabs(g - published[static_cast<int>(lattice)]) < 1e-6);
    // Uniform over whole periods of the lattice: 2 units a side, and 2√3 for A2's second.
    constexpr int kN = 200000;
    inputs::Random random(static_cast<std::uint64_t>(n) + 7);
    double sum = 0, squares = 0;
    std::vector<float> x(static_cast<std::size_t>(n)), q(x.size());
    for (int trial = 0; trial < kN; ++trial) {
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double side = 2 * unit(lattice) * (lattice == Lattice::A2 && i == 1 ? std::sqrt(3.0) : 1);
        x[i] = static_cast<float>((random.uniform() * 8 - 4) * side);
      }
      nearest(lattice, x.data(), q.data());
      double square = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double e = static_cast<double>(x[i]) - static_cast<double>(q[i]);
        square += e * e;
      }
      sum += square / n;
      squares += square / n * square / n;
    }
    const double mean = sum / kN, error = std::sqrt((squares / kN - mean * mean) / kN);
    CAPTURE(n);
    CAPTURE(mean);
    CHECK(std::fabs(mean - g) < 3 * error);
    CHECK(error < 0.0002);
  }
}
