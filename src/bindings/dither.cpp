#include "bindings/dither.h"

#include <cmath>

namespace halfstep {

namespace {

// The sine through a rounding; the seed is a whole number up to 2^53.
val js_dither_study(const std::string& rounding, double seed, double amplitude) {
  const auto kind = parse_rounding(rounding);
  if (!kind) return failure(kind.error());
  if (!(amplitude >= 0 && amplitude <= 1000)) return failure("The amplitude is 0 to 1000 steps.");
  const DitherStudy study = study_dither(kind.value(), static_cast<std::uint64_t>(seed), amplitude);
  val o = val::object();
  o.set("signal", floats(study.signal));
  o.set("once", floats(study.once));
  o.set("average", floats(study.average));
  o.set("spectrum", floats(study.spectrum));
  o.set("mean", study.mean);
  o.set("variance", study.variance);
  o.set("max_error", study.max_error);
  o.set("correlation", study.correlation);
  o.set("kept", study.kept);
  return o;
}

}  // namespace

val write_by_place(const Weights& weights, const Plan& plan, int bins) {
  std::vector<PlaceSums> sums(static_cast<std::size_t>(bins));
  noise_by_place(weights, plan, sums);
  std::vector<double> counts, means, deviations;
  for (const PlaceSums& bin : sums) {
    counts.push_back(bin.count);
    means.push_back(bin.n / bin.count);
    deviations.push_back(std::sqrt(bin.nn / bin.count));
  }
  val o = val::object();
  o.set("counts", floats(counts));
  o.set("means", floats(means));
  o.set("rms", floats(deviations));
  return o;
}

EMSCRIPTEN_BINDINGS(halfstep_dither) { emscripten::function("dither_study", &js_dither_study); }

}  // namespace halfstep
