#pragma once
// What is done to the weights before the quantizer, and undone after.
#include <cstddef>
#include <span>

#include "buffer.h"
#include "report.h"
#include "request.h"
#include "tensor/weights.h"

namespace halfstep {

// Takes values of transformed weights from `begin` on back to where the weights stood. `factors` are those of `columns`,
// one for each index of the last axis. A stretch under a rotation begins at a multiple of its block, and ends at one or
// with the weights.
void undo(const Transform& transform, std::uint64_t seed, std::span<const float> factors, std::size_t begin,
          std::span<float> values);

// Weights under a transform. Those that are not finite stand as 0.
class Transformed {
 public:
  // Examined as weights of their own. Errors: no memory.
  static Result<Transformed> make(const Weights& weights, const Transform& transform, std::uint64_t seed);

  const Weights& weights() const { return weights_; }
  bool is_of(const Transform& transform, std::uint64_t seed) const;

  // A stretch that undo can take begins at a multiple of this, and ends at one or with the weights.
  std::size_t block() const { return is_rotation() ? transform_.block : 1; }
  void undo(std::size_t begin, std::span<float> values) const {
    halfstep::undo(transform_, seed_, factors(), begin, values);
  }
  // Of `columns` the rms of each index of the last axis, 1 where that is 0; else none.
  std::span<const float> factors() const { return factors_.span(); }

  // It keeps Σx² and Σn² as they are.
  bool is_rotation() const { return transform_.kind == TransformKind::Hadamard; }
  // What is stored for it, in bits.
  double stored_bits() const { return 32.0 * static_cast<double>(factors_.size()); }
  // The mean square error of the weights over that of the transformed ones, where errors are spread evenly: 1 of a
  // rotation.
  double error_factor() const;

 private:
  Transform transform_;
  std::uint64_t seed_ = 0;
  Weights weights_;
  Buffer<float> factors_;
};

}  // namespace halfstep
