#pragma once
// What the formats that hold many tensors ask of their names and places.
#include <optional>
#include <string_view>
#include <vector>

#include "tensor/tensor.h"

namespace halfstep {

// A name that occurs more than once, if any does.
std::optional<std::string_view> first_repeated(std::vector<std::string_view> names);
std::optional<std::string_view> repeated_name(const std::vector<TensorEntry>& entries);

// By begin, then end, then name.
void sort_by_place(std::vector<TensorEntry>& entries);

}  // namespace halfstep
