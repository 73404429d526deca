#pragma once
// The cells that a range has: of the uniform rules of DESIGN section 4, and of a grid of levels under a scale.
#include "kernels/kernels.h"
#include "quantizers/codebook.h"

namespace halfstep {

// The granular region, low ≤ 0 ≤ high, in units of the weights: as typed or found, before the step is rounded to float32.
struct Interval {
  double low = 0, high = 0;

  double radius() const { return high > -low ? high : -low; }
  double width() const { return high - low; }
};

Cells int_cells(int bits, Interval range);
Cells uint_cells(int bits, Interval range);
Cells midrise_cells(int bits, Interval range);

// How many steps such a range is: its radius, of `uint` its width.
double int_reach(int bits);
double uint_reach(int bits);
double midrise_reach(int bits);

// The code, from 0 to top, of zero in an affine range that begins at `low`: its end's float32 quotient, rounded.
std::int32_t zero_point(double low, float step, std::int32_t top);

// The same with the granular region where no dither can push a weight off the codes.
Cells clear_of_dither(Cells cells);

// Levels and edges stay in `grid`, which must outlive the cells. scale ≥ 0.
Cells grid_cells(const Codebook& grid, float scale, Interval range);
// Of finite levels: the mean distance of neighbours, which histograms of the noise take as their unit; 1 of a single level.
float mean_gap(std::span<const float> levels);
// That under a scale, held to float32; zero for a scale of zero alone.
float book_step(std::span<const float> levels, float scale);
// The magnitude of the larger end of the finite levels.
float largest_level(std::span<const float> levels);

}  // namespace halfstep
