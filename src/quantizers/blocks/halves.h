#pragma once
// Which halves and whole numbers suit a block's lines: by what their levels make of them, without a
// look at the weights.
#include <span>

#include "quantizers/blocks/lines.h"
#include "quantizers/blocks/search.h"

namespace halfstep::blocks {

struct Halves {
  float error, d, m;
};
inline bool alike(const Halves& a, const Halves& b) { return a.d == b.d && a.m == b.m; }

// The whole numbers of a part.
struct Wholes {
  float error;
  int scale, min;
};
inline bool alike(const Wholes& a, const Wholes& b) { return a.scale == b.scale && a.min == b.min; }

// How many of the best are looked at more closely; with `nudges` also those whose m is so many halves off.
struct Effort {
  int scales, mins, corners, starts, nudges, rounds;
};

inline constexpr int kMostStarts = 8, kMostCorners = 16, kTries = 4;

// The half nearest to v, or its neighbour so many steps from zero; neither zero, where v is not, nor
// infinite.
float storable(float v, int steps = 0);

// Pairs of d and m, or d alone.
Least<Halves, kMostStarts> find_halves(const Choice& choice, std::span<const Lines> parts,
                                       const Effort& effort);

// The best for a part's lines, under d and m.
Least<Wholes, kTries> find_wholes(const Choice& choice, const Lines& lines, float d, float m);

}  // namespace halfstep::blocks
