// How many lattice points clamped weights reach: by decoding grids of weights, and by trying every
// candidate.
#include "quantizers/lattice_points.h"

#include <doctest/doctest.h>

#include <array>
#include <set>

#include "inputs.h"

using namespace halfstep;

namespace {

// Coordinates in halves of the lattice's unit; of A2's second axis in halves of √3.
using Point = std::array<int, 8>;

// Conway & Sloane, Sphere Packings: A2 of minimal norm 1, D4 and E8 of 2 have the determinants 3/4,
// 4 and 1, and the n-th root of the volume is the step.
double half(Lattice lattice, int axis) {
  switch (lattice) {
    case Lattice::A2:
      return (axis == 1 ? std::sqrt(3.0) : 1) / 2 / std::sqrt(std::sqrt(0.75));
    case Lattice::D4:
      return 0.5 / std::pow(4, 1.0 / 8);
    default:
      return 0.5;
  }
}

Point decode(Lattice lattice, const float* x, int range) {
  float q[8] = {};
  nearest(lattice, x, static_cast<float>(range), q);
  Point p{};
  for (int i = 0; i < dimension(lattice); ++i)
    p[i] = static_cast<int>(std::lround(static_cast<double>(q[i]) / half(lattice, i)));
  return p;
}

// What the weights nearest to a point go to.
Point from_nearest(Lattice lattice, const Point& p, int range) {
  float x[8] = {};
  for (int i = 0; i < dimension(lattice); ++i) x[i] = static_cast<float>(p[i] * half(lattice, i));
  return decode(lattice, x, range);
}

// The points that a grid of so many weights a side, with the cube's faces, goes to.
std::set<Point> of_grid(Lattice lattice, int range, int side) {
  const int n = dimension(lattice);
  std::set<Point> points;
  int place[8] = {};
  for (int axis = 0; axis < n;) {
    float x[8] = {};
    for (int i = 0; i < n; ++i)
      x[i] = static_cast<float>(range * (2.0 * place[i] / (side - 1) - 1));
    points.insert(decode(lattice, x, range));
    for (axis = 0; axis < n && ++place[axis] == side; ++axis) place[axis] = 0;
  }
  return points;
}

bool member(Lattice lattice, const Point& p) {
  const int n = dimension(lattice);
  int sum = 0, odd = 0;
  for (int i = 0; i < n; ++i) sum += p[i], odd += p[i] % 2 != 0;
  if (lattice == Lattice::Z) return odd == 0;
  if (lattice == Lattice::A2) return odd % 2 == 0;
  return (odd == 0 || (lattice == Lattice::E8 && odd == n)) && sum % 4 == 0;
}

// Calls visit(p) for the points with every coordinate up to a lattice's unit beyond the cube.
// `pruned` where two of them are more than 1 beyond together, which no cell of D4 or E8 is.
template <typename Visit>
void each_candidate(Lattice lattice, int range, Visit&& visit) {
  const int n = dimension(lattice);
  const bool pairs = lattice == Lattice::D4 || lattice == Lattice::E8;
  Point p{};
  const auto beyond = [&](int i, int at) {
    return std::max(0.0, std::abs(at) / 2.0 - range / half(lattice, i) / 2);
  };
  const auto walk = [&](auto&& self, int i, double most) -> void {
    if (i == n) {
      if (member(lattice, p)) visit(p);
      return;
    }
    const int end = static_cast<int>(range / half(lattice, i)) + 3, step = i > 0 && pairs ? 2 : 1;
    for (int at = -end + (step == 2 && (end + p[0]) % 2 != 0); at <= end; at += step) {
      const double b = beyond(i, at);
      if (pairs && b + most > 1 + 1e-9) continue;
      p[i] = at;
      self(self, i + 1, std::max(most, b));
    }
  };
  walk(walk, 0, 0);
}

struct Case {
  Lattice lattice;
  int bits;
  double points;
};

// A2 of 1 bit is a hexagon and its middle; D4's are those that an audit of this lab found by
// decoding uniform weights.
constexpr Case kCases[] = {
    {Lattice::Z, 1, 3}, {Lattice::Z, 4, 17}, {Lattice::A2, 1, 7}, {Lattice::A2, 2, 23}, {Lattice::D4, 1, 145}, {Lattice::D4, 2, 809}, {Lattice::D4, 3, 7321}, {Lattice::E8, 1, 9110}, {Lattice::E8, 2, 570247}};

}  // namespace

TEST_CASE("lattice points: grids of weights take all that are counted, and no other") {
  const auto check = [](Lattice lattice, int bits, int side) {
    CAPTURE(dimension(lattice));
    CAPTURE(bits);
    CHECK(static_cast<double>(of_grid(lattice, 1 << (bits - 1), side).size()) ==
          points_within(lattice, 1 << (bits - 1)));
  };
  for (int bits = 1; bits <= 4; ++bits) check(Lattice::Z, bits, 100), check(Lattice::A2, bits, 400);
  for (int bits = 1; bits <= 2; ++bits) check(Lattice::D4, bits, 4 * (1 << bits) + 1);
  check(Lattice::D4, 3, 33);
  // Halves of a step: where E8 ties.
  check(Lattice::E8, 1, 5);
}

TEST_CASE("lattice points: as many candidates are reached from the weights nearest to them") {
  for (const Case& one : kCases) {
    const Lattice lattice = one.lattice;
    const int bits = one.bits;
    CAPTURE(dimension(lattice));
    CAPTURE(bits);
    const int range = 1 << (bits - 1);
    double reached = 0;
    each_candidate(lattice, range,
                   [&](const Point& p) { reached += from_nearest(lattice, p, range) == p; });
    CHECK(reached == one.points);
    CHECK(points_within(lattice, range) == one.points);
  }
  for (const int range : {3, 5, 6, 256}) {
    for (const Lattice lattice : {Lattice::Z, Lattice::A2, Lattice::D4}) {
      if (lattice == Lattice::D4 && range > 5) continue;
      CAPTURE(dimension(lattice));
      CAPTURE(range);
      double reached = 0;
      each_candidate(lattice, range,
                     [&](const Point& p) { reached += from_nearest(lattice, p, range) == p; });
      CHECK(points_within(lattice, range) == reached);
    }
  }
}

TEST_CASE("lattice points: whatever is reached is reached from the weights nearest to it") {
  for (const Lattice lattice : {Lattice::Z, Lattice::A2, Lattice::D4, Lattice::E8}) {
    inputs::Random random(static_cast<std::uint64_t>(dimension(lattice)));
    int lost = 0;
    for (int trial = 0; trial < 200000; ++trial) {
      // Every range from 1 step to 2¹¹, and three that are no power of two.
      const int range = trial % 15 < 12 ? 1 << (trial % 15) : 2 * (trial % 15) - 21;
      float x[8];
      for (float& value : x) {
        // Clamped, in quarters and halves of a step or anywhere.
        const double grid = trial % 4 ? trial % 4 * 2 : 0x1p20;
        value =
            static_cast<float>(std::round((random.uniform() * 2.6 - 1.3) * range * grid) / grid);
      }
      const Point p = decode(lattice, x, range);
      lost += from_nearest(lattice, p, range) != p;
    }
    CAPTURE(dimension(lattice));
    CHECK(lost == 0);
  }
}

TEST_CASE("lattice points: more than fill the cube, and hardly more where the range is wide") {
  for (const Lattice lattice : {Lattice::Z, Lattice::A2, Lattice::D4, Lattice::E8}) {
    for (int bits = 1; bits <= 12; ++bits) {
      CAPTURE(dimension(lattice));
      CAPTURE(bits);
      const double each = std::log2(points_within(lattice, 1 << (bits - 1))) / dimension(lattice);
      CHECK(each > bits);
      // No cell reaches more than 2 steps out.
      CHECK(each < std::log2((1 << bits) + 4));
    }
  }
}
