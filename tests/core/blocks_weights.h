#pragma once
// The weights of tests/reference/blocks.py, to the bit, and bytes as they are compared.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "quantizers/blocks.h"

namespace blocks_test {

// Knuth's 64-bit linear congruential generator; its top 16 bits.
struct Random {
  std::uint64_t state;
  std::uint32_t draw() {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::uint32_t>(state >> 48);
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(draw() >> 8); }
  // The sum of twelve uniforms less its mean: exact in float32.
  float normal() {
    int sum = -6 * 65535;
    for (int i = 0; i < 12; ++i) sum += static_cast<int>(draw());
    return static_cast<float>(sum) * 0x1p-16f;
  }
};

inline std::vector<std::uint8_t> random_bytes(std::size_t count, std::uint64_t seed) {
  Random r{seed};
  std::vector<std::uint8_t> bytes(count);
  for (std::uint8_t& b : bytes) b = r.byte();
  return bytes;
}

inline constexpr std::string_view kTensors[] = {"normal",  "laplace", "student",
                                                "outlier", "small",   "shifted"};

inline std::vector<float> tensor(std::string_view name, std::size_t count = 4096) {
  std::uint64_t seed = 1;
  while (kTensors[seed - 1] != name) ++seed;
  Random r{seed};
  std::vector<float> x(count);
  for (std::size_t i = 0; i < count; ++i) {
    const float z = r.normal();
    if (name == "normal") x[i] = z;
    if (name == "outlier") x[i] = i % 256 == 37 ? z * 1000 : z;
    if (name == "small") x[i] = z * 0x1p-6f;
    if (name == "shifted") x[i] = z + 3;
    if (name == "laplace") {
      const float b = r.normal(), c = r.normal();
      x[i] = c * std::sqrt(z * z + b * b);
    }
    if (name == "student") {
      const float a = r.normal(), b = r.normal(), c = r.normal(), d = r.normal();
      x[i] = z / std::sqrt((a * a + b * b + c * c + d * d) * 0.25f);
    }
  }
  return x;
}

inline std::vector<std::uint8_t> encoded(const halfstep::BlockCodec& codec,
                                         const std::vector<float>& x) {
  std::vector<std::uint8_t> bytes(x.size() / codec.weights * codec.bytes, 0xA5);
  codec.encode(x.data(), x.size() / codec.weights, bytes.data());
  return bytes;
}

inline std::vector<float> decoded(const halfstep::BlockCodec& codec,
                                  const std::vector<std::uint8_t>& bytes) {
  std::vector<float> x(bytes.size() / codec.bytes * codec.weights);
  codec.decode(bytes.data(), bytes.size() / codec.bytes, x.data());
  return x;
}

// The bits of a float, those of any NaN 7FC00000.
inline std::uint32_t bits(float x) {
  std::uint32_t b;
  std::memcpy(&b, &x, 4);
  return x == x ? b : 0x7FC00000u;
}
inline std::vector<std::uint32_t> bits(const std::vector<float>& x) {
  std::vector<std::uint32_t> b;
  for (const float value : x) b.push_back(bits(value));
  return b;
}

inline double mean_square_error(const std::vector<float>& x, const std::vector<float>& y) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    sum += (static_cast<double>(x[i]) - y[i]) * (static_cast<double>(x[i]) - y[i]);
  return sum / static_cast<double>(x.size());
}

inline std::string hex(const std::vector<std::uint8_t>& bytes) {
  std::string text;
  for (const std::uint8_t b : bytes) {
    text += "0123456789abcdef"[b >> 4];
    text += "0123456789abcdef"[b & 15];
  }
  return text;
}

}  // namespace blocks_test
