#include "quantizers/range_search.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <optional>
#include <vector>

#include "kernels/float_order.h"
#include "measures/indexed.h"
#include "quantizers/best_range.h"

namespace halfstep {

namespace {

// Shares of the widest range's ends, the error there, and what clipping alone costs.
struct Trial {
  double low, high;
  double error = INFINITY, clipped = 0;
};

class RangeSearch {
 public:
  RangeSearch(const SortedIndex& index, const FormatRow& format, const Request& request, Interval widest,
              const Codebook* grid)
      : index_(index),
        format_(format),
        request_(request),
        grid_(grid),
        widest_(widest),
        levels_(cells(widest).levels()),
        two_ended_(!format.symmetric && widest.low < 0 && widest.high > 0),
        scan_(std::min(std::exp2(1.0 / 16), 1 + 2.0 / std::min(levels_, kManyLevels))) {}

  Interval find() {
    offer(1);
    walk_assignments();
    scan();
    const double spacing = scan_between();
    for (const Trial& start : apart(levels_ <= 4096 ? 4 : 1, spacing)) descend(start, spacing);
    walk_near_best();
    return range(best_);
  }

 private:
  static constexpr std::uint32_t kManyLevels = 256;     // beyond it the error is smooth in the range
  static constexpr std::size_t kMostChanges = 1 << 21;  // of levels, walked one by one
  static constexpr std::size_t kMostWalked = 1 << 14;   // distinct weights, about the best
  static constexpr double kMostCells = 1 << 19;         // measured in the finer scan
  static constexpr double kNarrowest = 0x1p-14;         // share of the widest range

  Interval range(const Trial& t) const {
    return {widest_.low * t.low, widest_.high * t.high};
  }

  Cells cells(Interval range) const { return cells_of(format_, request_, grid_, range); }

  // How wide, in the widest.
  double size(const Trial& t) const { return range(t).width() / widest_.width(); }

  // As it is.
  Trial measure(double low, double high, NoiseSums* sums = nullptr) {
    Trial trial{low, high};
    const Interval here = range(trial);
    if (here.radius() > static_cast<double>(FLT_MAX)) return trial;
    const Cells tried = cells(here);
    if (!can_index(tried)) return trial;
    const NoiseSums all = measure_indexed(index_, tried, {});
    if (sums) *sums = all;
    return keep({low, high, std::isfinite(all.nn) ? all.nn : INFINITY, clipped(here)});
  }

  // Of that size: an affine one with weights on both sides of zero wherever its levels are best put.
  Trial measure(double size) {
    if (!two_ended_) return measure(size, size);
    Cells tried = cells(range({size, size}));
    if (!can_index(tried)) return {size, size};
    tried.high = static_cast<std::int32_t>(levels_) - 1;
    tried.low = -tried.high;
    const Placed placed = best_placed(index_, tried);
    const double step = tried.step;
    return keep({placed.low * step / widest_.low, (placed.low + tried.high) * step / widest_.high, placed.nn, placed.clipped});
  }

  Trial keep(Trial trial) {
    if (trial.error < best_.error) best_ = trial;
    return trial;
  }

  Trial offer(double size) {
    trials_.push_back(measure(size));
    return trials_.back();
  }

  // What clipping alone costs: a floor of the error that rises as the range shrinks.
  double clipped(Interval r) const {
    const std::size_t inside = index_.below(last_within(r.low)), beyond = index_.not_above(last_within(r.high));
    return index_.errors(0, inside, r.low).ee + index_.errors(beyond, index_.size(), r.high).ee;
  }

  // The distinct weights, or none where there are more than `most`.
  std::vector<Atom> distinct(std::size_t most) const {
    std::vector<Atom> atoms;
    for (std::size_t first = 0, last = 0; first < index_.size(); first = last) {
      if (atoms.size() == most) return {};
      const float x = index_.sorted()[first];
      last = index_.below(std::nextafter(x, INFINITY), first);
      atoms.push_back({x, static_cast<double>(last - first)});
    }
    return atoms;
  }

  bool walks() const { return request_.rounding != Rounding::Floor && !grid_ && request_.scale == ScaleType::Float32; }

  // All assignments of weights to levels, where there are few.
  void walk_assignments() {
    if (!walks()) return;
    const std::vector<Atom> atoms = distinct(2 * kMostChanges / levels_);
    const std::optional<Interval> found = best_range(atoms, format_.symmetric, cells(widest_), widest_, kMostChanges);
    walked_ = found.has_value();
    if (found) trials_.push_back(measure(share(found->low, widest_.low), share(found->high, widest_.high)));
  }

  // Those near the best, which a scan may have stepped over.
  void walk_near_best() {
    if (walked_ || !walks()) return;
    const std::vector<Atom> atoms = distinct(kMostWalked);
    if (atoms.empty()) return;
    const Interval here = range(best_);
    const std::optional<Interval> found =
        best_range_near(atoms, format_.symmetric, cells(here), here, widest_, kMostChanges);
    if (found) measure(share(found->low, widest_.low), share(found->high, widest_.high));
  }

  static double share(double end, double widest) { return widest == 0 ? 1 : end / widest; }

  // A range of more than twice the weights leaves half of the levels empty.
  void scan() {
    const bool wider = levels_ <= kManyLevels;
    for (double size = wider ? 2 : 1; size > kNarrowest; size /= scan_) {
      const Trial tried = offer(size);
      if (size < 1 && tried.clipped > best_.error) break;
    }
  }

  // N weights let the error ripple by about 1/√N about its mean. Scans finely wherever that may hide the least;
  // answers the spacing, a logarithm.
  double scan_between() {
    const double ripple = 1 + 4 / std::sqrt(static_cast<double>(index_.size()));
    std::vector<Trial> promising;
    for (const Trial& t : trials_) {
      if (t.error <= best_.error * ripple) promising.push_back(t);
    }
    const double cells = static_cast<double>(std::min<std::size_t>(levels_, index_.size()));
    const double each = kMostCells / cells / static_cast<double>(promising.size());
    const int parts = static_cast<int>(std::clamp(each, 1.0, 16.0));
    const double spacing = std::log(scan_) / parts;
    for (const Trial& t : promising) {
      for (int i = 1 - parts; i < parts; ++i) {
        if (i != 0) offer(size(t) * std::exp(i * spacing));
      }
    }
    return spacing;
  }

  // The best trials that are no neighbours of a better one.
  std::vector<Trial> apart(std::size_t most, double spacing) {
    std::sort(trials_.begin(), trials_.end(), [](const Trial& a, const Trial& b) { return a.error < b.error; });
    const double near = 2.5 * spacing;
    std::vector<Trial> chosen;
    for (const Trial& t : trials_) {
      const bool neighbour = std::any_of(chosen.begin(), chosen.end(),
                                         [&](const Trial& c) { return std::fabs(std::log(size(t) / size(c))) < near; });
      if (neighbour) continue;
      chosen.push_back(t);
      if (chosen.size() == most) break;
    }
    return chosen;
  }

  // Ever smaller steps, then to the least error of the assignment reached.
  void descend(Trial at, double spacing) {
    const double finest = levels_ <= 4096 ? 1e-4 : 1e-3;
    for (double reach = spacing; reach > finest; reach /= 3) {
      for (bool moved = true; moved;) {
        Trial next = at;
        for (const int i : {-3, -2, -1, 1, 2, 3}) {
          const Trial trial = measure(size(at) * std::exp(i * reach / 3));
          if (trial.error < next.error) next = trial;
        }
        moved = next.error < at.error;
        at = next;
      }
    }
    settle(at);
  }

  // Least squares of x on Q for the codes as they are: Δ·(1 + ΣQn/ΣQ²).
  void settle(Trial at) {
    const double power = index_.sums(0, index_.size()).xx;
    double error = INFINITY;
    for (int i = 0; i < 16; ++i) {
      NoiseSums sums;
      const Trial here = measure(at.low, at.high, &sums);
      if (!(here.error < error)) return;
      error = here.error;
      const double factor = 1 + (sums.xn - sums.nn) / (power - 2 * sums.xn + sums.nn);
      at.low *= factor;
      at.high *= factor;
    }
  }

  const SortedIndex& index_;
  const FormatRow& format_;
  const Request& request_;
  const Codebook* grid_;
  const Interval widest_;
  const std::uint32_t levels_;
  const bool two_ended_;
  const double scan_;    // ratio of neighbours in the scan
  bool walked_ = false;  // all assignments
  Trial best_{1, 1};
  std::vector<Trial> trials_;
};

}  // namespace

Interval mse_range(const SortedIndex& index, const FormatRow& format, const Request& request, Interval widest,
                   const Codebook* grid) {
  return RangeSearch(index, format, request, widest, grid).find();
}

}  // namespace halfstep
