#include "quantizers/blocks/layout.h"

#include "kernels/half.h"

namespace halfstep::blocks {

namespace {

// Each of a plane's fields: its weight, its byte and its place in the byte.
template <typename Each>
void each_field(const Plane& plane, int weights, Each&& each) {
  const int length = plane.chunk * plane.bits / 8;
  for (int start = 0, byte = plane.offset; start < weights; start += plane.chunk, byte += length) {
    for (int i = 0, shift = 0; i < plane.chunk; i += length, shift += plane.bits) {
      for (int j = 0; j < length; ++j) each(start + i + j, byte + j, shift);
    }
  }
}

// SixPairs: parts 0–3 have their 6 bits in one byte each; parts 4–7 have 4 bits in bytes 8–11, and
// their upper 2 in the tops of the first four parts' bytes.
struct Pair {
  int low_byte, low_shift, top_byte;  // top_byte < 0 where there is none
};
Pair pair(int part, bool min) {
  if (part < 4) return {part + (min ? 4 : 0), 0, -1};
  return {part + 4, min ? 4 : 0, part - (min ? 0 : 4)};
}

int load_pair(const std::uint8_t* bytes, const Pair& at) {
  if (at.top_byte < 0) return bytes[at.low_byte] & 63;
  return (bytes[at.low_byte] >> at.low_shift & 15) | bytes[at.top_byte] >> 6 << 4;
}

void store_pair(std::uint8_t* bytes, const Pair& at, int value) {
  const int low = at.top_byte < 0 ? value : value & 15;
  bytes[at.low_byte] = static_cast<std::uint8_t>(bytes[at.low_byte] | low << at.low_shift);
  if (at.top_byte >= 0)
    bytes[at.top_byte] = static_cast<std::uint8_t>(bytes[at.top_byte] | value >> 4 << 6);
}

// Six and SixSplit: 4 low bits and 2 high bits of part i.
struct Split {
  int low_byte, low_shift, high_byte, high_shift;
};
Split split(Scales kind, int part) {
  if (kind == Scales::Six) return {part % 8, part / 8 * 4, 8 + part % 4, part / 4 * 2};
  return {2 + part / 2, part % 2 * 4, part / 4, part % 4 * 2};
}

}  // namespace

void load_scales(const Layout& layout, int parts, const std::uint8_t* bytes, Parts& to) {
  const std::uint8_t* at = bytes + layout.scales;
  to.d = layout.kind == Scales::Power ? power_scale(bytes[layout.d]) : load_half(bytes + layout.d);
  const bool min = layout.kind == Scales::OneAndMin || layout.kind == Scales::Nibbles ||
                   layout.kind == Scales::SixPairs;
  to.m = min ? load_half(bytes + layout.d + 2) : 0;
  for (int i = 0; i < parts; ++i) {
    int scale = 1, least = layout.kind == Scales::OneAndMin ? -1 : 0;
    if (layout.kind == Scales::Nibbles) {
      scale = at[i] & 15;
      least = at[i] >> 4;
    } else if (layout.kind == Scales::SixPairs) {
      scale = load_pair(at, pair(i, false));
      least = load_pair(at, pair(i, true));
    } else if (layout.kind == Scales::Bytes) {
      scale = static_cast<std::int8_t>(at[i]);
    } else if (layout.kind == Scales::Six || layout.kind == Scales::SixSplit) {
      const Split six = split(layout.kind, i);
      scale = ((at[six.low_byte] >> six.low_shift & 15) | (at[six.high_byte] >> six.high_shift & 3)
                                                              << 4) -
              32;
    }
    to.scale[i] = static_cast<std::int16_t>(scale);
    to.min[i] = static_cast<std::int16_t>(least);
  }
}

void store_scales(const Layout& layout, int parts, const Parts& from, std::uint8_t* bytes) {
  std::uint8_t* at = bytes + layout.scales;
  store_half(bytes + layout.d, from.d);
  if (layout.kind == Scales::Nibbles || layout.kind == Scales::SixPairs)
    store_half(bytes + layout.d + 2, from.m);
  for (int i = 0; i < parts; ++i) {
    if (layout.kind == Scales::Nibbles) {
      at[i] = static_cast<std::uint8_t>(from.scale[i] | from.min[i] << 4);
    } else if (layout.kind == Scales::SixPairs) {
      store_pair(at, pair(i, false), from.scale[i]);
      store_pair(at, pair(i, true), from.min[i]);
    } else if (layout.kind == Scales::Bytes) {
      at[i] = static_cast<std::uint8_t>(from.scale[i]);
    } else if (layout.kind == Scales::Six || layout.kind == Scales::SixSplit) {
      const Split six = split(layout.kind, i);
      const int value = from.scale[i] + 32;
      at[six.low_byte] =
          static_cast<std::uint8_t>(at[six.low_byte] | (value & 15) << six.low_shift);
      at[six.high_byte] =
          static_cast<std::uint8_t>(at[six.high_byte] | value >> 4 << six.high_shift);
    }
  }
}

void load_codes(const Layout& layout, int weights, const std::uint8_t* bytes,
                std::uint16_t* codes) {
  each_field(layout.low, weights, [&](int i, int byte, int shift) {
    codes[i] = static_cast<std::uint16_t>(bytes[byte] >> shift & ((1 << layout.low.bits) - 1));
  });
  if (layout.high.bits == 0) return;
  each_field(layout.high, weights, [&](int i, int byte, int shift) {
    const int high = bytes[byte] >> shift & ((1 << layout.high.bits) - 1);
    codes[i] = static_cast<std::uint16_t>(codes[i] | high << layout.low.bits);
  });
}

void store_codes(const Layout& layout, int weights, const std::uint8_t* codes,
                 std::uint8_t* bytes) {
  each_field(layout.low, weights, [&](int i, int byte, int shift) {
    bytes[byte] =
        static_cast<std::uint8_t>(bytes[byte] | (codes[i] & ((1 << layout.low.bits) - 1)) << shift);
  });
  if (layout.high.bits == 0) return;
  each_field(layout.high, weights, [&](int i, int byte, int shift) {
    bytes[byte] = static_cast<std::uint8_t>(bytes[byte] | codes[i] >> layout.low.bits << shift);
  });
}

}  // namespace halfstep::blocks
