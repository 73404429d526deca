#pragma once
// What JavaScript asks of the core, as the core's words (web/core/module.ts).
#include <cstdint>

#include "bindings/values.h"
#include "request.h"
#include "result.h"
#include "tensor/sources.h"
#include "tensor/tensor.h"

namespace halfstep {

Shape read_shape(const val& array);
// An error for words that nobody knows.
Result<Request> read_request(const val& words);
SourceSpec read_source(const val& spec);

}  // namespace halfstep
