#pragma once
// The randomized Hadamard rotation of blocks of weights, which spreads an outlier over its block, and its inverse.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace halfstep {

struct Rotation {
  std::uint32_t block = 128;  // B, a power of two, 2..65536
  std::uint64_t seed = 1;     // of the signs
};

// y = H·diag(s)·x/√B for each B consecutive weights, H the ±1 Hadamard matrix in natural order (Sylvester's: H[i][j]
// is −1 to the power of the bits that i and j share). What is left at the end is cut into the largest powers of two
// that fit, down to 1. The rotation is orthonormal: norms and, for weights that are alike, variances are kept.
//
// s of the weight at place p of the tensor is −1 where bit p mod 32 of a hash of p div 32 is set: that of stochastic
// rounding (kernels.h), keyed by the seed xor "HADAMARD" so that the two share no bits. `index` is the place of x[0].
//
// Float32: one multiplication by the rounded 1/√B, then log2 B levels of additions. With u = 2⁻²⁴ and ‖·‖ the norm
// of a block, ‖error‖ ≤ ((1 + u)^(2 + log2 B) − 1)·‖x‖ + B·2⁻¹⁴⁹, each way. Finite where x is and ‖x‖ is below
// float32's largest. Equal to the bit across implementations. y may be x, else they don't overlap.
struct RotationKernels {
  std::string_view name;
  void (*rotate)(const float* x, std::size_t n, const Rotation& rotation, std::uint32_t index, float* y);
  // The inverse: diag(s)·H·x/√B.
  void (*unrotate)(const float* x, std::size_t n, const Rotation& rotation, std::uint32_t index, float* y);
};

const RotationKernels& scalar_rotation();
const RotationKernels& simd_rotation();

}  // namespace halfstep
