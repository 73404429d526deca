#include "lab.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "blocks_lab.h"
#include "kernels/grouped.h"
#include "measures/conditions.h"
#include "measures/entropy.h"
#include "measures/indexed.h"
#include "measures/noise_report.h"
#include "measures/spacing.h"
#include "measures/statistics.h"
#include "quantizers/scales.h"
#include "theory/entropy.h"
#include "theory/noise.h"

namespace halfstep {

namespace {

// Below this many weights the sums of the noise are taken in double throughout.
constexpr std::uint64_t kBlockedFrom = std::uint64_t{1} << 22;
// Float32 blocks lose 14·2⁻²⁴ of their terms at worst, some 2⁻²³ each at random and so 2⁻³² over that many weights / 12 of
// them. 64 times that is for weights that repeat and err alike: what cancels may be eight times what it leaves.
constexpr double kBlockedLoss = 0x1p-26;

// What the steps of the scales come to; a scale of zero has none.
struct Steps {
  double largest = 0, smallest = INFINITY;
  double low = 0, high = 0;  // widest granular region
  double predicted_nn = 0;   // Σ over weights of the predicted mean square, of a rule
  double scale_squares = 0;  // Σ over weights of their scale's square, of a codebook
};

Steps survey_steps(const Weights& weights, const Plan& plan) {
  Steps steps;
  each_run(weights, plan, [&](std::size_t, std::size_t count, const Cells& cells) {
    const double step = cells.step;
    steps.largest = std::max(steps.largest, step);
    if (step > 0) steps.smallest = std::min(steps.smallest, step);
    steps.low = std::min(steps.low, static_cast<double>(cells.range_low));
    steps.high = std::max(steps.high, static_cast<double>(cells.range_high));
    const double n = static_cast<double>(count), scale = cells.book_scale;
    steps.predicted_nn += n * theory::noise_mse(cells.rounding, step);
    steps.scale_squares += n * scale * scale;
  });
  return steps;
}

// What is stored over the codes, in bits.
double overhead_bits(const Plan& plan) {
  const FormatRow& format = *plan.format;
  const double levels = static_cast<double>(plan.book.levels.size());
  if (plan.designed()) {
    double all = plan.books.empty() ? levels : 0;
    for (const Codebook& book : plan.books) all += static_cast<double>(book.levels.size());
    return all * (kLevelBits + (format.entropy_coded ? kShareBits : 0));
  }
  const std::size_t segments = plan.layout.segments();
  double bits = scale_bits(plan.request.scale, segments);
  if (format.has_zero_point) bits += static_cast<double>(segments) * plan.request.bits;
  if (format.takes & kTakesLevels) bits += levels * kLevelBits;
  return bits;
}

QuantizerReport report_quantizer(const Weights& weights, const Plan& plan, const Steps& steps, double entropy) {
  const FormatRow& format = *plan.format;
  QuantizerReport q;
  q.scales = plan.layout.segments();
  if (q.scales == 0) return q;
  const Cells first = plan.cells(0);
  q.levels = static_cast<double>(plan.has_book() ? plan.book.levels.size() : first.levels());
  if (weights.finite() > 0) {
    if (!plan.has_book()) {
      q.step = steps.largest;
      q.step_min = std::min(steps.smallest, steps.largest);
      if (q.scales == 1 && first.offset == 0) q.zero_point = format.has_zero_point ? -first.low : 0;
    }
    q.range_low = steps.low;
    q.range_high = steps.high;
  }
  const double count = static_cast<double>(weights.x().size());
  q.code_bits = format.entropy_coded ? entropy : format.code_bits(plan.request.bits);
  const double stored = count * q.code_bits + overhead_bits(plan);
  q.bits_per_weight = stored / count;
  q.bytes = std::ceil(stored / 8);
  return q;
}

// Sums over the finite weights, with errors in steps taken scale by scale, and how often each code occurs.
struct Totals {
  NoiseSums sums;
  double max_in_steps = 0, granular_max_in_steps = 0;
  std::vector<std::uint32_t> counts;
  double loss = 0;  // of the sums, for cancels()

  void add(const NoiseSums& run, const Cells& cells) {
    sums.n += run.n;
    sums.nn += run.nn;
    sums.xn += run.xn;
    sums.max = std::max(sums.max, run.max);
    sums.granular_max = std::max(sums.granular_max, run.granular_max);
    sums.overload += run.overload;
    sums.overload_nn += run.overload_nn;
    if (cells.step > 0) {
      max_in_steps = std::max(max_in_steps, run.max / cells.step);
      granular_max_in_steps = std::max(granular_max_in_steps, run.granular_max / cells.step);
    }
  }
};

// Where a grouped kernel takes all scales at once.
void total_in_groups(const Weights& weights, const Plan& plan, const Kernels& direct, Totals& totals) {
  const GroupedKernels& grouped = &direct == &scalar_kernels() ? scalar_grouped() : simd_grouped();
  const Cells grid = grid_cells(plan.book, 1, {});
  grouped.noise(weights.x().data(), weights.x().size(), plan.grouped(), plan.scales.data(), grid, plan.book.shape,
                totals.sums);
  totals.counts.resize(grid.levels());
  each_run(weights, plan, [&](std::size_t begin, std::size_t count, const Cells& cells) {
    direct.count_codes(weights.x().data() + begin, count, cells, static_cast<std::uint32_t>(begin), totals.counts.data());
  });
}

// Reads every weight: the oracle of the indexed way, and the only way for several scales.
Totals total_directly(const Weights& weights, const Plan& plan, const Kernels& direct) {
  const TensorReport& s = weights.statistics;
  const float absmax = static_cast<float>(std::max(std::fabs(s.min), std::fabs(s.max)));
  Totals totals;
  const auto ordinary = [](const GroupScale& group) { return group.scale == 0 || group.scale >= 0x1p-40f; };
  if (plan.grouped() && weights.all_finite() && weights.x().size() >= kBlockedFrom && absmax <= 0x1p40f &&
      std::all_of(plan.scales.span().begin(), plan.scales.span().end(), ordinary)) {
    total_in_groups(weights, plan, direct, totals);
    totals.loss = kBlockedLoss;
    return totals;
  }
  totals.loss = double_loss(static_cast<double>(weights.finite()));
  each_run(weights, plan, [&](std::size_t begin, std::size_t count, const Cells& cells) {
    const float* x = weights.x().data() + begin;
    const auto place = static_cast<std::uint32_t>(begin);
    const bool blocked = count >= kBlockedFrom && ordinary_scale(cells, absmax);
    NoiseSums run;
    if (blocked) {
      direct.noise_blocked(x, count, cells, place, run);
      totals.loss = kBlockedLoss;
    }
    // Noise so small that float32 squares of it vanish is summed in double.
    if (run.nn <= static_cast<double>(count) * 0x1p-120) {
      run = {};
      direct.noise(x, count, cells, place, run);
    }
    totals.add(run, cells);
    totals.counts.resize(std::max<std::size_t>(totals.counts.size(), cells.levels()));
    direct.count_codes(x, count, cells, place, totals.counts.data());
  });
  return totals;
}

Totals total_by_index(const Plan& plan, const SortedIndex& index) {
  const Cells cells = plan.cells(0);
  Totals totals;
  totals.counts.resize(cells.levels());
  totals.loss = double_loss(cells.levels());
  totals.add(measure_indexed(index, cells, totals.counts), cells);
  return totals;
}

// How many codes stand for no number.
std::uint64_t lost_codes(const Plan& plan, std::span<const std::uint32_t> counts) {
  const std::span<const float> levels = plan.book.levels;
  if (levels.empty() || std::isfinite(levels.front())) return 0;
  return std::uint64_t{counts.front()} + counts.back();
}

NoiseReport report_noise(const Weights& weights, const Plan& plan, const Steps& steps, const Totals& totals) {
  NoiseReport report;
  if (weights.finite() == 0) return report;
  const NoiseSums& sums = totals.sums;
  const double n = static_cast<double>(weights.finite());
  report = noise_report(weights.statistics, sums, n, lost_codes(plan, totals.counts));
  if (!plan.has_book()) {
    report.bound_in_steps = theory::bound_in_steps(plan.request.rounding);
    // Codes that were chosen under another scale than Q's leave no bound.
    if (plan.layout.segments() == 1 || !chosen_before(plan.request.scale)) {
      report.bound = report.bound_in_steps * steps.largest;
    }
    report.max_error_in_steps = totals.max_in_steps;
    report.granular_max_error_in_steps = totals.granular_max_in_steps;
  }
  report.overload = static_cast<double>(sums.overload) / n;
  if (report.lost == 0) report.overload_mse = sums.overload_nn / n;
  return report;
}

// H of codes whose cells are `width` steps (of a codebook scales), from a sample. The weight that sets its scale's range
// stands at one place for every scale: it is no part of the density, and has an end's code to itself.
double predict_scaled_entropy(const Weights& weights, const Plan& plan, double width) {
  constexpr std::size_t kSample = 1 << 15;
  const float slack = plan.request.scale == ScaleType::Float16 ? kFloat16Slack : 0;
  Buffer<float> scratch;
  double at_low = 0, at_high = 0;
  const auto scaled = [&](std::size_t i) {
    const Cells cells = plan.cells(plan.layout.segment_of(i));
    const float x = weights.x()[i];
    const float room = slack * std::max(-cells.range_low, cells.range_high);
    const bool low = stands_on(x, cells.range_low, room), high = stands_on(x, cells.range_high, room);
    const float unit = cells.divisor();
    if (unit > 0 && !low && !high) return x / unit - static_cast<float>(cells.low);
    if (unit > 0) low ? ++at_low : ++at_high;
    return std::numeric_limits<float>::quiet_NaN();
  };
  const auto sorted = sample_sorted(weights.x().size(), scaled, scratch, kSample);
  if (!sorted) return kMeaningless;
  const double all = static_cast<double>(sorted.value().size()) + at_low + at_high;
  std::vector<double> ends;
  for (const double end : {at_low, at_high}) {
    if (end > 0) ends.push_back(end / all);
  }
  return theory::grouped_entropy_bits(theory::entropy_bits(differential_entropy(sorted.value()).bits, width), ends);
}

// Bennett's integral over the codebook's own cells: each errs as a uniform one of its width. For a scale of 1.
struct BookPrediction {
  double mse = 0;
  double mean_log2_width = 0;
};

BookPrediction predict_book(std::span<const float> levels, std::span<const float> edges,
                            std::span<const std::uint32_t> counts, double n) {
  const std::span<const float> finite = finite_levels(levels);
  const std::size_t first = (levels.size() - finite.size()) / 2;
  BookPrediction prediction;
  const std::vector<double> widths = cell_widths(finite, edges.subspan(first, finite.size() - 1));
  for (std::size_t k = 0; k < widths.size() && widths.size() > 1; ++k) {
    const double share = counts[first + k] / n;
    prediction.mse += share * theory::noise_mse(Rounding::Nearest, widths[k]);
    if (share > 0) prediction.mean_log2_width += share * std::log2(widths[k]);
  }
  return prediction;
}

// The mean square that each group's own codebook predicts.
double predict_books(const Weights& weights, const Plan& plan) {
  double nn = 0;
  each_run(weights, plan, [&](std::size_t begin, std::size_t count, const Cells& cells) {
    std::vector<std::uint32_t> counts(cells.levels());
    kernels().count_codes(weights.x().data() + begin, count, cells, static_cast<std::uint32_t>(begin), counts.data());
    const double n = static_cast<double>(count);
    nn += n * predict_book(cells.book_levels, cells.book_edges, counts, n).mse;
  });
  return nn / static_cast<double>(weights.finite());
}

PredictionReport predict(const Weights& weights, const Plan& plan, const Steps& steps,
                         std::span<const std::uint32_t> counts) {
  PredictionReport prediction;
  if (weights.finite() == 0 || !(steps.largest > 0) || plan.book.levels.size() == 1) return prediction;
  const TensorReport& tensor = weights.statistics;
  const double n = static_cast<double>(weights.finite());
  const bool one_scale = plan.layout.segments() == 1;
  // How wide a cell is, in units of x/Δ where there are several scales.
  double width = one_scale ? steps.largest : 1;
  prediction.mse = steps.predicted_nn / n;
  if (!plan.books.empty()) {
    prediction.mse = predict_books(weights, plan);
    prediction.snr_db = theory::snr_db(tensor.rms * tensor.rms, prediction.mse);
    return prediction;
  }
  if (plan.has_book()) {
    const double lost = static_cast<double>(lost_codes(plan, counts));
    const BookPrediction book = predict_book(plan.book.levels, plan.book.edges, counts, n - lost);
    const double mean_square_scale = steps.scale_squares / n;
    // Where weights fall among the levels has little to do with their scale.
    prediction.mse = lost > 0 ? kMeaningless : mean_square_scale * book.mse;
    width = std::exp2(book.mean_log2_width) * (one_scale ? std::sqrt(mean_square_scale) : 1);
  }
  prediction.snr_db = theory::snr_db(tensor.rms * tensor.rms, prediction.mse);
  if (tensor.std == 0) return prediction;
  prediction.entropy_bits = one_scale ? theory::entropy_bits(weights.differential_bits, width)
                                      : predict_scaled_entropy(weights, plan, width);
  return prediction;
}

}  // namespace

Status examine(Weights& weights, double closed_form_bits) {
  measure_statistics(weights);
  Buffer<float> scratch;
  const auto sorted = sample_sorted(weights.x(), scratch);
  if (!sorted) return Error{sorted.error()};
  const SpacingEstimate estimate = differential_entropy(sorted.value());
  weights.differential_bits = std::isnan(closed_form_bits) ? estimate.bits : closed_form_bits;
  weights.largest_atom = estimate.largest_atom;
  return {};
}

Analysis analyze(const Weights& weights, const Plan& plan, const SortedIndex* index, const Kernels& direct) {
  if (plan.in_blocks()) return analyze_blocks(weights, plan, direct);
  const Steps steps = survey_steps(weights, plan);
  const bool indexed = index && plan.layout.segments() == 1 && weights.finite() > 0 && can_index(plan.cells(0));
  Totals totals = indexed ? total_by_index(plan, *index) : total_directly(weights, plan, direct);
  Analysis analysis;
  Report& report = analysis.report;
  report.tensor = weights.statistics;
  report.noise = report_noise(weights, plan, steps, totals);
  if (cancels(report.tensor, report.noise, totals.loss)) {
    const Means means{report.tensor.mean, report.noise.bias};
    const NoiseSums sums =
        indexed ? measure_indexed(*index, plan.cells(0), {}, means) : sums_about(weights, plan, means);
    recentre(report.tensor, sums, static_cast<double>(weights.finite()), report.noise);
  }
  analysis.counts = std::move(totals.counts);
  const CodeEntropy entropy = code_entropy(analysis.counts);
  report.quantizer = report_quantizer(weights, plan, steps, entropy.bits);
  report.entropy = {entropy.bits, entropy.occupied, weights.differential_bits};
  report.prediction = predict(weights, plan, steps, analysis.counts);
  report.prediction.conditions = failing_conditions(report, weights.largest_atom);
  return analysis;
}

namespace {

// Of codebooks of one size each level stands where they have it on average.
void average(const std::vector<Codebook>& books, std::vector<Level>& levels) {
  double whole = 0;
  std::vector<double> places(levels.size());
  for (const Codebook& book : books) {
    if (book.levels.size() != levels.size()) continue;
    whole += 1;
    for (std::size_t k = 0; k < levels.size(); ++k) places[k] += book.levels[k];
  }
  for (std::size_t k = 0; k < levels.size(); ++k) {
    levels[k].value = places[k] / whole;
    if (k > 0) levels[k].edge = (levels[k - 1].value + levels[k].value) / 2;
  }
}

}  // namespace

std::vector<Level> levels(const Plan& plan, const Analysis& analysis) {
  std::vector<Level> all;
  if (analysis.counts.empty()) return all;
  if (plan.in_blocks()) return block_levels(plan, analysis);
  const Cells cells = plan.cells(0);
  const bool shared = plan.layout.segments() == 1;
  for (std::size_t k = 0; k < plan.book.levels.size(); ++k) {
    if (!std::isfinite(plan.book.levels[k])) continue;
    const double scale = shared ? static_cast<double>(cells.book_scale) : 1;
    const double edge = k == 0 ? -INFINITY : static_cast<double>(plan.book.edges[k - 1]) * scale;
    all.push_back({static_cast<std::int32_t>(k), plan.book.levels[k] * scale, edge, analysis.counts[k]});
  }
  if (!plan.books.empty()) average(plan.books, all);
  if (!all.empty()) return all;
  const double step = shared ? static_cast<double>(cells.step) : 1;
  // Codes of an affine format start at 0 for every scale, wherever its zero point lies.
  const std::int32_t zero = plan.format->has_zero_point ? -cells.low : 0;
  const bool edge_below = cells.rounding == Rounding::Floor;
  all.reserve(analysis.counts.size());
  for (std::size_t i = 0; i < analysis.counts.size(); ++i) {
    const std::int32_t k = cells.low + static_cast<std::int32_t>(i);
    const double place = shared || !plan.format->has_zero_point ? k + cells.offset : static_cast<double>(k + zero);
    const double value = shared ? static_cast<float>((static_cast<float>(k) + cells.offset) * cells.step) : place;
    const double edge = i == 0 ? -INFINITY : (place - (edge_below ? 0 : 0.5)) * step;
    all.push_back({k + zero, value, edge, analysis.counts[i]});
  }
  return all;
}

Beyond beyond(const Plan& plan) {
  if (!plan.has_book() || std::isfinite(plan.book.levels.back())) return {};
  const double scale = plan.layout.segments() == 1 ? static_cast<double>(plan.cells(0).book_scale) : 1;
  return {plan.book.edges.back() * scale, plan.book.levels.back()};
}

NoiseSums sums_about(const Weights& weights, const Plan& plan, Means about) {
  const std::span<const float> x = weights.x();
  std::array<float, 4096> q;
  NoiseSums sums;
  sums.about = about;
  for (std::size_t begin = 0; begin < x.size(); begin += q.size()) {
    const std::size_t end = std::min(begin + q.size(), x.size());
    quantize(weights, plan, begin, std::span(q).first(end - begin));
    each_finite_run(x, begin, end, weights.all_finite(), [&](std::size_t first, std::size_t count) {
      kernels().difference(&x[first], &q[first - begin], count, sums);
    });
  }
  return sums;
}

void weight_histogram(const Weights& weights, Bins& bins) {
  each_finite_run(weights.x(), 0, weights.x().size(), weights.all_finite(), [&](std::size_t begin, std::size_t count) {
    kernels().histogram(weights.x().data() + begin, count, bins);
  });
}

void noise_histogram(const Weights& weights, const Plan& plan, Bins& bins) {
  if (plan.in_blocks()) return block_noise_histogram(weights, plan, bins);
  each_run(weights, plan, [&](std::size_t begin, std::size_t count, const Cells& cells) {
    kernels().noise_histogram(weights.x().data() + begin, count, cells, static_cast<std::uint32_t>(begin), bins);
  });
}

Probe probe(const Plan& plan, float x) {
  if (std::isnan(x)) x = 0;
  const Cells cells = plan.cells(0);
  float q = 0;
  kernels().reconstruct(&x, 1, cells, 0, &q);
  std::int32_t code;
  if (plan.has_book()) {
    const float place = cells.divisor() == 0 ? 0 : cells.place()(x);
    code = static_cast<std::int32_t>(std::upper_bound(cells.book_edges.begin(), cells.book_edges.end(), place) -
                                     cells.book_edges.begin());
  } else {
    std::uint16_t counted = 0;
    kernels().encode(&x, 1, cells, 0, &counted);
    code = (plan.format->has_zero_point ? 0 : cells.low) + counted;
  }
  return {code, q, static_cast<double>(x) - static_cast<double>(q)};
}

void quantize(const Weights& weights, const Plan& plan, std::size_t begin, std::span<float> out) {
  if (plan.in_blocks()) return quantize_blocks(weights, plan, begin, out);
  const std::size_t end = begin + out.size();
  for (std::size_t at = begin; at < end;) {
    const std::size_t segment = plan.layout.segment_of(at);
    const std::size_t stop = std::min(end, plan.layout.end(segment));
    kernels().reconstruct(weights.x().data() + at, stop - at, plan.cells(segment), static_cast<std::uint32_t>(at),
                          out.data() + (at - begin));
    at = stop;
  }
  if (weights.all_finite()) return;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (std::isnan(weights.x()[begin + i])) out[i] = plan.book.nan;
  }
}

}  // namespace halfstep
