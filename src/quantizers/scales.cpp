#include "quantizers/scales.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdint>

#include "quantizers/grids.h"
#include "quantizers/minifloat.h"
#include "tensor/math.h"

namespace halfstep {

namespace {

// e of value = m·2^e with 1 ≤ m < 2, of a normal number.
int exponent(double value) { return static_cast<int>(__builtin_bit_cast(std::uint64_t, value) >> 52 & 0x7FF) - 1023; }

using portable::power_of_two;  // ldexp takes longer than all else about a scale

// Scales of float32 for many symmetric ranges.
void ideal_scales(std::span<const Interval> ranges, float top, std::span<float> scales) {
  // A quotient of two float32 is rounded alike by way of double, as long as nothing is near the ends of float32.
  float least = INFINITY, most = 0;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    scales[i] = ranges[i].high / top;
    least = std::min(least, ranges[i].high > 0 ? scales[i] : INFINITY);
    most = std::max(most, scales[i]);
  }
  if (least > 0x1p-100f && most < 0x1p100f / top && top > 0x1p-20f) return;
  for (std::size_t i = 0; i < ranges.size(); ++i) scales[i] = stored_scale(ScaleType::Float32, ranges[i].high, top);
}

}  // namespace

float representable_scale(double ideal, double largest) {
  if (ideal == 0) return 0;
  if (ideal > 0x1p-100 && ideal * largest < 0x1p100) return static_cast<float>(ideal);
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
    if (type == ScaleType::E8m0Ceil && top * power_of_two(e) < reach) ++e;
    while (top * power_of_two(e) > static_cast<double>(FLT_MAX)) --e;
    return static_cast<float>(power_of_two(std::clamp(e, -127, 127)));
  }
  const float scale = representable_scale(reach / top, top);
  if (type != ScaleType::Float16) return scale;
  return std::clamp(decode(kFp16, encode(kFp16, scale, true)), 0x1p-24f, 65504.0f);
}

void store_shared(ScaleType type, std::span<float> scales, double largest) {
  if (type == ScaleType::Nested) {
    double_quantize(scales, scales);
    // What comes back below zero would turn its weights round.
    for (float& scale : scales) scale = representable_scale(static_cast<double>(std::max(scale, 0.0f)), largest);
    return;
  }
  const float unit = std::max(*std::max_element(scales.begin(), scales.end()) / 448, FLT_TRUE_MIN);
  for (float& scale : scales) scale = nearest_value(kE4m3.shape(), scale / unit, 448) * unit;
}

void store_scales(ScaleType type, std::span<const Interval> ranges, float top, std::span<float> scratch,
                  std::span<GroupScale> stored) {
  const bool shared = is_shared(type), own_range = type == ScaleType::Float32, apart = chosen_before(type);
  if (shared || own_range) {
    ideal_scales(ranges, top, scratch);
  } else {
    for (std::size_t i = 0; i < ranges.size(); ++i) scratch[i] = stored_scale(type, ranges[i].high, top);
  }
  for (std::size_t i = 0; i < ranges.size(); ++i) stored[i].own = scratch[i];
  if (shared) store_shared(type, scratch, static_cast<double>(top));
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    // Weights that are all zero are so under any scale.
    const bool own = apart && stored[i].own > 0;
    stored[i] = {scratch[i], own_range || own ? ranges[i].high : top * scratch[i], own ? stored[i].own : scratch[i]};
  }
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
