#include "quantizers/plan.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "quantizers/direct_range.h"
#include "quantizers/lattice_codes.h"
#include "quantizers/range.h"
#include "quantizers/range_search.h"
#include "quantizers/scales.h"

namespace halfstep {

namespace {

Error no_memory() { return {"There is not enough memory left to find the ranges of these weights."}; }

// The range of one scale, from the finite weights among [begin, end).
class RangeFinder {
 public:
  // `index` of all the weights, or null; the grid of the plan's format, or null.
  RangeFinder(const Weights& weights, const Request& request, const FormatRow& format, const SortedIndex* index,
              const Codebook* grid)
      : weights_(weights), request_(request), format_(format), index_(index), grid_(grid) {}

  Result<Interval> find(std::size_t begin, std::size_t end) {
    const bool symmetric = format_.symmetric;
    const Range& range = request_.range;
    if (range.rule == RangeRule::Number && symmetric) {
      return number_range(range.value, 0, 0, symmetric);
    }
    const Moments m = moments(begin, end);
    if (m.count == 0) return Interval{};
    if (range.rule == RangeRule::Number) {
      return number_range(range.value, m.min, m.max, symmetric);
    }
    if (range.rule == RangeRule::Absmean) {
      return number_range(magnitudes(begin, end) / static_cast<double>(m.count), m.min, m.max, symmetric);
    }
    const Interval widest = absmax_range(m.min, m.max, symmetric);
    if (range.rule == RangeRule::Absmax || (widest.low == 0 && widest.high == 0)) return widest;
    if (index_ && m.count == index_->size()) {
      if (range.rule == RangeRule::Percentile) return percentile_range(*index_, range.value, symmetric);
      if (!is_random(request_.rounding)) return mse_range(*index_, format_, request_, widest, grid_);
    }

    if (range.rule == RangeRule::Mse && m.count == end - begin) {
      return mse_range(weights_.x().subspan(begin, end - begin), begin, format_, request_, widest, grid_);
    }
    const Result<std::span<float>> finite = copy(begin, end, static_cast<std::size_t>(m.count));
    if (!finite) return Error{finite.error()};
    if (range.rule == RangeRule::Percentile) return percentile_range(finite.value(), range.value, symmetric);
    return mse_range(finite.value(), begin, format_, request_, widest, grid_);
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

  double magnitudes(std::size_t begin, std::size_t end) const {
    double total = 0;
    each_finite_run(weights_.x(), begin, end, weights_.all_finite(), [&](std::size_t first, std::size_t count) {
      total += kernels().magnitudes(weights_.x().data() + first, count);
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
  const Codebook* grid_;
  Buffer<float> scratch_;
};

// Only a range chosen by its error depends on the bits and the rounding. A codebook has none to share.
bool same_ranges(const Plan& a, const Plan& b) {
  const Transform& transform = a.request.transform;
  if (transform != b.request.transform) return false;
  if (transform.kind == TransformKind::Hadamard && a.request.seed != b.request.seed) return false;
  return a.request.range == b.request.range && a.request.granularity == b.request.granularity &&
         a.format->symmetric == b.format->symmetric && !a.format->design && !b.format->design && !a.format->codec &&
         a.request.range.rule != RangeRule::Mse;
}

// More codebooks than a person waits for.
constexpr std::size_t kMostBooks = 4096;

// A codebook for the finite weights of each segment.
Status design_books(const Weights& weights, Plan& plan) {
  if (plan.layout.segments() > kMostBooks) {
    return Error{"A codebook for each of " + std::to_string(plan.layout.segments()) + " groups is more than the " +
                 std::to_string(kMostBooks) + " that are designed; take larger groups."};
  }
  for (std::size_t s = 0; s < plan.layout.segments(); ++s) {
    std::vector<float> finite;
    each_finite_run(weights.x(), plan.layout.begin(s), plan.layout.end(s), weights.all_finite(),
                    [&](std::size_t begin, std::size_t count) {
                      const float* x = weights.x().data() + begin;
                      finite.insert(finite.end(), x, x + count);
                    });
    Codebook book;
    if (!finite.empty()) {
      SortedIndex index;
      if (Status begun = index.begin(finite); !begun) return begun;
      while (index.advance() < 1) {
      }
      book = plan.format->design(index, plan.request.bits).book;
      plan.ranges[s] = {index.sorted().front(), index.sorted().back()};
    }
    if (book.levels.empty()) book.levels.push_back(0);
    if (book.levels.size() > plan.book.levels.size()) plan.book = book;
    plan.books.push_back(std::move(book));
  }
  return {};
}

// A codebook's cells reach to the ends: nothing is beyond its range.
Status design_book(const Weights& weights, Plan& plan, const SortedIndex* index) {
  if (plan.layout.segments() > 1) return design_books(weights, plan);
  const FormatRow& row = *plan.format;
  if (!index) return Error{"The format " + plan.request.format + " needs the sorted index, and memory does not allow it."};
  for (Interval& range : plan.ranges.span()) {
    range = {weights.statistics.min, weights.statistics.max};
  }
  if (index->size() > 0) plan.book = row.design(*index, plan.request.bits).book;
  if (plan.book.levels.empty()) plan.book.levels.push_back(0);
  return {};
}

// The scales of all segments as they are stored.
Status store_scales(Plan& plan, std::span<const Interval> ranges) {
  const std::size_t segments = plan.layout.segments();
  Buffer<float> ideal;
  if (!ideal.allocate(segments) || !plan.scales.allocate(segments)) return no_memory();
  if (plan.has_book()) {
    store_scales(plan.request.scale, ranges, largest_level(plan.book.levels), ideal.span(), plan.scales.span());
    return {};
  }
  for (std::size_t s = 0; s < segments; ++s) {
    ideal[s] = cells_of(*plan.format, plan.request, nullptr, ranges[s]).step;
  }
  store_shared(plan.request.scale, ideal.span(), plan.format->reach(plan.request.bits));
  for (std::size_t s = 0; s < segments; ++s) plan.scales[s] = {ideal[s], 0, 0};
  return {};
}

}  // namespace

std::size_t Plan::grouped() const {
  const std::size_t group = layout.even();
  const bool kernel = book.levels.size() <= 16 || (book.shape.largest > 0 && book.shape.bias != 127);
  return has_book() && scales.size() > 0 && kernel && group % 16 == 0 ? group : 0;
}

std::uint32_t Plan::code_levels() const {
  if (codec()) return static_cast<std::uint32_t>(codec()->levels.size());
  if (format->lattice) return 2 * static_cast<std::uint32_t>(code_of_zero(*format->lattice, format->reach(request.bits))) + 1;
  return has_book() ? static_cast<std::uint32_t>(book.levels.size()) : cells(0).levels();
}

Cells Plan::cells(std::size_t segment) const {
  if (designed()) return grid_cells(books.empty() ? book : books[segment], 1, ranges[segment]);
  if (has_book() && scales.size() > 0) {
    const GroupScale& stored = scales[segment];
    const bool own_range = request.scale == ScaleType::Float32;
    Cells cells = grid_cells(book, stored.scale, own_range ? ranges[segment] : Interval{-stored.reach, stored.reach});
    cells.own_scale = stored.own;
    cells.step = book_step(book.levels, stored.own);
    return cells;
  }
  const Cells cells = cells_of(*format, request, has_book() ? &book : nullptr, ranges[segment]);
  return clear_of_dither(scales.size() ? rescaled(*format, cells, scales[segment].scale, request.scale) : cells);
}

Result<Plan> make_plan(const Weights& weights, const Request& request, Plan* earlier,
                       const SortedIndex* index) {
  const Result<const FormatRow*> format = find_format(request.format);
  if (!format) return Error{format.error()};
  const FormatRow& row = *format.value();
  if (Status taken = check_words(row, request); !taken) return Error{taken.error()};
  Plan plan{request, &row, Layout(weights.x().size(), weights.shape, request.granularity), {}, {}, {}, {}};
  if (row.codec) return plan;
  if (row.grid) {
    Result<Codebook> grid = row.grid(request);
    if (!grid) return Error{grid.error()};
    plan.book = std::move(grid.value());
  }
  const bool shared = earlier && same_ranges(*earlier, plan);
  if (!shared) {
    if (!plan.ranges.allocate(plan.layout.segments())) return no_memory();
    if (row.design) {
      if (Status designed = design_book(weights, plan, index); !designed) return Error{designed.error()};
      return plan;
    }
    const std::size_t group = plan.layout.even();
    if (request.range.rule == RangeRule::Absmax && row.symmetric && group > 0 && group % 16 == 0 && plan.layout.segments() > 1 &&
        weights.all_finite()) {
      absmax_ranges(weights.x(), group, plan.ranges.span());
    } else {
      RangeFinder finder(weights, request, row, index, plan.has_book() ? &plan.book : nullptr);
      for (std::size_t s = 0; s < plan.ranges.size(); ++s) {
        Result<Interval> range = finder.find(plan.layout.begin(s), plan.layout.end(s));
        if (!range) return Error{range.error()};
        plan.ranges[s] = range.value();
      }
    }
  }
  const std::size_t segments = plan.layout.segments();
  if (segments > 0 && (is_shared(request.scale) || (plan.has_book() && segments > 1))) {
    if (Status stored = store_scales(plan, (shared ? earlier : &plan)->ranges.span()); !stored) return Error{stored.error()};
  }
  // Nothing fails from here on: whoever kept the earlier plan still has it whole after an error.
  if (shared) plan.ranges = std::move(earlier->ranges);
  return plan;
}

}  // namespace halfstep
