#pragma once
// What a search for a block's scale asks of its weights, over and over.
#include <cstdint>

namespace halfstep {

// The levels that codes stand for before their scale: the whole numbers low … high, or 16 of a
// table, rising.
struct Ladder {
  float low, high;
  const float* table = nullptr;
};

// Sums over weights x with the levels l nearest to (x − offset)·inverse, in float32: Σl, Σl², Σlx.
struct LevelSums {
  float l, ll, lx;
};

// n is a multiple of 4; scale, offset and inverse are finite.
LevelSums level_sums(const Ladder& ladder, const float* x, int n, float inverse, float offset);
// Σ(x − (l·scale + offset))² with l as for inverse = 1/scale, or 0 where that is not finite.
float level_error(const Ladder& ladder, const float* x, int n, float scale, float offset);
// Those levels' numbers, the lowest's 0.
void level_codes(const Ladder& ladder, const float* x, int n, float scale, float offset,
                 std::uint8_t* codes);
// x = levels[code]·scale + offset.
void expand_levels(const std::uint16_t* codes, int n, const float* levels, float scale,
                   float offset, float* x);

}  // namespace halfstep
