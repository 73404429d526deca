#pragma once
// Lattices as vector quantizers: the nearest of regularly spaced points in 2, 4 or 8 dimensions.
#include <cstdint>

namespace halfstep {

// The whole numbers, and what fills space best or nearly so: hexagons, the 24-cell, Gosset's lattice. Each is scaled
// to one point a unit of volume, so that at equal step all of them have points as dense (how many a range reaches is in
// lattice_points.h), and the mean square error a weight is G·step²: 1/12, 5/(36√3), 13/(120√2), 929/12960 (Conway &
// Sloane, "Voronoi regions of lattices, second moments of polytopes, and quantization", IEEE Trans. Inform. Theory 28,
// 1982).
enum class Lattice { Z,
                     A2,
                     D4,
                     E8 };

constexpr int dimension(Lattice lattice) { return 1 << static_cast<int>(lattice); }

// The lattice's own unit in steps, which makes the volume of a cell 1: A2 of minimal norm 1, D4 and E8 of 2.
double lattice_unit(Lattice lattice);

// The normalized second moment G.
double second_moment(Lattice lattice);

// q = the point nearest to x, both of `dimension` coordinates in units of the step; rounded to float32. x is finite,
// and of |x| ≤ 2²² each coordinate if the point is to be told from its neighbours.
// By Conway & Sloane, "Fast quantizing and decoding algorithms for lattice quantizers and codes", same volume, in
// double. Of points equally near: a coordinate half-way between those of one coset goes to the even one (counted
// from ½ in the coset of halves); where D's sum must be mended, the first of the coordinates equally far off is,
// upwards if it is not off at all; the coset of the origin goes before that of halves.
void nearest(Lattice lattice, const float* x, float* q);

// The same of x with its coordinates clamped to [−range, range], which leaves finitely many points.
void nearest(Lattice lattice, const float* x, float range, float* q);

// A point as whole numbers: of A2 halves of its unit and rows, of E8 halves. From what `nearest` gives, up to 2²² each;
// and back, to its bits but for the sign of a zero.
void to_whole(Lattice lattice, const float* q, std::int32_t* whole);
void from_whole(Lattice lattice, const std::int32_t* whole, float* q);

}  // namespace halfstep
