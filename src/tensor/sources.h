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
  std::string_view name;    // the flag and URL word: "df", "beta", ...
  std::string_view label;   // for a person
  std::string_view unit;    // may be empty
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
  std::uint64_t count = 1000000;
  std::uint64_t seed = 1;
  double scale = 1;            // multiplies the source's standard form
  std::uint64_t channels = 1;  // rows of the tensor: the largest divisor of count not above this
  // One value a parameter, in the table's order; missing ones take their initial value.
  std::vector<double> parameters;
};

// A validated source, ready to be asked for any stretch of its weights.
class Source {
 public:
  static Result<Source> make(const SourceSpec& spec);
  // [count] for one channel, else [channels, count / channels].
  const Shape& shape() const { return shape_; }
  // Weights begin … begin + out.size() − 1. Any split into stretches gives the same weights.
  void fill(std::uint64_t begin, std::span<float> out) const;
  // h(X) in bits in closed form, NaN where the source has none.
  double differential_entropy_bits() const;

 private:
  SourceSpec spec_;
  Shape shape_;
};

}  // namespace halfstep
