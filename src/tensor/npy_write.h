#pragma once
#include <cstdint>
#include <vector>

#include "tensor/tensor.h"

namespace halfstep {

// What precedes the elements of a version 1.0 .npy file of little-endian float32 in C order:
// magic, length and dictionary, padded to a multiple of 64 bytes. At most 64 axes.
std::vector<std::uint8_t> npy_header(const Shape& shape);

}  // namespace halfstep
