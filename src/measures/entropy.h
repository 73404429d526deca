#pragma once
// Entropy of codes from how often each occurs.
#include <cstdint>
#include <span>

namespace halfstep {

struct CodeEntropy {
  double bits = 0;             // H = −Σ p log2 p, bits per weight; NaN when nothing was counted
  std::uint64_t occupied = 0;  // codes that occur
};

CodeEntropy code_entropy(std::span<const std::uint32_t> counts);

}  // namespace halfstep
