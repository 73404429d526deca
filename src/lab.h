#pragma once
// The laboratory: weights and a request in, a report out. Start reading here.
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/kernels.h"
#include "measures/sorted_index.h"
#include "quantizers/plan.h"
#include "report.h"
#include "request.h"
#include "tensor/weights.h"

namespace halfstep {

// Takes the statistics of weights.values, and h(X): `closed_form_bits` where the source has one, else an
// estimate (NaN asks for it; it stays NaN where weights repeat too often for one).
// Errors: no memory for the estimate's sample.
Status examine(Weights& weights, double closed_form_bits);

struct Analysis {
  Report report;
  std::vector<std::uint32_t> counts;  // of each code from the lowest, over all scales
};

// Measures the quantizer on the weights, beside what the books predict. Exact at any size: with an index of
// these weights from the ends of the cells where the plan allows it, else by reading every weight with
// `direct`, whose scalar and SIMD kernels race each other on the page.
Analysis analyze(const Weights& weights, const Plan& plan, const SortedIndex* index = nullptr,
                 const Kernels& direct = kernels());

// One level of the quantizer, a finite one. With several scales values and edges are in steps; with several codebooks they are means.
struct Level {
  std::int32_t code;
  double value;
  double edge;  // the lower end of its cell; the lowest cell begins at −∞
  std::uint32_t count;
};
std::vector<Level> levels(const Plan& plan, const Analysis& analysis);
// Where a float that does not saturate overflows, in the levels' unit, and to what: ∞ or NaN. Others never do.
struct Beyond {
  double edge = INFINITY, value = INFINITY;
};
Beyond beyond(const Plan& plan);

// Adds the finite weights to the bins.
void weight_histogram(const Weights& weights, Bins& bins);
// Adds n/Δ of the finite weights, each by its own Δ, to the bins.
void noise_histogram(const Weights& weights, const Plan& plan, Bins& bins);

// One value through the quantizer of the first scale; NaN goes as 0. Not of a plan in blocks (blocks_lab.h).
struct Probe {
  std::int32_t code;
  double quantized;
  double noise;
};
Probe probe(const Plan& plan, float x);

// Q of the weights begin … begin + out.size() − 1. NaN becomes 0, or stays NaN in a float that does
// not saturate and has it; ±∞ become the end levels, there what it overflows to (in blocks, 0).
void quantize(const Weights& weights, const Plan& plan, std::size_t begin, std::span<float> out);

// The sums of the noise about these means, from another pass over Q.
NoiseSums sums_about(const Weights& weights, const Plan& plan, Means about);

}  // namespace halfstep
