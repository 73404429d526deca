#pragma once
// What the lab answers, as plain objects whose words are those of src/report.h.
#include "bindings/values.h"
#include "kernels/kernels.h"
#include "quantizers/lloyd.h"
#include "report.h"

namespace halfstep {

val write(const TensorReport& report);
val write(const Report& report);
val write(const Design& design);
val write(const Bins& bins);

}  // namespace halfstep
