#include "theory/optimal_uniform.h"

#include <cmath>
#include <numbers>
#include <string>

#include "theory/special.h"

namespace halfstep::theory {

namespace {

// Moments of the part of a symmetric law above a ≥ 0, unit variance: ∫ p, ∫ x·p, ∫ x²·p.
struct Tail {
  double mass, first, second;
};
using Law = Tail (*)(double a);

Tail normal_tail(double a) {
  const double density = std::exp(-a * a / 2) / std::sqrt(2 * std::numbers::pi);
  const double mass = normal_cdf(-a);
  return {mass, density, mass + a * density};
}

Tail laplace_tail(double a) {
  const double b = 1 / std::numbers::sqrt2;
  const double mass = std::exp(-a / b) / 2;
  return {mass, mass * (a + b), mass * (a * a + 2 * a * b + 2 * b * b)};
}

Tail uniform_tail(double a) {
  const double end = std::numbers::sqrt3;
  if (a >= end) return {0, 0, 0};
  const double density = 1 / (2 * end);
  return {density * (end - a), density * (end * end - a * a) / 2, density * (end * end * end - a * a * a) / 3};
}

struct Outcome {
  double mse, entropy;
  double slope;  // a quarter of d mse / d step: the edges stand where both sides err as much
};

Outcome evaluate(Law law, std::size_t levels, double step) {
  Outcome outcome{0, 0, 0};
  Tail from = law(0);
  for (std::size_t k = 0; k < levels / 2; ++k) {
    const bool last = k + 1 == levels / 2;
    const Tail to = last ? Tail{0, 0, 0} : law(static_cast<double>(k + 1) * step);
    const double mass = from.mass - to.mass, first = from.first - to.first, second = from.second - to.second;
    const double level = (static_cast<double>(k) + 0.5) * step;
    outcome.mse += 2 * (second - 2 * level * first + level * level * mass);
    outcome.slope -= (static_cast<double>(k) + 0.5) * (first - level * mass);
    if (mass > 0) outcome.entropy -= 2 * mass * std::log2(mass);
    from = to;
  }
  return outcome;
}

}  // namespace

Result<UniformOptimum> optimal_uniform(std::string_view name, std::size_t levels) {
  const Law law = name == "normal"    ? normal_tail
                  : name == "laplace" ? laplace_tail
                  : name == "uniform" ? uniform_tail
                                      : nullptr;
  if (!law) {
    return Error{"The best uniform quantizer is in closed form for normal, laplace and uniform, not for \"" +
                 std::string(name.substr(0, 40)) + "\"."};
  }
  if (levels < 2 || levels % 2 != 0 || levels > 65536) {
    return Error{"A mid-rise quantizer has an even number of 2 to 65536 levels, not " + std::to_string(levels) + "."};
  }
  // The error falls, then rises with the step: where its slope changes sign.
  double low = 1e-6, high = 80.0 / static_cast<double>(levels), step = high;
  while (step = (low + high) / 2, low < step && step < high) (evaluate(law, levels, step).slope < 0 ? low : high) = step;
  const Outcome best = evaluate(law, levels, step);
  return UniformOptimum{step, best.mse, -10 * std::log10(best.mse), best.entropy};
}

}  // namespace halfstep::theory
