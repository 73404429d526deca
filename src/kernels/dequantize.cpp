#include "kernels/dequantize.h"

namespace halfstep {

void dequantize(const std::uint16_t* codes, std::size_t n, std::int32_t zero, float offset, float step, float* q) {
  for (std::size_t i = 0; i < n; ++i) {
    const float k = static_cast<float>(codes[i] - zero);
    q[i] = (k + offset) * step + 0.0f;
  }
}

void dequantize_book(const std::uint16_t* codes, std::size_t n, const float* levels, float scale, float* q) {
  for (std::size_t i = 0; i < n; ++i) q[i] = levels[codes[i]] * scale + 0.0f;
}

}  // namespace halfstep
