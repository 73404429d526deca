#include "quantizers/blocks.h"

#include <cstring>
#include <utility>

#include "kernels/blocks.h"
#include "kernels/level_fit.h"
#include "quantizers/blocks/layout.h"
#include "quantizers/blocks/search.h"
#include "quantizers/blocks/ternary.h"

namespace halfstep {

namespace {

using blocks::Choice;
using blocks::Layout;
using blocks::Parts;
using blocks::Scales;

// −128 … 127: any run of them is the levels of a whole-number format.
struct Wholes {
  float values[256];
};
constexpr Wholes kWholes = [] {
  Wholes wholes{};
  for (int i = 0; i < 256; ++i) wholes.values[i] = static_cast<float>(i - 128);
  return wholes;
}();
constexpr std::span<const float> wholes(int low, int high) {
  return {kWholes.values + 128 + low, static_cast<std::size_t>(high - low + 1)};
}

// ggml's kvalues_iq4nl.
constexpr float kNonlinear[] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                1, 13, 25, 38, 53, 69, 89, 113};
// Ladder::nearest of them; midway the lower one.
struct Nearest {
  float levels[2 * (113 + 127) + 1];
};
constexpr Nearest kNearestNonlinear = [] {
  Nearest nearest{};
  int k = 0;
  for (int i = 0; i < static_cast<int>(std::size(nearest.levels)); ++i) {
    // Twice the middle of two levels is their sum.
    while (k < 15 && static_cast<float>(i) + 2 * kNonlinear[0] > kNonlinear[k] + kNonlinear[k + 1]) ++k;
    nearest.levels[i] = kNonlinear[k];
  }
  return nearest;
}();
// FP4 (OCP Microscaling, E2M1) twice over, so that half of the scale multiplies them; its two zeros
// are one level.
constexpr float kFp4[] = {-12, -8, -6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 8, 12};

// Codes as they are stored → as levels rise.
enum class Order : std::uint8_t { Rising,
                                  Signed,
                                  SignMagnitude,
                                  Trits };

// How many of a format's functions are its own; the layout and the search do the others.
struct Own {
  int count = 0;
  EncodeBlocks* encode = nullptr;
  DecodeBlocks* decode = nullptr;
};

// For formats that search: the whole numbers that scale a part.
struct Reach {
  int scale_low = 0, scale_high = 0, min_high = 0;
};

struct Format {
  std::string_view name;
  int weights, bytes, part;
  std::span<const float> levels;
  Layout layout;
  Order order = Order::Rising;
  Own own;
  Reach reach;
};

using enum Order;

// clang-format off
constexpr Format kFormats[] = {
    {"q4_0", 32, 18, 32, wholes(-8, 7), {Scales::One, 0, 0, {2, 4, 32}, {}},
     Rising, {2, simd_blocks::encode_q4_0, simd_blocks::decode_q4_0}, {}},
    {"q4_1", 32, 20, 32, wholes(0, 15), {Scales::OneAndMin, 0, 0, {4, 4, 32}, {}},
     Rising, {2, simd_blocks::encode_q4_1, simd_blocks::decode_q4_1}, {}},
    {"q5_0", 32, 22, 32, wholes(-16, 15), {Scales::One, 0, 0, {6, 4, 32}, {2, 1, 8}},
     Rising, {2, simd_blocks::encode_q5_0, simd_blocks::decode_q5_0}, {}},
    {"q5_1", 32, 24, 32, wholes(0, 31), {Scales::OneAndMin, 0, 0, {8, 4, 32}, {4, 1, 8}},
     Rising, {2, simd_blocks::encode_q5_1, simd_blocks::decode_q5_1}, {}},
    {"q8_0", 32, 34, 32, wholes(-128, 127), {Scales::One, 0, 0, {2, 8, 32}, {}},
     Signed, {2, simd_blocks::encode_q8_0, simd_blocks::decode_q8_0}, {}},
    {"q2_k", 256, 84, 16, wholes(0, 3), {Scales::Nibbles, 80, 0, {16, 2, 128}, {}},
     Rising, {}, {0, 15, 15}},
    {"q3_k", 256, 110, 16, wholes(-4, 3), {Scales::Six, 108, 96, {32, 2, 128}, {0, 1, 256}},
     Rising, {}, {-32, 31, 0}},
    {"q4_k", 256, 144, 32, wholes(0, 15), {Scales::SixPairs, 0, 4, {16, 4, 64}, {}},
     Rising, {}, {0, 63, 63}},
    {"q5_k", 256, 176, 32, wholes(0, 31), {Scales::SixPairs, 0, 4, {48, 4, 64}, {16, 1, 256}},
     Rising, {}, {0, 63, 63}},
    {"q6_k", 256, 210, 16, wholes(-32, 31), {Scales::Bytes, 208, 192, {0, 4, 128}, {128, 2, 128}},
     Rising, {}, {-128, 127, 0}},
    {"iq4_nl", 32, 18, 32, kNonlinear, {Scales::One, 0, 0, {2, 4, 32}, {}},
     Rising, {}, {1, 1, 0}},
    {"iq4_xs", 256, 136, 32, kNonlinear, {Scales::SixSplit, 0, 2, {8, 4, 32}, {}},
     Rising, {}, {-32, 31, 0}},
    {"tq1_0", 256, 54, 256, wholes(-1, 1), {Scales::One, 52, 0, {}, {}},
     Trits, {1, blocks::encode_tq1_0, nullptr}, {}},
    // The fourth code is read, but never written.
    {"tq2_0", 256, 66, 256, wholes(-1, 2), {Scales::One, 64, 0, {0, 2, 128}, {}},
     Rising, {1, blocks::encode_tq2_0, nullptr}, {}},
    {"mxfp4", 32, 17, 32, kFp4, {Scales::Power, 0, 0, {1, 4, 32}, {}},
     SignMagnitude, {2, simd_blocks::encode_mxfp4, simd_blocks::decode_mxfp4}, {}},
};
// clang-format on

void open_block(const Format& format, const std::uint8_t* bytes, BlockView& view) {
  if (format.order == Trits) {
    blocks::load_trits(bytes, view.codes);
  } else {
    blocks::load_codes(format.layout, format.weights, bytes, view.codes);
  }
  for (int i = 0; i < format.weights; ++i) {
    std::uint16_t& code = view.codes[i];
    if (format.order == Signed) code ^= 0x80;
    if (format.order == SignMagnitude)
      code = static_cast<std::uint16_t>(code & 8 ? 15 - code : 7 + code);
  }
  Parts parts;
  const int count = format.weights / format.part;
  blocks::load_scales(format.layout, count, bytes, parts);
  for (int p = 0; p < count; ++p) {
    view.scales[p] = parts.d * static_cast<float>(parts.scale[p]);
    view.offsets[p] = -(parts.m * static_cast<float>(parts.min[p]));
  }
}

// TQ1_0's codes stand before its scale.
constexpr int kTritBytes = 52;

constexpr bool is_code_byte(const Format& format, int byte) {
  if (format.order == Trits) return byte < kTritBytes;
  const auto within = [&](const blocks::Plane& plane) {
    return byte >= plane.offset && byte < plane.offset + format.weights * plane.bits / 8;
  };
  return within(format.layout.low) || within(format.layout.high);
}

constexpr int side_bytes(const Format& format) {
  int count = 0;
  for (int i = 0; i < format.bytes; ++i) count += !is_code_byte(format, i);
  return count;
}

void side_of(const Format& format, const std::uint8_t* bytes, std::uint8_t* side) {
  for (int i = 0; i < format.bytes; ++i) {
    if (!is_code_byte(format, i)) *side++ = bytes[i];
  }
}

void join_block(const Format& format, const std::uint8_t* side, const std::uint16_t* codes, std::uint8_t* bytes) {
  for (int i = 0; i < format.bytes; ++i) bytes[i] = is_code_byte(format, i) ? 0 : *side++;
  std::uint8_t stored[kMostBlockWeights];
  for (int i = 0; i < format.weights; ++i) {
    const auto code = static_cast<std::uint8_t>(codes[i]);
    stored[i] = format.order == Signed          ? code ^ 0x80
                : format.order != SignMagnitude ? code
                : code < 7                      ? 15 - code
                                                : code - 7;
  }
  if (format.order == Trits) {
    blocks::store_trits(stored, bytes);
  } else {
    blocks::store_codes(format.layout, format.weights, stored, bytes);
  }
}

void decode_blocks(const Format& format, const std::uint8_t* bytes, std::size_t count, float* x) {
  BlockView view;
  for (; count-- > 0; bytes += format.bytes, x += format.weights) {
    open_block(format, bytes, view);
    for (int i = 0, p = 0; i < format.weights; i += format.part, ++p) {
      expand_levels(view.codes + i, format.part, format.levels.data(), view.scales[p],
                    view.offsets[p], x + i);
    }
  }
}

void search_blocks(const Format& format, const float* x, std::size_t count, std::uint8_t* bytes) {
  const bool nonlinear = format.levels.data() == kNonlinear;
  const Choice choice{{format.levels.front(), format.levels.back(),
                       nonlinear ? kNonlinear : nullptr,
                       nonlinear ? kNearestNonlinear.levels : nullptr},
                      format.weights,
                      format.part,
                      format.reach.scale_low,
                      format.reach.scale_high,
                      format.reach.min_high};
  Parts parts;
  std::uint8_t codes[kMostBlockWeights];
  for (; count-- > 0; bytes += format.bytes, x += format.weights) {
    search_scales(choice, x, parts, codes);
    std::memset(bytes, 0, static_cast<std::size_t>(format.bytes));
    blocks::store_scales(format.layout, format.weights / format.part, parts, bytes);
    blocks::store_codes(format.layout, format.weights, codes, bytes);
  }
}

// A row's functions: its own, or those that read its layout. Counted, for some compilers take no
// address for a constant that is not null.
template <int kRow>
constexpr BlockCodec codec() {
  constexpr const Format& format = kFormats[kRow];
  BlockCodec row{format.name, format.weights, format.bytes, format.part,
                 format.levels, format.own.encode, format.own.decode, nullptr,
                 side_bytes(format), nullptr, nullptr};
  if constexpr (format.own.count < 1) {
    row.encode = [](const float* x, std::size_t n, std::uint8_t* bytes) {
      search_blocks(kFormats[kRow], x, n, bytes);
    };
  }
  if constexpr (format.own.count < 2) {
    row.decode = [](const std::uint8_t* bytes, std::size_t n, float* x) {
      decode_blocks(kFormats[kRow], bytes, n, x);
    };
  }
  row.open = [](const std::uint8_t* bytes, BlockView& view) {
    open_block(kFormats[kRow], bytes, view);
  };
  row.side = [](const std::uint8_t* bytes, std::uint8_t* side) { side_of(kFormats[kRow], bytes, side); };
  row.join = [](const std::uint8_t* side, const std::uint16_t* codes, std::uint8_t* bytes) {
    join_block(kFormats[kRow], side, codes, bytes);
  };
  return row;
}

template <std::size_t... kRows>
std::span<const BlockCodec> table(std::index_sequence<kRows...>) {
  static constexpr BlockCodec rows[] = {codec<kRows>()...};
  return rows;
}

}  // namespace

std::span<const BlockCodec> block_codecs() {
  return table(std::make_index_sequence<std::size(kFormats)>());
}

const BlockCodec* find_block_codec(std::string_view name) {
  for (const BlockCodec& codec : block_codecs()) {
    if (codec.name == name) return &codec;
  }
  return nullptr;
}

}  // namespace halfstep
