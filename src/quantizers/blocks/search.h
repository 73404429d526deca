#pragma once
// The scales of a block's parts, chosen for the least square error.
#include <cstdint>

#include "kernels/level_fit.h"
#include "quantizers/blocks/layout.h"

namespace halfstep::blocks {

// What a format leaves to choose: part p is levels·d·scale − m·min, d and m halves, the others
// whole numbers.
struct Choice {
  Ladder ladder;
  int weights, part;
  int scale_low, scale_high;
  int min_high;  // 0 where a format has no m
};

// Scales and codes of one block of finite weights. Every scale it stores is finite.
void search_scales(const Choice& choice, const float* x, Parts& parts, std::uint8_t* codes);

}  // namespace halfstep::blocks
