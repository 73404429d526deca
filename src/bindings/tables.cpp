// The core's tables of formats and sources as JavaScript sees them (web/core/module.ts).
#include "bindings/values.h"
#include "quantizers/formats.h"
#include "tensor/sources.h"

namespace halfstep {

namespace {

// The bits of Word, from the lowest.
constexpr std::string_view kWords[] = {"range", "granularity", "rounding", "scale_type", "exponent_bits", "codebook",
                                        "transform", "overflow"};

val js_formats() {
  val list = val::array();
  for (const FormatRow& row : formats()) {
    val o = val::object();
    o.set("name", text(row.name));
    o.set("label", text(row.label));
    o.set("bits_min", row.bits_min);
    o.set("bits_max", row.bits_max);
    o.set("summary", text(row.summary));
    o.set("family", text(row.family));
    val takes = val::array();
    for (std::size_t i = 0; i < std::size(kWords); ++i) {
      if (row.takes & (1u << i)) takes.call<void>("push", text(kWords[i]));
    }
    o.set("takes", takes);
    if (row.range.rule == RangeRule::Number) {
      o.set("range", row.range.value);
    } else {
      o.set("range", text(range_names()[static_cast<std::size_t>(row.range.rule)]));
    }
    o.set("granularity", spell(row.granularity));
    o.set("scale_type", text(scale_names()[static_cast<std::size_t>(row.scale)]));
    val scales = val::array();
    for (std::size_t i = 0; i < scale_names().size() && row.takes & kTakesScale; ++i) {
      if (row.scales >> i & 1) scales.call<void>("push", text(scale_names()[i]));
    }
    o.set("scale_types", scales);
    o.set("zero_point", row.has_zero_point);
    o.set("codebook", row.cells == nullptr);
    o.set("in_blocks", row.codec != nullptr || row.lattice.has_value());
    o.set("designed", row.design != nullptr);
    o.set("entropy_coded", row.entropy_coded);
    o.set("packed_bits", row.packed_bits);
    const BlockCodec* const codec = row.codec ? row.codec() : nullptr;
    const double bits = nominal_bits(row);
    o.set("bits_per_weight", bits > 0 ? val(bits) : val::null());
    o.set("block_bits", codec ? 8.0 * codec->bytes / codec->weights : 0);
    list.call<void>("push", o);
  }
  return list;
}

val js_sources() {
  val list = val::array();
  for (const SourceInfo& row : sources()) {
    val parameters = val::array();
    for (const SourceParameter& p : row.parameters) {
      val o = val::object();
      o.set("name", text(p.name));
      o.set("label", text(p.label));
      o.set("unit", text(p.unit));
      o.set("initial", p.initial);
      o.set("low", p.low);
      o.set("high", p.high);
      o.set("step", p.step);
      parameters.call<void>("push", o);
    }
    val o = val::object();
    o.set("name", text(row.name));
    o.set("label", text(row.label));
    o.set("parameters", parameters);
    list.call<void>("push", o);
  }
  return list;
}

EMSCRIPTEN_BINDINGS(halfstep_tables) {
  emscripten::function("formats", &js_formats);
  emscripten::function("sources", &js_sources);
}

}  // namespace

}  // namespace halfstep
