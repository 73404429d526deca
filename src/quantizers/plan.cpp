#include "quantizers/plan.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "quantizers/range.h"
#include "quantizers/range_search.h"

namespace halfstep {

namespace {

Error no_memory() { return {"There is not enough memory left to find the ranges of these weights."}; }

// The range of one scale, from the finite weights among [begin, end).
class RangeFinder {
 public:
  // `index` of all the weights, or null.
  RangeFinder(const Weights& weights, const Request& request, const FormatRow& format, const SortedIndex* index)
      : weights_(weights), request_(request), format_(format), index_(index) {}

  Result<Interval> find(std::size_t begin, std::size_t end) {
    const bool symmetric = format_.symmetric;
    const Range& range = request_.range;
    if (range.rule == RangeRule::Number && symmetric) {
      return number_range(static_cast<float>(range.value), 0, 0, symmetric);
    }
    const Moments m = moments(begin, end);
    if (m.count == 0) return Interval{};
    if (range.rule == RangeRule::Number) {
      return number_range(static_cast<float>(range.value), m.min, m.max, symmetric);
    }
    const Interval widest = absmax_range(m.min, m.max, symmetric);
    if (range.rule == RangeRule::Absmax || (widest.low == 0 && widest.high == 0)) return widest;
    if (index_ && m.count == index_->size()) {
      if (range.rule == RangeRule::Percentile) return percentile_range(*index_, range.value, symmetric);
      if (request_.rounding != Rounding::Stochastic) return mse_range(*index_, format_, request_, widest);
    }

    if (range.rule == RangeRule::Mse && m.count == end - begin) {
      return mse_range(weights_.x().subspan(begin, end - begin), begin, format_, request_, widest);
    }
    const Result<std::span<float>> finite = copy(begin, end, static_cast<std::size_t>(m.count));
    if (!finite) return Error{finite.error()};
    if (range.rule == RangeRule::Percentile) return percentile_range(finite.value(), range.value, symmetric);
    return mse_range(finite.value(), begin, format_, request_, widest);
  }

 private:
  Moments moments(std::size_t begin, std::size_t end) const {
    const TensorReport& all = weights_.statistics;
    if (begin == 0 && end == weights_.x().size()) {
      return {weights_.finite(), 0, 0, static_cast<float>(all.min), static_cast<float>(all.max)};
    }
    Moments total;
    each_finite_run(weights_.x(), begin, end, weights_.all_finite(), [&](std::size_t first, std::size_t count) {
      const Moments m = kernels().moments(weights_.x().data() + first, count);
      total.min = total.count ? std::min(total.min, m.min) : m.min;
      total.max = total.count ? std::max(total.max, m.max) : m.max;
      total.count += m.count;
    });
    return total;
  }

  // The finite weights, packed: percentiles reorder them.
  Result<std::span<float>> copy(std::size_t begin, std::size_t end, std::size_t count) {
    if (scratch_.size() < count && !scratch_.allocate(count)) return no_memory();
    float* out = scratch_.data();
    each_finite_run(weights_.x(), begin, end, weights_.all_finite(), [&](std::size_t first, std::size_t n) {
      out = std::copy_n(weights_.x().data() + first, n, out);
    });
    return scratch_.span().first(count);
  }

  const Weights& weights_;
  const Request& request_;
  const FormatRow& format_;
  const SortedIndex* index_;
  Buffer<float> scratch_;
};

// Only a range chosen by its error depends on the bits and the rounding. A codebook has none to share.
bool same_ranges(const Plan& a, const Plan& b) {
  return a.request.range == b.request.range && a.request.granularity == b.request.granularity &&
         a.format->symmetric == b.format->symmetric && !a.format->design && !b.format->design &&
         a.request.range.rule != RangeRule::Mse;
}

// Histograms of the noise take the mean distance between levels as their unit.
Cells book_cells(const Codebook& book, Interval range) {
  Cells cells;
  const std::size_t last = book.levels.size() - 1;
  cells.high = static_cast<std::int32_t>(last);
  cells.step = last == 0 ? 1 : (book.levels[last] - book.levels[0]) / static_cast<float>(last);
  cells.range_low = range.low;
  cells.range_high = range.high;
  cells.book_levels = book.levels;
  cells.book_edges = book.edges;
  return cells;
}

// A codebook's cells reach to the ends: nothing is beyond its range.
Status design_book(const Weights& weights, Plan& plan, const SortedIndex* index) {
  const FormatRow& row = *plan.format;
  if (plan.request.granularity.kind != GranularityKind::Tensor) {
    return Error{"The format " + plan.request.format + " has one codebook for the whole tensor; its granularity is tensor."};
  }
  if (!index) return Error{"The format " + plan.request.format + " needs the sorted index, and memory does not allow it."};
  for (Interval& range : plan.ranges.span()) {
    range = {static_cast<float>(weights.statistics.min), static_cast<float>(weights.statistics.max)};
  }
  if (index->size() > 0) plan.book = row.design(*index, plan.request.bits).book;
  if (plan.book.levels.empty()) plan.book.levels.push_back(0);
  return {};
}

}  // namespace

Cells Plan::cells(std::size_t segment) const {
  if (!book.levels.empty()) return book_cells(book, ranges[segment]);
  Cells cells = format->cells(request.bits, ranges[segment]);
  cells.rounding = request.rounding;
  cells.seed = request.seed;
  return cells;
}

Result<Plan> make_plan(const Weights& weights, const Request& request, Plan* earlier,
                       const SortedIndex* index) {
  const Result<const FormatRow*> format = find_format(request.format);
  if (!format) return Error{format.error()};
  const FormatRow& row = *format.value();
  if (request.bits < row.bits_min || request.bits > row.bits_max) {
    return Error{"The format " + request.format + " has " + std::to_string(row.bits_min) + " to " +
                 std::to_string(row.bits_max) + " bits, not " + std::to_string(request.bits) + "."};
  }
  Plan plan{request, &row, Layout(weights.x().size(), weights.shape, request.granularity), {}, {}};
  if (earlier && same_ranges(*earlier, plan)) {
    plan.ranges = std::move(earlier->ranges);
    return plan;
  }
  if (!plan.ranges.allocate(plan.layout.segments())) return no_memory();
  if (row.design) {
    if (Status designed = design_book(weights, plan, index); !designed) return Error{designed.error()};
    return plan;
  }
  RangeFinder finder(weights, request, row, index);
  for (std::size_t s = 0; s < plan.ranges.size(); ++s) {
    Result<Interval> range = finder.find(plan.layout.begin(s), plan.layout.end(s));
    if (!range) return Error{range.error()};
    plan.ranges[s] = range.value();
  }
  return plan;
}

}  // namespace halfstep
