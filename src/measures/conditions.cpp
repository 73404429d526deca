#include "measures/conditions.h"

#include <algorithm>
#include <cmath>

namespace halfstep {

std::vector<std::string> failing_conditions(const Report& report, double largest_atom) {
  const TensorReport& tensor = report.tensor;
  std::vector<std::string> words;
  const auto when = [&](bool fails, const char* word) {
    if (fails) words.emplace_back(word);
  };
  when(tensor.nonfinite > 0, "nonfinite");
  if (tensor.nonfinite == tensor.count) {
    words.emplace_back("empty");
    return words;
  }
  when(report.noise.lost > 0, "scale_overflow");
  if (tensor.std == 0) {
    words.emplace_back("constant");
    return words;
  }
  const NoiseReport& noise = report.noise;
  when(noise.overload_mse > 0.01 * noise.mse, "overload");
  when(report.entropy.bits < 2, "few_levels");
  when(std::fabs(noise.correlation) > 0.1, "correlated");
  const double finite = static_cast<double>(tensor.count - tensor.nonfinite);
  when(finite < 64, "few_weights");
  when(finite >= 64 && (largest_atom > 0.01 || std::isnan(report.entropy.differential_bits)), "atoms");
  const double absmax = std::max(std::fabs(tensor.min), std::fabs(tensor.max));
  when(report.quantizer.step_min < absmax * 0x1p-18, "float32");
  const bool unexplained = words.empty() || words.back() == "nonfinite";
  when(unexplained && std::fabs(10 * std::log10(noise.mse / report.prediction.mse)) > 0.5, "uneven");
  return words;
}

}  // namespace halfstep
