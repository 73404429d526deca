#pragma once
// The lines that a part's weights lie on best, whatever its block makes of them.
#include <cstdint>

#include "kernels/level_fit.h"
#include "kernels/whole_fit.h"
#include "quantizers/blocks/least.h"

namespace halfstep::blocks {

inline constexpr int kMostLines = 16;

// Of how many weights a line must make do with less than its share, and so how much there is to choose from.
enum class Need : std::uint8_t {
  Usual,
  Narrow,  // the weights differ by much less than they are: whole numbers far from zero have to be met
  Few,     // only a few different weights: many lines may be exact, and which one a block can have counts
};

struct Lines {
  Least<Line, kMostLines> best;
  Need need = Need::Usual;
};

// At least one line, for n weights of no more than 2³⁰.
Lines find_lines(const Ladder& ladder, const float* x, int n, Offsets offsets);

}  // namespace halfstep::blocks
