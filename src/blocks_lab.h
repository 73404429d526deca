#pragma once
// The laboratory for formats whose Q of a weight depends on its neighbours: what lab.h asks, answered by reading
// every weight in whole blocks.
#include "lab.h"

namespace halfstep {

// As analyze, levels, noise_histogram and quantize of lab.h. plan.in_blocks().
Analysis analyze_blocks(const Weights& weights, const Plan& plan, const Kernels& direct);
// Of a storage layout its levels before their scales; none of a lattice.
std::vector<Level> block_levels(const Plan& plan, const Analysis& analysis);
// n in units of the mean distance of levels, each weight by its own scale.
void block_noise_histogram(const Weights& weights, const Plan& plan, Bins& bins);
void quantize_blocks(const Weights& weights, const Plan& plan, std::size_t begin, std::span<float> out);

}  // namespace halfstep
