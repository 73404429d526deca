#pragma once
// Pieces of the sentences a person reads about a file.
#include <string>
#include <string_view>

#include "tensor/tensor.h"

namespace halfstep {

// “name”, safe inside one line: at most 60 characters, control characters and bytes that are not
// UTF-8 as “?”.
std::string quoted(std::string_view name);

// "3 × 4", "5", or "()" for a scalar; the first 8 axes.
std::string spell_shape(const Shape& shape);

// ASCII letters in lower case, all else as it is.
std::string lower_case(std::string_view text);

// "1 byte", "24 bytes".
std::string spell_bytes(std::uint64_t bytes);

}  // namespace halfstep
