#include "bindings/segments.h"

namespace halfstep {

val write(const Segment& segment) {
  val o = val::object();
  o.set("begin", number(segment.begin));
  o.set("count", number(segment.count));
  o.set("part", number(segment.part));
  o.set("levels", floats(segment.levels));
  o.set("scales", floats(segment.scales));
  o.set("offsets", floats(segment.offsets));
  o.set("weights", floats(segment.weights));
  o.set("quantized", floats(segment.quantized));
  o.set("codes", copy("Uint32Array", segment.codes.data(), segment.codes.size()));
  return o;
}

}  // namespace halfstep
