#include "bindings/reports.h"

#include <string>
#include <vector>

namespace halfstep {

val write(const TensorReport& r) {
  val o = val::object();
  o.set("count", number(r.count));
  o.set("nonfinite", number(r.nonfinite));
  o.set("min", r.min);
  o.set("max", r.max);
  o.set("mean", r.mean);
  o.set("rms", r.rms);
  o.set("std", r.std);
  o.set("kurtosis", r.kurtosis);
  return o;
}

val write(const QuantizerReport& r) {
  val o = val::object();
  o.set("step", r.step);
  o.set("step_min", r.step_min);
  o.set("zero_point", r.zero_point);
  o.set("range_low", r.range_low);
  o.set("range_high", r.range_high);
  o.set("scales", number(r.scales));
  o.set("levels", r.levels);
  o.set("code_bits", r.code_bits);
  o.set("bits_per_weight", r.bits_per_weight);
  o.set("bytes", r.bytes);
  return o;
}

val write(const NoiseReport& r) {
  val o = val::object();
  o.set("mse", r.mse);
  o.set("snr_db", r.snr_db);
  o.set("exact", r.exact);
  o.set("max_error", r.max_error);
  o.set("bound", r.bound);
  o.set("max_error_in_steps", r.max_error_in_steps);
  o.set("granular_max_error_in_steps", r.granular_max_error_in_steps);
  o.set("bound_in_steps", r.bound_in_steps);
  o.set("overload", r.overload);
  o.set("overload_mse", r.overload_mse);
  o.set("bias", r.bias);
  o.set("variance", r.variance);
  o.set("correlation", r.correlation);
  o.set("lost", number(r.lost));
  return o;
}

val write(const EntropyReport& r) {
  val o = val::object();
  o.set("bits", r.bits);
  o.set("occupied_levels", number(r.occupied_levels));
  o.set("differential_bits", r.differential_bits);
  return o;
}

val write(const PredictionReport& r) {
  val o = val::object();
  o.set("mse", r.mse);
  o.set("snr_db", r.snr_db);
  o.set("entropy_bits", r.entropy_bits);
  val conditions = val::array();
  for (const std::string& word : r.conditions) conditions.call<void>("push", word);
  o.set("conditions", conditions);
  return o;
}

val write(const Report& report) {
  val o = val::object();
  o.set("tensor", write(report.tensor));
  o.set("quantizer", write(report.quantizer));
  o.set("noise", write(report.noise));
  o.set("entropy", write(report.entropy));
  o.set("prediction", write(report.prediction));
  return o;
}

val write(const Design& design) {
  const std::vector<double> levels(design.book.levels.begin(), design.book.levels.end());
  const std::vector<double> edges(design.book.edges.begin(), design.book.edges.end());
  val o = val::object();
  o.set("levels", floats(levels));
  o.set("edges", floats(edges));
  o.set("mse", design.mse);
  o.set("entropy_bits", design.entropy);
  return o;
}

val write(const Bins& bins) {
  const std::vector<double> counts(bins.counts.begin(), bins.counts.end());
  val o = val::object();
  o.set("low", bins.low);
  o.set("high", bins.high);
  o.set("counts", floats(counts));
  o.set("below", number(bins.below));
  o.set("above", number(bins.above));
  return o;
}

}  // namespace halfstep
