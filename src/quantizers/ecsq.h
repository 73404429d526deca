#pragma once
// Entropy-constrained scalar quantization: least mean square error for a given entropy of the codes.
// Chou, Lookabaugh & Gray, IEEE Trans. ASSP 37 (1989), on the sorted index: minimize D + λ·H by turns over
// cells (each weight takes the level with the least (x − y)² + λ·bits) and levels (means of their cells).
#include <vector>

#include "measures/sorted_index.h"
#include "quantizers/lloyd.h"

namespace halfstep {

// The best codebook found for one price λ > 0 of a bit, in squared units of the weights: from even levels
// with a level or an edge at the mean, the step that is best at high rate (λ = Δ²·ln2/6), whichever ends lower.
Design ecsq_at(const SortedIndex& index, double lambda);

// The codebook of least error whose entropy is at most `rate` bits per weight, by bisection on λ. As close to the
// rate as H(λ) has no jump: a few 1e-4 of it for thousands of weights, up to a whole value for few distinct ones.
// At most 2¹⁶ levels.
Design ecsq(const SortedIndex& index, double rate);

// The operational rate–distortion curve: designs of rising rate, at least 1/256 bit apart, and falling error for λ
// falling by 3 dB a point, until `highest_rate` bits per weight or until every weight has its level.
std::vector<Design> ecsq_curve(const SortedIndex& index, double highest_rate);

}  // namespace halfstep
