#pragma once
// Dither's measures to JavaScript.
#include "bindings/values.h"
#include "dither_study.h"

namespace halfstep {

// The noise by place in so many bins: their counts, means and root mean squares, the last two NaN
// where none fell.
val write_by_place(const Weights& weights, const Plan& plan, int bins);

}  // namespace halfstep
