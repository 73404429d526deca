#include "tensor/source_laws.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "tensor/math.h"
#include "tensor/random.h"

namespace halfstep {
namespace {

using portable::normal_quantile;
using std::numbers::pi;
using std::numbers::sqrt2;
using std::numbers::sqrt3;

constexpr std::size_t kBlock = 256;

// Writes scale times the standard values, rounded once to float32. `values(i, block)` makes those
// of the places i, i + 1, …; block by block, so that each step of a recipe is a loop a processor
// can overlap.
template <typename Values>
void by_blocks(const SourceDraw& draw, std::uint64_t begin, std::span<float> out, Values values) {
  std::array<double, kBlock> storage;
  while (!out.empty()) {
    const std::span<double> block = std::span(storage).first(std::min(kBlock, out.size()));
    values(begin, block);
    for (std::size_t j = 0; j < block.size(); ++j)
      out[j] = static_cast<float>(draw.scale * block[j]);
    begin += block.size();
    out = out.subspan(block.size());
  }
}

// The same for a value that is one formula of its place.
template <typename Value>
void each(const SourceDraw& draw, std::uint64_t begin, std::span<float> out, Value value) {
  for (std::size_t j = 0; j < out.size(); ++j)
    out[j] = static_cast<float>(draw.scale * value(begin + j));
}

void standard_normals(RandomStream random, std::uint64_t i, std::span<double> block) {
  for (double& u : block) u = random.uniform(i++);
  portable::normal_quantiles(block);
}

void fill_normal(const SourceDraw& draw, std::uint64_t begin, std::span<float> out) {
  const RandomStream random(draw.seed);
  by_blocks(draw, begin, out,
            [=](std::uint64_t i, std::span<double> x) { standard_normals(random, i, x); });
}

double normal_entropy(std::span<const double>) {
  return 0.5 * portable::log(2 * pi * std::numbers::e);
}

constexpr double kLaplaceScale = 1 / sqrt2;

void fill_laplace(const SourceDraw& draw, std::uint64_t begin, std::span<float> out) {
  const RandomStream random(draw.seed);
  each(draw, begin, out, [=](std::uint64_t i) {
    const double u = random.uniform(i);
    return u < 0.5 ? kLaplaceScale * portable::log(2 * u)
                   : -kLaplaceScale * portable::log(2 * (1 - u));
  });
}

double laplace_entropy(std::span<const double>) { return 1 + portable::log(2 * kLaplaceScale); }

void fill_uniform(const SourceDraw& draw, std::uint64_t begin, std::span<float> out) {
  const RandomStream random(draw.seed);
  each(draw, begin, out, [=](std::uint64_t i) { return sqrt3 * (2 * random.uniform(i) - 1); });
}

double uniform_entropy(std::span<const double>) { return portable::log(2 * sqrt3); }

constexpr double kLogisticScale = sqrt3 / pi;

void fill_logistic(const SourceDraw& draw, std::uint64_t begin, std::span<float> out) {
  const RandomStream random(draw.seed);
  each(draw, begin, out, [=](std::uint64_t i) {
    const double u = random.uniform(i);
    return kLogisticScale * portable::log(u / (1 - u));
  });
}

double logistic_entropy(std::span<const double>) { return 2 + portable::log(kLogisticScale); }

// Bailey, "Polar generation of random variates with the t-distribution", Math. Comp. 62 (1994),
// with the angle drawn instead of rejected, so that each weight takes exactly two numbers.
void fill_student(const SourceDraw& draw, std::uint64_t begin, std::span<float> out) {
  const double df = draw.parameters[0];
  const RandomStream radius(draw.seed, 0);
  const RandomStream angle(draw.seed, 1);
  by_blocks(draw, begin, out, [=](std::uint64_t i, std::span<double> block) {
    for (std::size_t j = 0; j < block.size(); ++j)
      block[j] = -2 / df * portable::log(radius.uniform(i + j));
    for (double& x : block) x = std::sqrt(df * (portable::exp(x) - 1));
    for (double& x : block) x *= portable::cos_turns(angle.uniform(i++));
  });
}

double student_entropy(std::span<const double> parameters) {
  const double df = parameters[0];
  const double a = 0.5 * df;
  const double b = 0.5 * (df + 1);
  const double log_beta = portable::log_gamma(a) + 0.5 * portable::log(pi) - portable::log_gamma(b);
  return b * (portable::digamma(b) - portable::digamma(a)) + 0.5 * portable::log(df) + log_beta;
}

// Gamma variates of shape > 1: Marsaglia & Tsang, ACM TOMS 26 (2000). A standard normal z and a
// uniform u give a variate, or 0 when they are rejected, less than 5 times in 100.
struct GammaLaw {
  double d, c;
  explicit GammaLaw(double shape) : d(shape - 1.0 / 3), c(1 / std::sqrt(9 * d)) {}

  double attempt(double z, double u) const {
    const double cube_root = 1 + c * z;
    if (cube_root <= 0) return 0;
    const double v = cube_root * cube_root * cube_root;
    const bool accepted = u < 1 - 0.0331 * (z * z) * (z * z) ||
                          portable::log(u) < 0.5 * z * z + d * (1 - v + portable::log(v));
    return accepted ? d * v : 0;
  }
};

// Attempt k of place i reads streams 2k + 1 and 2k + 2.
void gamma_variates(GammaLaw law, std::uint64_t seed, std::uint64_t i, std::span<double> block) {
  standard_normals(RandomStream(seed, 1), i, block);
  const RandomStream judge(seed, 2);
  for (double& x : block) {
    x = law.attempt(x, judge.uniform(i));
    for (std::uint64_t stream = 3; x == 0; stream += 2) {
      x = law.attempt(normal_quantile(RandomStream(seed, stream).uniform(i)),
                      RandomStream(seed, stream + 1).uniform(i));
    }
    ++i;
  }
}

// The α of the density β/(2αΓ(1/β)) exp(−(|x|/α)^β) that makes the variance 1.
double gennormal_alpha(double beta) {
  return portable::exp(0.5 * (portable::log_gamma(1 / beta) - portable::log_gamma(3 / beta)));
}

// A symmetric unimodal law is a uniform one of random width; here the width is α·Gamma(1 +
// 1/β)^(1/β) (Devroye, Non-Uniform Random Variate Generation, 1986, IV.6.2 and VII).
void fill_gennormal(const SourceDraw& draw, std::uint64_t begin, std::span<float> out) {
  const double beta = draw.parameters[0];
  const double alpha = gennormal_alpha(beta);
  const GammaLaw law(1 + 1 / beta);
  const RandomStream place(draw.seed, 0);
  by_blocks(draw, begin, out, [=, &draw](std::uint64_t i, std::span<double> x) {
    gamma_variates(law, draw.seed, i, x);
    for (double& g : x) g = portable::log(g) / beta;
    for (double& g : x) g = alpha * portable::exp(g) * (2 * place.uniform(i++) - 1);
  });
}

double gennormal_entropy(std::span<const double> parameters) {
  const double beta = parameters[0];
  return 1 / beta + portable::log(2 * gennormal_alpha(beta) / beta) + portable::log_gamma(1 / beta);
}

void fill_mixture(const SourceDraw& draw, std::uint64_t begin, std::span<float> out) {
  const double weight = draw.parameters[0];
  const double ratio = draw.parameters[1];
  const double narrow = 1 / std::sqrt(1 - weight + weight * ratio * ratio);
  const double wide = ratio * narrow;
  const RandomStream random(draw.seed, 0);
  const RandomStream choice(draw.seed, 1);
  by_blocks(draw, begin, out, [=](std::uint64_t i, std::span<double> block) {
    standard_normals(random, i, block);
    for (double& x : block) x *= choice.uniform(i++) < weight ? wide : narrow;
  });
}

// A row's gain: log-normal, and `hot` times that for one row, at a random place, in each of
// `hot_rows` stretches of rows. A tensor of one row has no other to stand out from.
double channel_gain(const SourceDraw& draw, std::uint64_t row) {
  const double hot = draw.parameters[0];
  const double spread = draw.parameters[1];
  const double gain =
      portable::exp(spread * normal_quantile(RandomStream(draw.seed, 1).uniform(row)));
  if (draw.rows == 1) return gain;
  const std::uint64_t hot_rows = std::max<std::uint64_t>(1, (draw.rows * 15 + 500) / 1000);
  const std::uint64_t length = draw.rows / hot_rows;
  const std::uint64_t stretch = std::min(row / length, hot_rows - 1);
  const std::uint64_t place = stretch * length + RandomStream(draw.seed, 2).bits(stretch) % length;
  return row == place ? hot * gain : gain;
}

void fill_layer(const SourceDraw& draw, std::uint64_t begin, std::span<float> out) {
  const RandomStream random(draw.seed, 0);
  const std::uint64_t columns = draw.count / draw.rows;
  while (!out.empty()) {
    const std::uint64_t row = begin / columns;
    const auto part =
        static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), (row + 1) * columns - begin));
    const double gain = channel_gain(draw, row);
    by_blocks(draw, begin, out.first(part), [=](std::uint64_t i, std::span<double> block) {
      standard_normals(random, i, block);
      for (double& x : block) x *= gain;
    });
    begin += part;
    out = out.subspan(part);
  }
}

// −1 to 1 inclusive; one weight alone is the middle, 0.
void fill_ramp(const SourceDraw& draw, std::uint64_t begin, std::span<float> out) {
  const double last = static_cast<double>(draw.count - 1);
  const double span = std::max(last, 1.0);
  each(draw, begin, out,
       [=](std::uint64_t i) { return (2 * static_cast<double>(i) - last) / span; });
}

// Its weights lie as those of a uniform law.
double ramp_entropy(std::span<const double>) { return portable::log(2); }

void fill_constant(const SourceDraw& draw, std::uint64_t, std::span<float> out) {
  std::fill(out.begin(), out.end(), static_cast<float>(draw.scale));
}

constexpr SourceParameter kStudent[] = {{"df", "Degrees of freedom", "", 4, 1, 100, 0.5}};
constexpr SourceParameter kGennormal[] = {{"beta", "Shape β", "", 1.5, 0.3, 16, 0.1}};
constexpr SourceParameter kMixture[] = {{"weight", "Share of the wide part", "", 0.1, 0, 1, 0.01},
                                        {"ratio", "Wide σ over narrow σ", "×", 5, 1, 100, 0.5}};
constexpr SourceParameter kLayer[] = {{"hot", "Gain of hot channels", "×", 20, 1, 100, 1},
                                      {"spread", "σ of ln channel scale", "", 0.5, 0, 2, 0.05}};

constexpr SourceLaw kLaws[] = {
    {{"normal", "Normal", {}}, fill_normal, normal_entropy},
    {{"laplace", "Laplace", {}}, fill_laplace, laplace_entropy},
    {{"uniform", "Uniform", {}}, fill_uniform, uniform_entropy},
    {{"logistic", "Logistic", {}}, fill_logistic, logistic_entropy},
    {{"student", "Student’s t", kStudent}, fill_student, student_entropy},
    {{"gennormal", "Generalized normal", kGennormal}, fill_gennormal, gennormal_entropy},
    {{"mixture", "Two normals mixed", kMixture}, fill_mixture, nullptr},
    {{"layer", "Trained layer with outliers", kLayer}, fill_layer, nullptr, 64},
    {{"ramp", "Ramp", {}}, fill_ramp, ramp_entropy},
    {{"constant", "Constant", {}}, fill_constant, nullptr},
};

constexpr auto kInfos = [] {
  std::array<SourceInfo, std::size(kLaws)> infos{};
  for (std::size_t k = 0; k < infos.size(); ++k) infos[k] = kLaws[k].info;
  return infos;
}();

}  // namespace

std::span<const SourceLaw> source_laws() { return kLaws; }
std::span<const SourceInfo> sources() { return kInfos; }

}  // namespace halfstep
