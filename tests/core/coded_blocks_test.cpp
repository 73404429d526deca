// Blocks taken apart into codes and the bytes beside them: every format of the table, from any bytes.
#include "coding/coded_blocks.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "blocks_weights.h"

using namespace halfstep;
using namespace blocks_test;

namespace {

using Bytes = std::vector<std::uint8_t>;

// Random bytes, and those of weights of many kinds.
std::vector<Bytes> blocks_of(const BlockCodec& codec) {
  std::vector<Bytes> all{random_bytes(300 * static_cast<std::size_t>(codec.bytes), 11)};
  for (const std::string_view name : kTensors) all.push_back(encoded(codec, tensor(name)));
  all.push_back(encoded(codec, std::vector<float>(256)));
  return all;
}

// A zero of either sign is +0.
std::vector<std::uint32_t> bits_but_zeros(std::vector<float> x) {
  for (float& v : x) v += 0.0f;
  return bits(x);
}

}  // namespace

TEST_CASE("coded blocks: codes and the bytes beside them, joined, decode as the block did, to the bit but a zero's sign") {
  for (const BlockCodec& codec : block_codecs()) {
    CAPTURE(codec.name);
    const auto weights = static_cast<std::size_t>(codec.weights), size = static_cast<std::size_t>(codec.bytes),
               beside = static_cast<std::size_t>(codec.side_bytes);
    for (const Bytes& bytes : blocks_of(codec)) {
      const std::size_t count = bytes.size() / size;
      std::vector<std::uint16_t> codes(count * weights);
      Bytes side(count * beside, 0x5A), joined(bytes.size(), 0xA5), again(beside + 1, 0xC3);
      for (std::size_t b = 0; b < count; ++b) {
        BlockView view;
        codec.open(&bytes[b * size], view);
        std::copy_n(view.codes, weights, &codes[b * weights]);
        codec.side(&bytes[b * size], &side[b * beside]);
        codec.join(&side[b * beside], &codes[b * weights], &joined[b * size]);
        codec.side(&joined[b * size], again.data());
        CHECK(std::equal(again.begin(), again.end() - 1, &side[b * beside]));
        CHECK(again[beside] == 0xC3);
      }
      std::vector<float> x = decoded(codec, bytes);
      CHECK(bits_but_zeros(decoded(codec, joined)) == bits_but_zeros(x));
      // A last block that is not full, and no value beyond it; here every zero is +0.
      x.resize(x.size() - 3);
      std::vector<float> values(x.size() + 1, 77);
      join_blocks(codec, std::span(codes).first(x.size()), side, std::span(values).first(x.size()));
      CHECK(values.back() == 77);
      values.pop_back();
      CHECK(bits(values) == bits_but_zeros(x));
    }
  }
}

TEST_CASE("coded blocks: codes rise with the weights they stand for wherever their scale is positive") {
  for (const BlockCodec& codec : block_codecs()) {
    CAPTURE(codec.name);
    const auto weights = static_cast<std::size_t>(codec.weights), part = static_cast<std::size_t>(codec.part);
    std::set<int> seen;
    std::size_t wrong = 0, apart = 0;
    for (const Bytes& bytes : blocks_of(codec)) {
      const std::vector<float> x = decoded(codec, bytes);
      BlockView view;
      for (std::size_t begin = 0; begin < x.size(); begin += part) {
        const std::size_t at = begin % weights;
        if (at == 0) codec.open(&bytes[begin / weights * static_cast<std::size_t>(codec.bytes)], view);
        if (!(view.scales[at / part] > 0)) continue;
        std::vector<std::pair<int, float>> pairs;
        for (std::size_t i = 0; i < part; ++i) {
          if (std::isfinite(x[begin + i])) pairs.emplace_back(view.codes[at + i], x[begin + i]);
        }
        // By code, and of one code by value.
        std::sort(pairs.begin(), pairs.end());
        for (std::size_t i = 0; i < pairs.size(); ++i) {
          seen.insert(pairs[i].first);
          if (i == 0) continue;
          const bool one = pairs[i - 1].first == pairs[i].first;
          const float below = pairs[i - 1].second, above = pairs[i].second;
          // Beside a large offset two codes may have one value.
          wrong += one ? below != above : view.offsets[at / part] != 0 ? below > above
                                                                       : below >= above;
          apart += !one;
        }
      }
    }
    CHECK(wrong == 0);
    CHECK(apart > 100);
    CHECK(seen.size() == codec.levels.size());
    CHECK(*seen.rbegin() == static_cast<int>(codec.levels.size()) - 1);
  }
}
