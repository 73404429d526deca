#pragma once
// Weights that make quantizers stumble, and memory that shows a read past its end.
#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "request.h"

namespace inputs {

inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
inline constexpr float kInf = std::numeric_limits<float>::infinity();
inline constexpr halfstep::Rounding kRoundings[] = {
    halfstep::Rounding::Nearest,           halfstep::Rounding::HalfAway,         halfstep::Rounding::Floor,
    halfstep::Rounding::Stochastic,        halfstep::Rounding::DitherUniform,    halfstep::Rounding::DitherTriangular,
    halfstep::Rounding::SubtractiveUniform, halfstep::Rounding::SubtractiveTriangular};

// Weights that end where their malloc block ends, `shift` floats after a 16-byte boundary.
class AtTheEnd {
 public:
  explicit AtTheEnd(std::span<const float> values, std::size_t shift = 0)
      : block_(static_cast<float*>(std::malloc((shift + values.size()) * sizeof(float) + (values.empty() ? 1 : 0)))),
        values_(block_ + shift) {
    if (!block_) throw std::bad_alloc();
    if (!values.empty()) std::memcpy(values_, values.data(), values.size_bytes());
  }
  AtTheEnd(const AtTheEnd&) = delete;
  AtTheEnd& operator=(const AtTheEnd&) = delete;
  ~AtTheEnd() { std::free(block_); }
  float* data() { return values_; }

 private:
  float* block_;
  float* values_;
};

// Deviates of our own making, so that a seed means the same everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  double uniform() { return (static_cast<double>(engine_() >> 12) + 0.5) * 0x1p-52; }
  double normal() { return std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185307179586 * uniform()); }
  double laplace() {
    const double u = uniform() - 0.5;
    return std::copysign(std::log(1 - 2 * std::fabs(u)), -u) * 0.7071067811865476;
  }

 private:
  std::mt19937_64 engine_;
};

inline std::vector<float> normal(std::size_t n, std::uint64_t seed, double sigma = 1, double mean = 0) {
  Random random(seed);
  std::vector<float> x(n);
  for (float& value : x) value = static_cast<float>(mean + sigma * random.normal());
  return x;
}

inline std::vector<float> laplace(std::size_t n, std::uint64_t seed, double sigma = 1) {
  Random random(seed);
  std::vector<float> x(n);
  for (float& value : x) value = static_cast<float>(sigma * random.laplace());
  return x;
}

struct Named {
  std::string name;
  std::vector<float> x;
};

// n weights of each kind, made for a quantizer of this step with about `levels` levels on each side.
inline std::vector<Named> around(float step, double levels, std::size_t n, std::uint64_t seed) {
  Random random(seed);
  const double spread = static_cast<double>(step == 0 ? 1 : step) * levels;
  const auto make = [&](auto&& each) {
    std::vector<float> x(n);
    for (std::size_t i = 0; i < n; ++i) {
      x[i] = static_cast<float>(std::clamp<double>(each(i), -static_cast<double>(FLT_MAX), static_cast<double>(FLT_MAX)));
    }
    return x;
  };
  std::vector<Named> all;
  all.push_back({"normal", make([&](std::size_t) { return spread * 0.5 * random.normal(); })});
  all.push_back({"ties and their neighbours", make([&](std::size_t i) {
                   const double half_steps = std::floor((random.uniform() * 2.5 - 1.25) * 2 * levels);
                   const float tie = static_cast<float>(half_steps) * step / 2;
                   return i % 3 == 0 ? tie : std::nextafter(tie, i % 3 == 1 ? FLT_MAX : -FLT_MAX);
                 })});
  all.push_back({"signed zeros and denormals", make([&](std::size_t i) {
                   const float tiny = static_cast<float>(i % 7) * FLT_TRUE_MIN;
                   return i % 2 ? -tiny : tiny;
                 })});
  all.push_back({"the ends of float32", make([&](std::size_t i) {
                   constexpr float ends[] = {FLT_MAX, -FLT_MAX, FLT_MIN, -FLT_MIN, 1, -0.0f, FLT_TRUE_MIN};
                   return ends[i % std::size(ends)];
                 })});
  all.push_back({"outliers", make([&](std::size_t i) {
                   return spread * 0.3 * random.normal() * (i % 19 == 4 ? 1000 : 1);
                 })});
  all.push_back({"a constant", make([&](std::size_t) { return 0.37 * spread; })});
  return all;
}

}  // namespace inputs
