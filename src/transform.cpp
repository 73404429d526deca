#include "transform.h"

#include <algorithm>
#include <cmath>

#include "kernels/hadamard.h"
#include "lab.h"

namespace halfstep {

namespace {

Error no_memory() { return {"There is not enough memory left for the transformed weights."}; }

// The rms of each index of the last axis; 1 where that is 0, so that it can be divided by.
bool column_rms(std::span<const float> x, std::size_t columns, Buffer<float>& factors) {
  Buffer<double> sums;
  if (!factors.allocate(columns) || !sums.allocate(columns)) return false;
  std::fill_n(sums.data(), columns, 0.0);
  for (std::size_t begin = 0; begin < x.size(); begin += columns) {
    for (std::size_t j = 0; j < columns; ++j) sums[j] += static_cast<double>(x[begin + j]) * x[begin + j];
  }
  const double rows = static_cast<double>(x.size() / columns);
  for (std::size_t j = 0; j < columns; ++j) {
    const auto rms = static_cast<float>(std::sqrt(sums[j] / rows));
    factors[j] = rms > 0 ? rms : 1;
  }
  return true;
}

}  // namespace

Result<Transformed> Transformed::make(const Weights& weights, const Transform& transform, std::uint64_t seed) {
  Transformed made;
  made.transform_ = transform;
  made.seed_ = seed;
  made.weights_.shape = weights.shape;
  const std::span<const float> x = weights.x();
  if (!made.weights_.values.allocate(x.size())) return no_memory();
  const std::span<float> y = made.weights_.values.span();
  std::transform(x.begin(), x.end(), y.begin(), [](float value) { return std::isfinite(value) ? value : 0.0f; });
  if (transform.kind == TransformKind::Hadamard) {
    simd_rotation().rotate(y.data(), y.size(), {transform.block, seed}, 0, y.data());
  } else if (!x.empty()) {
    const std::size_t columns = weights.shape.empty() ? 1 : static_cast<std::size_t>(weights.shape.back());
    if (!column_rms(y, columns, made.factors_)) return no_memory();
    for (std::size_t i = 0; i < y.size(); ++i) y[i] /= made.factors_[i % columns];
  }
  if (Status examined = examine(made.weights_, kMeaningless); !examined) return Error{examined.error()};
  return made;
}

bool Transformed::is_of(const Transform& transform, std::uint64_t seed) const {
  return transform_ == transform && (transform.kind != TransformKind::Hadamard || seed_ == seed);
}

void undo(const Transform& transform, std::uint64_t seed, std::span<const float> factors, std::size_t begin,
          std::span<float> values) {
  if (transform.kind == TransformKind::Hadamard) {
    simd_rotation().unrotate(values.data(), values.size(), {transform.block, seed}, static_cast<std::uint32_t>(begin),
                             values.data());
    return;
  }
  for (std::size_t i = 0; i < values.size(); ++i) values[i] *= factors[(begin + i) % factors.size()];
}

double Transformed::error_factor() const {
  if (factors_.size() == 0) return 1;
  double sum = 0;
  for (const float factor : factors_.span()) sum += static_cast<double>(factor) * factor;
  return sum / static_cast<double>(factors_.size());
}

}  // namespace halfstep
