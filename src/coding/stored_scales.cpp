#include "coding/stored_scales.h"

#include <algorithm>
#include <cfloat>

#include "coding/bytes.h"
#include "kernels/half.h"
#include "quantizers/grids.h"
#include "quantizers/minifloat.h"
#include "quantizers/scales.h"

namespace halfstep {

namespace {

constexpr std::uint8_t kZeroScale = 255;  // OCP's NaN: no scale is

std::uint8_t to_e8m0(float scale) {
  return scale == 0 ? kZeroScale : static_cast<std::uint8_t>(bits_of(scale) >> 23);
}

float from_e8m0(std::uint8_t byte) {
  if (byte == kZeroScale) return 0;
  return byte == 0 ? 0x1p-127f : float_of(std::uint32_t{byte} << 23);
}

}  // namespace

std::uint64_t stored_scale_bytes(ScaleType type, std::uint64_t count) {
  return static_cast<std::uint64_t>(scale_bits(type, static_cast<std::size_t>(count)) / 8);
}

void pack_scales(ScaleType type, std::span<const float> ideal, std::span<const float> stored,
                 std::span<std::uint8_t> out) {
  const auto each = [&](std::size_t bytes, auto&& put) {
    for (std::size_t i = 0; i < stored.size(); ++i) put(&out[i * bytes], stored[i]);
  };
  switch (type) {
    case ScaleType::Float32:
      return each(4, [](std::uint8_t* at, float scale) { store_word(at, bits_of(scale)); });
    case ScaleType::Float16:
      return each(2, store_half);
    case ScaleType::E8m0:
    case ScaleType::E8m0Ceil:
      return each(1, [](std::uint8_t* at, float scale) { *at = to_e8m0(scale); });
    case ScaleType::E4m3: {
      const float unit =
          std::max(*std::max_element(ideal.begin(), ideal.end()) / 448, FLT_TRUE_MIN);
      store_word(out.data(), bits_of(unit));
      out = out.subspan(4);
      return each(1, [&](std::uint8_t* at, float scale) {
        *at = static_cast<std::uint8_t>(encode(kE4m3, scale / unit, true));
      });
    }
    case ScaleType::Nested: {
      const std::size_t codes = out.size() - stored.size();
      return double_quantized(ideal, dynamic_map(),
                              [&](std::size_t i, std::size_t code, float absmax, float mean) {
                                store_word(out.data(), bits_of(mean));
                                store_word(&out[4 + i / kScalesABlock * 4], bits_of(absmax));
                                out[codes + i] = static_cast<std::uint8_t>(code);
                              });
    }
    default:
      return;
  }
}

bool unpack_scales(ScaleType type, std::span<const std::uint8_t> bytes, std::span<float> scales) {
  const auto word = [&](std::size_t i) { return float_of(load_word(&bytes[4 * i])); };
  const bool nested = type == ScaleType::Nested;
  const Codebook map = nested ? dynamic_map() : Codebook();
  const float first = nested || type == ScaleType::E4m3 ? word(0) : 1;
  const std::span<const std::uint8_t> codes = bytes.last(std::min(bytes.size(), scales.size()));
  for (std::size_t i = 0; i < scales.size(); ++i) {
    float scale = 1;
    switch (type) {
      case ScaleType::Float32:
        scale = word(i);
        break;
      case ScaleType::Float16:
        scale = load_half(&bytes[2 * i]);
        break;
      case ScaleType::E8m0:
      case ScaleType::E8m0Ceil:
        scale = from_e8m0(codes[i]);
        break;
      case ScaleType::E4m3:
        scale = decode(kE4m3, codes[i]) * first;
        break;
      case ScaleType::Nested:
        scale = map.levels[codes[i]] * word(1 + i / kScalesABlock) + first;
        if (scale < 0) scale = 0;
        break;
      default:
        break;
    }
    if (!(scale >= 0 && scale <= FLT_MAX)) return false;
    scales[i] = scale;
  }
  return true;
}

}  // namespace halfstep
