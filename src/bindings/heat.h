#pragma once
// A heat map as JavaScript sees it (web/core/module.ts).
#include "bindings/values.h"
#include "heat_map.h"

namespace halfstep {

val write(const HeatMap& map);

}  // namespace halfstep
