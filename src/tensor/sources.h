#pragma once
// Seeded sources of weights: the same float32 values for a seed in every browser, in Node and natively.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "result.h"
#include "tensor/tensor.h"

namespace halfstep {

// One number a source takes beside count, seed and scale.
struct SourceParameter {
  std::string_view name;   // the flag and URL word: "df", "beta", ...
  std::string_view label;  // for a person
  std::string_view unit;   // may be empty
  double initial, low, high, step;
};

// A row of the table of sources.
struct SourceInfo {
  std::string_view name;   // "normal", "laplace", "uniform", "logistic", "student", "gennormal", "mixture", "layer", "ramp", "constant"
  std::string_view label;  // for a person
  std::span<const SourceParameter> parameters;
};
std::span<const SourceInfo> sources();

struct SourceSpec {
  std::string name = "normal";
  std::uint64_t count = 1000000;  // 1 … 1,000,000,000
  std::uint64_t seed = 1;
  // Multiplies the source's standard form, which has variance 1 for normal, laplace, uniform, logistic,
  // gennormal and mixture, is the textbook t for student, runs from −1 to 1 for ramp, is 1 for constant,
  // and for layer is a normal of variance 1 times its channel's gain. As float32 neither 0 nor ∞; a weight beyond
  // float32 is ±∞.
  double scale = 1;
  // Rows of the tensor: the largest divisor of count not above this. For layer 1 means 64.
  std::uint64_t channels = 1;
  // One value a parameter, in the table's order; missing ones take their initial value.
  std::vector<double> parameters;
};

// A validated source, ready to be asked for any stretch of its weights.
class Source {
 public:
  // An unknown name, a count, scale, channels or parameter beyond its bounds, or too many parameters
  // is an error.
  static Result<Source> make(const SourceSpec& spec);
  // [count] for one channel, else [channels, count / channels].
  const Shape& shape() const { return shape_; }
  // Weights begin … begin + out.size() − 1. Any split into stretches gives the same weights.
  void fill(std::uint64_t begin, std::span<float> out) const;
  // h(X) in bits in closed form, NaN where the source has none.
  double differential_entropy_bits() const;

 private:
  Source() = default;

  const struct SourceLaw* law_ = nullptr;  // its row of the table
  SourceSpec spec_;
  Shape shape_;
};

}  // namespace halfstep
