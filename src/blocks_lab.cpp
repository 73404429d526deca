#include "blocks_lab.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "measures/conditions.h"
#include "measures/entropy.h"
#include "measures/noise_report.h"
#include "measures/spacing.h"
#include "quantizers/block_pass.h"
#include "quantizers/lattice_codes.h"
#include "quantizers/lattice_points.h"
#include "theory/entropy.h"
#include "theory/noise.h"

namespace halfstep {

namespace {

// Weights whose x/scale is kept for an estimate of its entropy: so many, and less than twice as many.
constexpr std::size_t kSample = 1 << 15;

struct BlockTotals {
  NoiseSums sums;
  std::uint64_t lost = 0;
  std::vector<std::uint32_t> counts;
  std::optional<QuotientCounts> quotients;  // of a lattice
  double predicted_nn = 0;                  // Σ over weights of the predicted mean square
  Buffer<float> scaled;                     // (x − offset)/scale of a sample of the weights, but for those that set the scale
  std::size_t sampled = 0;                  // how many stand there
  std::vector<std::uint32_t> set;           // the others of that sample, by their codes
};

// Calls visit(begin, count) for stretches of whole blocks.
template <typename Visit>
void each_stretch(std::size_t count, Visit&& visit) {
  for (std::size_t begin = 0; begin < count; begin += BlockPass::kStretch) {
    visit(begin, std::min(BlockPass::kStretch, count - begin));
  }
}

void survey_parts(BlockPass& pass, std::span<const float> x, std::span<const float> levels, std::span<const double> widths,
                  bool sampled, BlockTotals& totals) {
  pass.each_part([&](const BlockPass::Part& part) {
    double squares = 0;
    float least = INFINITY, most = -INFINITY;
    for (std::size_t i = 0; i < part.count; ++i) {
      const float value = x[part.begin + i];
      if (!std::isfinite(value)) continue;
      const double width = widths[part.codes[i]];
      squares += width * width;
      ++totals.counts[part.codes[i]];
      least = std::min(least, value);
      most = std::max(most, value);
    }
    totals.predicted_nn += squares * theory::noise_mse(Rounding::Nearest, part.scale);
    if (!sampled || part.scale == 0) return;
    const float farthest = std::max(std::fabs(least - part.offset), std::fabs(most - part.offset));
    for (std::size_t i = 0; i < part.count; ++i) {
      const float value = x[part.begin + i], level = levels[part.codes[i]] * part.scale;
      const float slack = kFloat16Slack * (std::fabs(level) + std::fabs(part.offset));
      // What a search chose its scale by rarely stands on a level; then it is a weight like the others.
      const bool extreme = std::fabs(value - part.offset) == farthest || (value == least && part.codes[i] == 0);
      if (!std::isfinite(value)) continue;
      if (extreme && stands_on(value, level + part.offset, slack)) {
        ++totals.set[part.codes[i]];
      } else {
        totals.scaled[totals.sampled++] = (value - part.offset) / part.scale;
      }
    }
  });
}

BlockTotals total(const Weights& weights, const Plan& plan, const Kernels& direct) {
  const std::span<const float> x = weights.x();
  const BlockCodec* codec = plan.codec();
  BlockPass pass(weights, plan);
  BlockTotals totals;
  std::vector<double> widths;
  if (codec) {
    widths = cell_widths(codec->levels);
    totals.counts.resize(widths.size());
    totals.set.resize(widths.size());
  } else {
    totals.quotients.emplace(*plan.format->lattice, plan.code_levels());
  }
  const std::size_t every = std::max<std::size_t>(1, x.size() / kSample) * BlockPass::kStretch;
  // Without room for the sample the prediction goes without its entropy.
  const bool room = codec && totals.scaled.allocate(std::min(x.size(), 2 * kSample));
  each_stretch(x.size(), [&](std::size_t begin, std::size_t count) {
    const std::span<const float> q = pass.quantize(begin, count);
    each_finite_run(x, begin, begin + count, weights.all_finite(), [&](std::size_t first, std::size_t n) {
      direct.difference(x.data() + first, q.data() + (first - begin), n, totals.sums);
      totals.lost += direct.nonfinite(q.data() + (first - begin), n);
    });
    if (codec)
      survey_parts(pass, x.subspan(begin, count), codec->levels, widths, room && begin % every == 0, totals);
    else
      totals.quotients->add(pass.codes());
  });
  return totals;
}

// h of the weights in their scales, less log2 of the cells' widths; those that set the scales have codes to themselves.
double predicted_entropy(const BlockTotals& totals, std::span<const float> levels) {
  Buffer<float> scratch;
  const auto sorted = sample_sorted(totals.scaled.span().first(totals.sampled), scratch);
  if (!sorted) return kMeaningless;
  const std::vector<double> widths = cell_widths(levels);
  double log2_width = 0, count = 0, all = static_cast<double>(totals.sampled);
  for (std::size_t k = 0; k < widths.size(); ++k) {
    log2_width += totals.counts[k] * std::log2(widths[k]);
    count += totals.counts[k];
    all += totals.set[k];
  }
  std::vector<double> shares;
  for (const std::uint32_t set : totals.set) {
    if (set > 0) shares.push_back(set / all);
  }
  const double rest = theory::entropy_bits(differential_entropy(sorted.value()).bits, std::exp2(log2_width / count));
  return theory::grouped_entropy_bits(rest, shares);
}

// H of whole vectors over the weights: no table's codes can be shorter than their own entropy.
CodeEntropy quotient_entropy(const QuotientCounts& quotients, double weights) {
  CodeEntropy all;
  for (const std::vector<std::uint32_t>& counts : quotients.tables()) {
    const double n = std::accumulate(counts.begin(), counts.end(), 0.0);
    if (n == 0) continue;
    const CodeEntropy entropy = code_entropy(counts);
    all.bits += entropy.bits * n / weights;
    all.occupied += entropy.occupied;
  }
  return all;
}

QuantizerReport report_quantizer(const Weights& weights, const Plan& plan) {
  QuantizerReport q;
  const double count = static_cast<double>(weights.x().size());
  q.scales = plan.layout.segments();
  if (q.scales == 0) return q;
  if (const BlockCodec* codec = plan.codec()) {
    const double blocks = static_cast<double>(q.scales);
    q.bytes = blocks * codec->bytes;
    q.bits_per_weight = 8 * q.bytes / count;
    q.code_bits = blocks * codec->weights * plan.format->code_bits(plan.request.bits) / count;
    q.scales *= static_cast<std::uint64_t>(codec->weights / codec->part);
    q.levels = static_cast<double>(codec->levels.size());
    return q;
  }
  const Cells cells = plan.cells(0);
  q.step = q.step_min = cells.step;
  q.range_low = cells.range_low;
  q.range_high = cells.range_high;
  // Codes of one length for whole vectors, packed together.
  const Lattice lattice = *plan.format->lattice;
  q.levels = points_within(lattice, static_cast<int>(plan.format->reach(plan.request.bits)));
  const double codes = std::ceil(count / dimension(lattice)) * std::log2(q.levels), stored = codes + 32;
  q.code_bits = codes / count;
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
  report.noise = noise_report(weights.statistics, totals.sums, n, totals.lost);
  if (cancels(weights.statistics, report.noise, double_loss(n))) {
    recentre(weights.statistics, sums_about(weights, plan, {weights.statistics.mean, report.noise.bias}), n, report.noise);
  }
  const double power = weights.statistics.rms * weights.statistics.rms;
  const CodeEntropy entropy = plan.codec() ? code_entropy(totals.counts)
                                           : quotient_entropy(*totals.quotients, static_cast<double>(weights.x().size()));
  report.entropy.bits = entropy.bits;
  report.entropy.occupied_levels = entropy.occupied;
  if (const BlockCodec* codec = plan.codec()) {
    // A float16 scale may overflow, as the reference's does.
    if (std::isfinite(totals.predicted_nn)) report.prediction.mse = totals.predicted_nn / n;
    if (weights.statistics.std > 0) report.prediction.entropy_bits = predicted_entropy(totals, codec->levels);
  } else {
    const double step = report.quantizer.step;
    report.prediction.mse = second_moment(*plan.format->lattice) * step * step;
    // A cell takes the volume of as many cubes of that side as it has dimensions.
    if (weights.statistics.std > 0 && step > 0) {
      report.prediction.entropy_bits = theory::entropy_bits(weights.differential_bits, step);
    }
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
