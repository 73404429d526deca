#pragma once
// Counter-based random numbers: the i-th number of a stream is a pure function of (seed, stream,
// i), so any stretch of weights can be made alone, in any order, and is the same on every machine.
//
// The i-th word is mix(key + (i + 1)·γ): SplitMix64 (Steele, Lea & Flood, OOPSLA 2014, γ = 2^64/φ)
// jumped to place i, with Stafford's variant 13 of the MurmurHash3 finalizer as mix
// (Stafford, "Better Bit Mixing", 2011). The key is mix(mix(seed + γ) + stream).
#include <cstdint>

namespace halfstep {

// A bijection of 64-bit words in which every input bit reaches every output bit.
constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

inline constexpr std::uint64_t kGamma = 0x9e3779b97f4a7c15u;

class RandomStream {
 public:
  // Streams of one seed are independent: use one for each number that a weight needs.
  constexpr explicit RandomStream(std::uint64_t seed, std::uint64_t stream = 0)
      : key_(mix(mix(seed + kGamma) + stream)) {}

  // 64 random bits; the period in i is 2^64.
  constexpr std::uint64_t bits(std::uint64_t i) const { return mix(key_ + (i + 1) * kGamma); }

  // Uniform in the open interval (0, 1): an odd multiple of 2^-53, from 2^-53 to 1 − 2^-53.
  // Symmetric about ½ without error, so u and 1 − u are equally good; never 0 or 1, so log(u) is
  // finite.
  constexpr double uniform(std::uint64_t i) const {
    return (static_cast<double>(bits(i) >> 12) + 0.5) * 0x1p-52;
  }

 private:
  std::uint64_t key_;
};

}  // namespace halfstep
