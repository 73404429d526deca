#include "measures/conditions.h"

#include <algorithm>
#include <cmath>
#include <numbers>

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
  when(report.noise.lost > 0, "lost");
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
  // Miller 1955; −log2 of a normal density has a standard deviation of 1.02 bits.
  constexpr double kBits = 0.05;
  const double off = std::fabs(report.entropy.bits - report.prediction.entropy_bits);
  const double fall = (static_cast<double>(report.entropy.occupied_levels) - 1) / (2 * finite * std::numbers::ln2);
  when(!std::isnan(off) && finite >= 64 && fall + 1 / std::sqrt(finite) > kBits, "few_per_level");
  when(off > kBits && (words.empty() || words.back() == "nonfinite"), "steep");
  return words;
}

}  // namespace halfstep
