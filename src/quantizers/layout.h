#pragma once
// Which weights share a scale: consecutive stretches, in the tensor's order.
#include <cstddef>
#include <cstdint>

#include "request.h"
#include "tensor/tensor.h"

namespace halfstep {

// Rows of `row` weights, each cut into groups of `group` with a shorter last one where it does not divide.
class Layout {
 public:
  Layout(std::size_t count, const Shape& shape, const Granularity& granularity) : count_(count) {
    if (count == 0) return;
    switch (granularity.kind) {
      case GranularityKind::Tensor: row_ = group_ = count; break;
      case GranularityKind::Channel: row_ = group_ = shape.empty() ? count : count / shape.front(); break;
      case GranularityKind::Group:
      case GranularityKind::Block:
        row_ = shape.empty() || granularity.kind == GranularityKind::Block ? count : static_cast<std::size_t>(shape.back());
        group_ = granularity.group < row_ ? static_cast<std::size_t>(granularity.group) : row_;
    }
    per_row_ = (row_ + group_ - 1) / group_;
  }

  // Weights of a segment where all have as many but for the tensor's last one; else 0.
  std::size_t even() const { return row_ % group_ == 0 || row_ == count_ ? group_ : 0; }
  std::size_t segments() const { return count_ == 0 ? 0 : count_ / row_ * per_row_; }
  std::size_t segment_of(std::size_t weight) const { return weight / row_ * per_row_ + weight % row_ / group_; }
  std::size_t begin(std::size_t segment) const { return segment / per_row_ * row_ + segment % per_row_ * group_; }
  std::size_t end(std::size_t segment) const {
    const std::size_t row_end = (segment / per_row_ + 1) * row_;
    const std::size_t group_end = begin(segment) + group_;
    return group_end < row_end ? group_end : row_end;
  }

 private:
  std::size_t count_ = 0, row_ = 1, group_ = 1, per_row_ = 1;
};

}  // namespace halfstep
