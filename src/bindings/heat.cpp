#include "bindings/heat.h"

namespace halfstep {

val write(const HeatMap& map) {
  val o = val::object();
  o.set("rows", number(map.rows));
  o.set("columns", number(map.columns));
  o.set("cell_rows", number(map.cell_rows));
  o.set("cell_columns", number(map.cell_columns));
  o.set("largest", floats(map.largest));
  o.set("rms", floats(map.rms));
  o.set("noise", floats(map.noise));
  o.set("scale", floats(map.scale));
  return o;
}

}  // namespace halfstep
