#include "blocks_lab.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "measures/conditions.h"
#include "measures/entropy.h"
#include "measures/noise_report.h"
#include "measures/spacing.h"
#include "quantizers/block_pass.h"
#include "theory/entropy.h"
#include "theory/noise.h"

namespace halfstep {

namespace {

// Weights whose x/scale is kept for an estimate of its entropy.
constexpr std::size_t kSample = 1 << 15;

struct BlockTotals {
  NoiseSums sums;
  std::vector<std::uint32_t> counts;
  double predicted_nn = 0;    // Σ over weights of the predicted mean square
  std::vector<float> scaled;  // (x − offset)/scale of a sample of the weights
};

// Of each level's cell; an outer cell has no end and counts as wide as the gap beside it.
std::vector<double> widths_of(std::span<const float> levels) {
  std::vector<double> widths(levels.size(), 1);
  const std::size_t last = levels.size() - 1;
  for (std::size_t k = 0; k <= last && last > 0; ++k) {
    const std::size_t below = k == 0 ? 0 : k - 1, above = std::min(k + 1, last);
    widths[k] = (static_cast<double>(levels[above]) - levels[below]) / static_cast<double>(above - below);
  }
  return widths;
}

// Calls visit(begin, count) for stretches of whole blocks.
template <typename Visit>
void each_stretch(std::size_t count, Visit&& visit) {
  for (std::size_t begin = 0; begin < count; begin += BlockPass::kStretch) {
    visit(begin, std::min(BlockPass::kStretch, count - begin));
  }
}

void survey_parts(BlockPass& pass, std::span<const float> x, std::span<const double> widths, bool sampled,
                  BlockTotals& totals) {
  pass.each_part([&](const BlockPass::Part& part) {
    double squares = 0;
    for (std::size_t i = 0; i < part.count; ++i) {
      const float value = x[part.begin + i];
      if (!std::isfinite(value)) continue;
      const double width = widths[part.codes[i]];
      squares += width * width;
      ++totals.counts[part.codes[i]];
      if (sampled && part.scale != 0) totals.scaled.push_back((value - part.offset) / part.scale);
    }
    totals.predicted_nn += squares * theory::noise(Rounding::Nearest, part.scale).mse;
  });
}

BlockTotals total(const Weights& weights, const Plan& plan, const Kernels& direct) {
  const std::span<const float> x = weights.x();
  const BlockCodec* codec = plan.codec();
  BlockPass pass(weights, plan);
  BlockTotals totals;
  std::vector<double> widths;
  if (codec) {
    widths = widths_of(codec->levels);
    totals.counts.resize(widths.size());
  }
  const std::size_t every = x.size() / kSample / BlockPass::kStretch * BlockPass::kStretch + BlockPass::kStretch;
  each_stretch(x.size(), [&](std::size_t begin, std::size_t count) {
    const std::span<const float> q = pass.quantize(begin, count);
    each_finite_run(x, begin, begin + count, weights.all_finite(), [&](std::size_t first, std::size_t n) {
      direct.difference(x.data() + first, q.data() + (first - begin), n, totals.sums);
    });
    if (codec) survey_parts(pass, x.subspan(begin, count), widths, begin % every == 0, totals);
  });
  return totals;
}

// h of the weights in their scales, less log2 of the cells' widths.
double predicted_entropy(const BlockTotals& totals, std::span<const float> levels) {
  Buffer<float> scratch;
  const auto sorted = sample_sorted(totals.scaled, scratch);
  if (!sorted) return kMeaningless;
  const std::vector<double> widths = widths_of(levels);
  double log2_width = 0, count = 0;
  for (std::size_t k = 0; k < widths.size(); ++k) {
    log2_width += totals.counts[k] * std::log2(widths[k]);
    count += totals.counts[k];
  }
  return theory::entropy_bits(differential_entropy(sorted.value()).bits, std::exp2(log2_width / count));
}

QuantizerReport report_quantizer(const Weights& weights, const Plan& plan) {
  QuantizerReport q;
  const double count = static_cast<double>(weights.x().size());
  q.scales = plan.layout.segments();
  if (q.scales == 0) return q;
  if (const BlockCodec* codec = plan.codec()) {
    q.bytes = static_cast<double>(q.scales) * codec->bytes;
    q.bits_per_weight = 8 * q.bytes / count;
    q.scales *= static_cast<std::uint64_t>(codec->weights / codec->part);
    q.levels = codec->levels.size();
    return q;
  }
  const Cells cells = plan.cells(0);
  q.levels = cells.levels();
  q.step = q.step_min = cells.step;
  q.range_low = cells.range_low;
  q.range_high = cells.range_high;
  const double stored = count * plan.request.bits + 32;
  q.bits_per_weight = stored / count;
  q.bytes = std::ceil(stored / 8);
  return q;
}

}  // namespace

Analysis analyze_blocks(const Weights& weights, const Plan& plan, const Kernels& direct) {
  Analysis analysis;
  Report& report = analysis.report;
  report.tensor = weights.statistics;
  report.quantizer = report_quantizer(weights, plan);
  report.entropy.differential_bits = weights.differential_bits;
  if (weights.finite() == 0) {
    report.prediction.conditions = failing_conditions(report, weights.largest_atom);
    return analysis;
  }
  BlockTotals totals = total(weights, plan, direct);
  const double n = static_cast<double>(weights.finite());
  report.noise = noise_report(weights.statistics, totals.sums, n);
  if (cancels(weights.statistics, report.noise, double_loss(n))) {
    recentre(weights.statistics, sums_about(weights, plan, {weights.statistics.mean, report.noise.bias}), n, report.noise);
  }
  const double power = weights.statistics.rms * weights.statistics.rms;
  if (const BlockCodec* codec = plan.codec()) {
    const CodeEntropy entropy = code_entropy(totals.counts);
    report.entropy.bits = entropy.bits;
    report.entropy.occupied_levels = entropy.occupied;
    // A float16 scale may overflow, as the reference's does.
    if (std::isfinite(totals.predicted_nn)) report.prediction.mse = totals.predicted_nn / n;
    if (weights.statistics.std > 0) report.prediction.entropy_bits = predicted_entropy(totals, codec->levels);
  } else {
    const double step = report.quantizer.step;
    report.prediction.mse = second_moment(*plan.format->lattice) * step * step;
  }
  report.prediction.snr_db = theory::snr_db(power, report.prediction.mse);
  analysis.counts = std::move(totals.counts);
  report.prediction.conditions = failing_conditions(report, weights.largest_atom);
  return analysis;
}

std::vector<Level> block_levels(const Plan& plan, const Analysis& analysis) {
  std::vector<Level> all;
  for (std::size_t k = 0; k < analysis.counts.size(); ++k) {
    const std::span<const float> levels = plan.codec()->levels;
    const double edge = k == 0 ? -INFINITY : (static_cast<double>(levels[k - 1]) + levels[k]) / 2;
    all.push_back({static_cast<std::int32_t>(k), levels[k], edge, analysis.counts[k]});
  }
  return all;
}

void block_noise_histogram(const Weights& weights, const Plan& plan, Bins& bins) {
  const std::span<const float> x = weights.x();
  const float gap = plan.codec() ? mean_gap(plan.codec()->levels) : 1;
  BlockPass pass(weights, plan);
  std::array<float, BlockPass::kStretch> steps;
  each_stretch(x.size(), [&](std::size_t begin, std::size_t count) {
    const std::span<const float> q = pass.quantize(begin, count);
    std::size_t kept = 0;
    pass.each_part([&](const BlockPass::Part& part) {
      const double unit = part.scale == 0 ? 1.0 : std::fabs(static_cast<double>(part.scale) * gap);
      for (std::size_t i = part.begin; i < part.begin + part.count; ++i) {
        if (!std::isfinite(x[begin + i])) continue;
        steps[kept++] = static_cast<float>((static_cast<double>(x[begin + i]) - q[i]) / unit);
      }
    });
    kernels().histogram(steps.data(), kept, bins);
  });
}

Probe block_probe(const Weights& weights, const Plan& plan, float x) {
  BlockPass pass(weights, plan);
  const std::span<const float> q = pass.quantize(0, std::min(plan.block_weights(), weights.x().size()));
  Probe probe{0, static_cast<double>(q[0]), 0};
  const std::span<const float> levels = plan.codec() ? plan.codec()->levels : std::span<const float>();
  bool first = true;
  pass.each_part([&](const BlockPass::Part& part) {
    if (!std::exchange(first, false)) return;
    if (levels.empty()) {
      probe.code = static_cast<std::int32_t>(part.scale == 0 ? 0 : std::nearbyint(x / part.scale));
      probe.quantized = static_cast<double>(static_cast<float>(probe.code) * part.scale);
      return;
    }
    const float place = part.scale == 0 ? 0 : (x - part.offset) / part.scale;
    const auto above = std::lower_bound(levels.begin(), levels.end(), place);
    auto code = std::min<std::size_t>(static_cast<std::size_t>(above - levels.begin()), levels.size() - 1);
    if (code > 0 && place - levels[code - 1] < levels[code] - place) --code;
    probe.code = static_cast<std::int32_t>(code);
    probe.quantized = levels[code] * part.scale + part.offset;
  });
  probe.noise = static_cast<double>(x) - probe.quantized;
  return probe;
}

void quantize_blocks(const Weights& weights, const Plan& plan, std::size_t begin, std::span<float> out) {
  BlockPass pass(weights, plan);
  const std::size_t end = begin + out.size(), count = weights.x().size();
  for (std::size_t at = begin / BlockPass::kStretch * BlockPass::kStretch; at < end; at += BlockPass::kStretch) {
    const std::span<const float> q = pass.quantize(at, std::min(BlockPass::kStretch, count - at));
    const std::size_t from = std::max(at, begin), to = std::min(at + q.size(), end);
    for (std::size_t i = from; i < to; ++i) {
      out[i - begin] = std::isnan(weights.x()[i]) ? 0 : q[i - at] + 0.0f;
    }
  }
}

}  // namespace halfstep
