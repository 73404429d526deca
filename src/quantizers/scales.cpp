#include "quantizers/scales.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

#include "quantizers/grids.h"
#include "quantizers/minifloat.h"

namespace halfstep {

namespace {

// e of value = m·2^e with 1 ≤ m < 2.
int exponent(double value) {
  int e;
  std::frexp(value, &e);
  return e - 1;
}

float power_of_two(int e) { return static_cast<float>(std::ldexp(1.0, std::clamp(e, -127, 127))); }

}  // namespace

float representable_scale(double ideal, double largest) {
  if (ideal == 0) return 0;
  float scale = ideal >= static_cast<double>(FLT_MAX) ? FLT_MAX : static_cast<float>(ideal);
  scale = std::clamp(scale, FLT_TRUE_MIN, FLT_MAX / static_cast<float>(largest));
  while (!std::isfinite(static_cast<float>(largest) * scale)) scale = std::nextafter(scale, 0.0f);
  return scale;
}

bool is_shared(ScaleType type) { return type == ScaleType::E4m3 || type == ScaleType::Nested; }

float stored_scale(ScaleType type, double reach, double top) {
  if (type == ScaleType::None) return 1;
  if (reach == 0) return 0;
  if (type == ScaleType::E8m0 || type == ScaleType::E8m0Ceil) {
    int e = exponent(reach) - exponent(top);
    if (type == ScaleType::E8m0Ceil && std::ldexp(top, e) < reach) ++e;
    while (std::ldexp(top, e) > static_cast<double>(FLT_MAX)) --e;
    return power_of_two(e);
  }
  const float scale = representable_scale(reach / top, top);
  if (type != ScaleType::Float16) return scale;
  return std::clamp(decode(kFp16, encode(kFp16, scale, true)), 0x1p-24f, 65504.0f);
}

void store_shared(ScaleType type, std::span<float> scales) {
  if (type == ScaleType::Nested) {
    double_quantize(scales, scales);
    // What comes back below zero would turn its weights round.
    for (float& scale : scales) scale = std::max(scale, 0.0f);
    return;
  }
  const float largest = *std::max_element(scales.begin(), scales.end());
  const float unit = std::max(largest / 448, FLT_TRUE_MIN);
  for (float& scale : scales) scale = decode(kE4m3, encode(kE4m3, scale / unit, true)) * unit;
}

double scale_bits(ScaleType type, std::size_t count) {
  const double n = static_cast<double>(count);
  switch (type) {
    case ScaleType::Float32: return 32 * n;
    case ScaleType::Float16: return 16 * n;
    case ScaleType::E8m0:
    case ScaleType::E8m0Ceil: return 8 * n;
    case ScaleType::E4m3: return 8 * n + 32;
    case ScaleType::Nested: return double_quantized_bits(count);
    case ScaleType::None: break;
  }
  return 0;
}

}  // namespace halfstep
