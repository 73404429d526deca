#include "quantizers/blocks/ternary.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/half.h"

namespace halfstep::blocks {

namespace {

constexpr int kWeights = 256, kTritBytes = 52;

// Runs of bytes: byte j of a run of L holds the weights first + j, first + j + L ….
struct Run {
  int byte, length, first, trits;
};
constexpr Run kRuns[] = {{0, 32, 0, 5}, {32, 16, 160, 5}, {48, 4, 240, 4}};

// The codes of a block, and its scale.
float nearest_trits(const float* x, std::uint8_t* codes) {
  float largest = 0;
  for (int i = 0; i < kWeights; ++i) largest = std::max(largest, std::fabs(x[i]));
  const float inverse = finite_inverse(largest);
  for (int i = 0; i < kWeights; ++i) {
    const float v = x[i] * inverse;
    codes[i] = static_cast<std::uint8_t>(1 + (v >= 0.5f) - (v <= -0.5f));
  }
  return largest;
}

}  // namespace

void load_trits(const std::uint8_t* bytes, std::uint16_t* codes) {
  for (const Run& run : kRuns) {
    for (int j = 0; j < run.length; ++j) {
      std::uint8_t fraction = bytes[run.byte + j];
      for (int t = 0; t < run.trits; ++t) {
        const int thrice = fraction * 3;
        codes[run.first + t * run.length + j] = static_cast<std::uint16_t>(thrice >> 8);
        fraction = static_cast<std::uint8_t>(thrice);
      }
    }
  }
}

void store_trits(const std::uint8_t* codes, std::uint8_t* bytes) {
  for (const Run& run : kRuns) {
    for (int j = 0; j < run.length; ++j) {
      int number = 0;
      for (int t = 0; t < 5; ++t)
        number = 3 * number + (t < run.trits ? codes[run.first + t * run.length + j] : 0);
      // Rounded up, so that the trits come back as whole parts of the fraction times 3, 9 ….
      bytes[run.byte + j] = static_cast<std::uint8_t>((number * 256 + 242) / 243);
    }
  }
}

void encode_tq1_0(const float* x, std::size_t blocks, std::uint8_t* bytes) {
  for (; blocks-- > 0; x += kWeights, bytes += kTritBytes + 2) {
    std::uint8_t codes[kWeights];
    store_half(bytes + kTritBytes, nearest_trits(x, codes));
    store_trits(codes, bytes);
  }
}

void encode_tq2_0(const float* x, std::size_t blocks, std::uint8_t* bytes) {
  for (; blocks-- > 0; x += kWeights, bytes += kWeights / 4 + 2) {
    std::uint8_t codes[kWeights];
    store_half(bytes + kWeights / 4, nearest_trits(x, codes));
    for (int j = 0; j < kWeights / 4; ++j) {
      const std::uint8_t* c = codes + j / 32 * 128 + j % 32;
      bytes[j] = static_cast<std::uint8_t>(c[0] | c[32] << 2 | c[64] << 4 | c[96] << 6);
    }
  }
}

}  // namespace halfstep::blocks
