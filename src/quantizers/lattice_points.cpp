#include "quantizers/lattice_points.h"

#include <algorithm>
#include <cmath>

namespace halfstep {

namespace {

// By multiplication, which of whole numbers is exact as long as they are.
double power(double base, int exponent) {
  double product = 1;
  while (exponent-- > 0) product *= base;
  return product;
}

// Vectors of n whole numbers from −most to most with an even sum, or an odd one: half of all, and
// half of Σ(−1)^sum = (−1)^(n·most) more or less.
double even_vectors(int n, int most) {
  return (power(2.0 * most + 1, n) + (n * most % 2 ? -1 : 1)) / 2;
}
double odd_vectors(int n, int most) { return power(2.0 * most + 1, n) - even_vectors(n, most); }

// A weight beyond a face is clamped onto it, so a point is reached if its closed cell meets the
// cube. Of all x in the cube clamp(p) is the nearest to p in each coordinate, and the cells of Z,
// A2 and D4 bound sums of the distances d = |x − p| of coordinates: there p is reached just if
// clamp(p) is in its cell. The half-width h of the cube is irrational in their units, and nothing
// ties.

// d ≤ ½ and d/2 + d'√3/2 ≤ ½, row by row: every second row stands on the halves.
double points_of_a2(double h) {
  const double row = std::sqrt(3.0) / 2;
  double points = 0;
  for (int j = 0;; ++j) {
    const double beyond = std::max(0.0, j * row - h),
                 reach = h + std::min(0.5, 1 - 2 * row * beyond);
    if (2 * row * beyond > 1) return points;
    const double across = j % 2 ? 2 * std::floor(reach + 0.5) : 2 * std::floor(reach) + 1;
    points += j == 0 ? across : 2 * across;
  }
}

// d + d' ≤ 1 for each two coordinates: all may be up to ½ beyond, or one alone up to 1.
double points_of_d4(double h) {
  const int most = static_cast<int>(std::nearbyint(h));
  const double box = even_vectors(4, most);
  if (most > h) return box;
  return box + 8 * (most % 2 ? even_vectors(3, most) : odd_vectors(3, most));
}

// In E8 h is whole, and what is beyond touches the cube in ties, that the decoder's rule
// (lattice.h) decides. Its cells are those of D8, d + d' ≤ 1, cut by Σ ±d ≤ 2 over an even number
// of minus signs.
double points_of_e8(int h) {
  // Whole numbers: beyond may be one coordinate by 1, from an x of whole numbers with an odd sum
  // alone. There D8 mends the first coordinate, upwards.
  const double whole = even_vectors(8, h) + (h % 2 ? even_vectors(7, h) : odd_vectors(7, h));
  // Halves: half of the signs and sizes have an even sum, whichever k coordinates are beyond by ½.
  const auto halves = [&](int k) { return power(2.0 * h, 8 - k) / 2; };
  // k = 1 is reached on either side. From two on x is on the face in each, half-way between in and
  // out: on one side the even one is out, on the other in, and only the first can be mended out. So
  // of 2^k sets of sides two are left. k = 4 is as near to whole numbers, which go before, and
  // beyond that these are nearer.
  return whole + halves(0) + 8 * 2 * halves(1) + 28 * 2 * halves(2) + 56 * 2 * halves(3);
}

}  // namespace

double points_within(Lattice lattice, int range) {
  switch (lattice) {
    case Lattice::Z:
      break;
    case Lattice::A2:
      return points_of_a2(range / lattice_unit(lattice));
    case Lattice::D4:
      return points_of_d4(range / lattice_unit(lattice));
    case Lattice::E8:
      return points_of_e8(range);
  }
  return 2.0 * range + 1;
}

}  // namespace halfstep
