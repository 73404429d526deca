#pragma once
// The codes of a coded tensor back to values.
#include <cstdint>
#include <span>

#include "coding/coded_header.h"

namespace halfstep {

// The codes of whole vectors, of other formats those of the weights alone.
std::uint64_t codes_in(const CodedHeader& header);

// One a scale, none where every scale is 1. Errors: what is no scale, no memory.
Result<Buffer<float>> steps_of(const CodedHeader& header);

// The values of codes below header.levels, the transform undone. Errors: a zero point or a code that is none, no memory.
Status values_of(const CodedHeader& header, std::span<const float> steps, std::span<const std::uint16_t> codes,
                 std::span<float> values);

}  // namespace halfstep
