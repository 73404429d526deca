#pragma once
// What is measured of the weights themselves, once.
#include "tensor/weights.h"

namespace halfstep {

// Fills weights.statistics from weights.values: two passes in double over the finite weights.
// With no finite weight min, max and the moments are meaningless; of a constant the kurtosis is.
void measure_statistics(Weights& weights);

}  // namespace halfstep
