// The truth of hadamard.h. Compiled without auto-vectorization.
#include "kernels/hadamard.h"
#include "kernels/rotation_signs.h"

namespace halfstep {

namespace {

// Multiplies by the signs.
void flip(float* y, std::size_t n, RotationSigns signs, std::uint32_t index) {
  for (std::size_t i = 0; i < n; ++i) {
    if (signs.word(index + static_cast<std::uint32_t>(i), 1) & 1) y[i] = -y[i];
  }
}

void butterflies(float* y, std::size_t block) {
  for (std::size_t half = 1; half < block; half *= 2) {
    for (std::size_t i = 0; i < block; i += 2 * half) {
      for (std::size_t j = i; j < i + half; ++j) {
        const float a = y[j], b = y[j + half];
        y[j] = a + b;
        y[j + half] = a - b;
      }
    }
  }
}

void transform(const float* x, std::size_t n, std::size_t block, float* y) {
  for (std::size_t begin = 0; begin < n; begin += block) {
    while (block > n - begin) block /= 2;
    const float scale = rotation_scale(block);
    for (std::size_t i = begin; i < begin + block; ++i) y[i] = x[i] * scale;
    butterflies(y + begin, block);
  }
}

void rotate(const float* x, std::size_t n, const Rotation& rotation, std::uint32_t index, float* y) {
  for (std::size_t i = 0; i < n; ++i) y[i] = x[i];
  flip(y, n, RotationSigns(rotation.seed), index);
  transform(y, n, rotation.block, y);
}

void unrotate(const float* x, std::size_t n, const Rotation& rotation, std::uint32_t index, float* y) {
  transform(x, n, rotation.block, y);
  flip(y, n, RotationSigns(rotation.seed), index);
}

}  // namespace

const RotationKernels& scalar_rotation() {
  static constexpr RotationKernels table{"scalar", rotate, unrotate};
  return table;
}

}  // namespace halfstep
