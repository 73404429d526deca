#include "quantizers/lattice.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace halfstep {

namespace {

constexpr int kMostDimensions = 8;

// The nearest point of D_n + shift to u, the vectors of whole numbers with an even sum; returns the squared distance.
double nearest_d(const double* u, int n, double shift, double* q) {
  bool odd = false;
  int worst = 0;
  double most = -1, distance = 0;
  for (int i = 0; i < n; ++i) {
    const double v = u[i] - shift, whole = std::nearbyint(v), half = whole / 2, off = std::fabs(v - whole);
    odd ^= half != std::floor(half);
    if (off > most) {
      most = off;
      worst = i;
    }
    q[i] = whole + shift;
    distance += off * off;
  }
  if (odd) {
    q[worst] += u[worst] >= q[worst] ? 1 : -1;
    distance += 1 - 2 * most;  // (1 − off)² in place of off²
  }
  return distance;
}

constexpr double kTall = std::numbers::sqrt3;

// Hexagons are two rectangular lattices: sides 1 and √3, the second shifted to the middles of the first.
double nearest_rectangle(const double* u, double shift, double* q) {
  q[0] = std::nearbyint(u[0] - shift) + shift;
  q[1] = (std::nearbyint(u[1] / kTall - shift) + shift) * kTall;
  return (u[0] - q[0]) * (u[0] - q[0]) + (u[1] - q[1]) * (u[1] - q[1]);
}

}  // namespace

double lattice_unit(Lattice lattice) {
  switch (lattice) {
    case Lattice::A2: return std::sqrt(2 / std::sqrt(3.0));
    case Lattice::D4: return std::sqrt(std::sqrt(0.5));
    default: return 1;
  }
}

double second_moment(Lattice lattice) {
  switch (lattice) {
    case Lattice::Z: break;
    case Lattice::A2: return 5 / (36 * std::sqrt(3.0));
    case Lattice::D4: return 13 / (120 * std::sqrt(2.0));
    case Lattice::E8: return 929.0 / 12960;
  }
  return 1.0 / 12;
}

void nearest(Lattice lattice, const float* x, float* q) {
  const int n = dimension(lattice);
  const double scale = lattice_unit(lattice);
  double u[kMostDimensions] = {}, first[kMostDimensions], second[kMostDimensions];
  for (int i = 0; i < n; ++i) u[i] = static_cast<double>(x[i]) / scale;
  bool shifted = false;
  switch (lattice) {
    case Lattice::Z: first[0] = std::nearbyint(u[0]); break;
    case Lattice::A2: {
      const double distance = nearest_rectangle(u, 0, first);
      shifted = nearest_rectangle(u, 0.5, second) < distance;
      break;
    }
    case Lattice::D4: nearest_d(u, n, 0, first); break;
    case Lattice::E8: {
      const double distance = nearest_d(u, n, 0, first);
      shifted = nearest_d(u, n, 0.5, second) < distance;
    }
  }
  const double* const point = shifted ? second : first;
  for (int i = 0; i < n; ++i) q[i] = static_cast<float>(point[i] * scale);
}

void nearest(Lattice lattice, const float* x, float range, float* q) {
  float inside[kMostDimensions];
  for (int i = 0; i < dimension(lattice); ++i) inside[i] = std::clamp(x[i], -range, range);
  nearest(lattice, inside, q);
}

namespace {

// The whole numbers that coordinate i of a point in units is counted in: ½, or ½ and √3/2.
double part_of_unit(Lattice lattice, int i) {
  if (lattice == Lattice::A2) return i == 0 ? 0.5 : 0.5 * kTall;
  return lattice == Lattice::E8 ? 0.5 : 1;
}

}  // namespace

void to_whole(Lattice lattice, const float* q, std::int32_t* whole) {
  const double scale = lattice_unit(lattice);
  for (int i = 0; i < dimension(lattice); ++i) {
    whole[i] = static_cast<std::int32_t>(std::nearbyint(q[i] / (part_of_unit(lattice, i) * scale)));
  }
}

void from_whole(Lattice lattice, const std::int32_t* whole, float* q) {
  const double scale = lattice_unit(lattice);
  for (int i = 0; i < dimension(lattice); ++i) q[i] = static_cast<float>(whole[i] * part_of_unit(lattice, i) * scale);
}

}  // namespace halfstep
