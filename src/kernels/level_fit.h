#pragma once
// What a search for a block's scales asks of its weights, over and over.
#include <cstdint>

namespace halfstep {

// The levels that codes stand for before their scale: the whole numbers low … high, or those of a
// table, rising. Of a table, whose levels are whole numbers too, `nearest` has the level nearest to v
// at ceil(2v) − 2·low.
struct Ladder {
  float low, high;
  const float* table = nullptr;
  const float* nearest = nullptr;
};

// Four lines l·scale + offset and how weights x fit them, l the level nearest to (x − offset)/scale,
// in float32: with r = x − (l·scale + offset), the sums Σr², Σr, Σrl, Σl, Σl².
struct LevelFits {
  float scale[4], offset[4];
  float error[4], r[4], rl[4], l[4], ll[4];
};

// Fills in the sums for n weights. Scales and offsets are finite; where 1/scale is not, l is the
// level nearest to 0.
void fit_levels(const Ladder& ladder, const float* x, int n, LevelFits& fits);

// Where a line may have its offset: nowhere but at zero, or on one side of it.
enum class Offsets { None,
                     Below,
                     Above };

// Moves each line to the least error that its levels can have, and the error with it: to zero where
// float32 cannot tell. r and rl stay those of the line before.
void solve_lines(int n, Offsets offsets, LevelFits& fits);

// The numbers of the levels of one line, the lowest's 0. n is a multiple of 4.
void level_codes(const Ladder& ladder, const float* x, int n, float scale, float offset,
                 std::uint8_t* codes);
// x = levels[code]·scale + offset.
void expand_levels(const std::uint16_t* codes, int n, const float* levels, float scale,
                   float offset, float* x);

}  // namespace halfstep
