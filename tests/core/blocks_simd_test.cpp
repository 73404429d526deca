// The quick block formats: the SIMD kernels against the scalar truth, to the bit.
#include <doctest/doctest.h>

#include <algorithm>
#include <cfloat>

#include "blocks_weights.h"
#include "kernels/blocks.h"

using namespace halfstep;
using namespace blocks_test;

namespace {

struct Twins {
  const char* name;
  EncodeBlocks *scalar_encode, *simd_encode;
  DecodeBlocks *scalar_decode, *simd_decode;
};
const Twins kTwins[] = {
    {"q4_0", scalar_blocks::encode_q4_0, simd_blocks::encode_q4_0, scalar_blocks::decode_q4_0,
     simd_blocks::decode_q4_0},
    {"q4_1", scalar_blocks::encode_q4_1, simd_blocks::encode_q4_1, scalar_blocks::decode_q4_1,
     simd_blocks::decode_q4_1},
    {"q5_0", scalar_blocks::encode_q5_0, simd_blocks::encode_q5_0, scalar_blocks::decode_q5_0,
     simd_blocks::decode_q5_0},
    {"q5_1", scalar_blocks::encode_q5_1, simd_blocks::encode_q5_1, scalar_blocks::decode_q5_1,
     simd_blocks::decode_q5_1},
    {"q8_0", scalar_blocks::encode_q8_0, simd_blocks::encode_q8_0, scalar_blocks::decode_q8_0,
     simd_blocks::decode_q8_0},
    {"mxfp4", scalar_blocks::encode_mxfp4, simd_blocks::encode_mxfp4, scalar_blocks::decode_mxfp4,
     simd_blocks::decode_mxfp4},
};

// A block of one of many kinds: every scale of float32, ties, zeros of both signs, whole steps and
// their halves.
void fill(Random& r, float* x) {
  const int kind = static_cast<int>(r.draw() % 8),
            exponent = static_cast<int>(r.draw() % 253) - 126;
  const float scale = std::ldexp(1.0f, kind < 2 ? 0 : exponent);
  for (int i = 0; i < 32; ++i) {
    float v = r.normal();
    if (kind == 3) v = static_cast<float>(static_cast<int>(r.draw() % 65) - 32) * 0.5f;
    if (kind == 4) v = r.draw() % 2 ? 0.0f : -0.0f;
    if (kind == 5) v = r.draw() % 2 ? 1.0f : -1.0f;
    if (kind == 6) v = std::fabs(v);
    if (kind == 7) v = r.draw() % 3 == 0 ? 1.0f : r.draw() % 2 ? 0.0f : -0.0f;
    x[i] = std::clamp(v * scale, -FLT_MAX, FLT_MAX);
  }
  // Any finite bits at all.
  if (kind == 1) {
    for (int i = 0; i < 32; ++i) {
      const std::uint32_t any = r.draw() << 16 | r.draw();
      std::memcpy(x + i, &any, 4);
      if (!std::isfinite(x[i])) x[i] = 0;
    }
  }
}

}  // namespace

TEST_CASE("SIMD block encoders write the scalar truth's bytes") {
  for (const Twins& twins : kTwins) {
    CAPTURE(twins.name);
    const auto bytes = static_cast<std::size_t>(find_block_codec(twins.name)->bytes);
    Random r{42};
    constexpr std::size_t kBlocks = 20000;
    std::vector<float> x(32 * kBlocks);
    for (std::size_t b = 0; b < kBlocks; ++b) fill(r, &x[32 * b]);
    std::vector<std::uint8_t> scalar(kBlocks * bytes, 1), simd(kBlocks * bytes, 2);
    twins.scalar_encode(x.data(), kBlocks, scalar.data());
    twins.simd_encode(x.data(), kBlocks, simd.data());
    std::size_t different = 0;
    for (std::size_t b = 0; b < kBlocks; ++b) {
      if (std::equal(&scalar[b * bytes], &scalar[b * bytes] + bytes, &simd[b * bytes])) continue;
      if (different++ > 0) continue;
      CAPTURE(b);
      CAPTURE(x[32 * b]);
      CHECK(hex({&scalar[b * bytes], &scalar[b * bytes] + bytes}) ==
            hex({&simd[b * bytes], &simd[b * bytes] + bytes}));
    }
    CHECK(different == 0);
  }
}

TEST_CASE("SIMD block decoders read any bytes as the scalar truth does") {
  for (const Twins& twins : kTwins) {
    CAPTURE(twins.name);
    const auto bytes = static_cast<std::size_t>(find_block_codec(twins.name)->bytes);
    Random r{43};
    constexpr std::size_t kBlocks = 5000;
    std::vector<std::uint8_t> stored(kBlocks * bytes);
    for (std::uint8_t& b : stored) b = r.byte();
    std::vector<float> scalar(32 * kBlocks), simd(32 * kBlocks);
    twins.scalar_decode(stored.data(), kBlocks, scalar.data());
    twins.simd_decode(stored.data(), kBlocks, simd.data());
    CHECK(bits(scalar) == bits(simd));
  }
}
