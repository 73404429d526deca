#pragma once
// The differential entropy of weights, estimated from the gaps between them.
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>

#include "buffer.h"
#include "result.h"

namespace halfstep {

struct SpacingEstimate {
  // h(X) in bits. NaN for fewer than 64 weights, or where atoms leave no density to speak of.
  double bits;
  // The share of the most repeated value, in (0, 1]; 0 when there is no weight.
  double largest_atom;
};

// From finite weights x1 ≤ x2 ≤ … ≤ xN, with natural logarithms and windows clipped to 1 … N:
//   h ≈ mean over i of ln(x(i+m) − x(i−m)) − ψ(gaps in that window) + ψ(N + 1),
// Vasicek's spacing estimator (J. Royal Statist. Soc. B 38, 1976) with its ends kept as by
// Ebrahimi, Pflughoeft & Soofi (Statist. Probab. Lett. 20, 1994) and each window's bias under a
// uniform law taken off: the logarithm of k of its N + 1 gaps has the mean ψ(k) − ψ(N + 1). 2m is
// N^(1/3), or four times the most repeated value's count if that is more, so that weights rounded
// to few bits (bfloat16) show the density they came from; 2m above N/25 is atoms, with no h. Within
// 0.01 bit at N = 10^6 for the normal, Laplace and uniform laws; the standard error is that of a
// mean of ln p(x), about 1.5/√N bit.
SpacingEstimate differential_entropy(std::span<const float> sorted);

// Whether x stands on a level that its own scale put there, within what rounding that scale to be stored may move it.
// Under every scale such weights are at one place, an atom that hides the density of the others.
inline bool stands_on(float x, float level, float slack) { return std::fabs(x - level) <= slack; }
inline constexpr float kFloat16Slack = 0x1.01p-11f;  // of a number's size where it was rounded to float16, and a hair

// The finite ones of `count` weights, sorted in a part of `out`, which the answer views. When there
// are more than `cap`, one at a random but fixed place in each of `cap` equal stretches: no row
// length can fall in step with it. An error when memory does not allow 8 bytes a sampled weight.
inline constexpr std::size_t kSampleCap = std::size_t{1} << 20;
Result<std::span<const float>> sample_sorted(std::size_t count,
                                             const std::function<float(std::size_t)>& weight,
                                             Buffer<float>& out, std::size_t cap = kSampleCap);
Result<std::span<const float>> sample_sorted(std::span<const float> x, Buffer<float>& out,
                                             std::size_t cap = kSampleCap);

}  // namespace halfstep
