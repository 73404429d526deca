#pragma once
// A segment as JavaScript sees it (web/core/module.ts).
#include "bindings/values.h"
#include "segment.h"

namespace halfstep {

val write(const Segment& segment);

}  // namespace halfstep
