#include "quantizers/direct_range.h"

#include <algorithm>
#include <array>
#include <cfloat>
#include <cmath>
#include <optional>
#include <vector>

#include "quantizers/best_range.h"

namespace halfstep {

namespace {

struct Trial {
  double factor, error;
};

// Keeps the best few trials, best first.
class Podium {
 public:
  void offer(Trial trial) {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (trial.error < places_[i].error) {
        std::copy_backward(places_.begin() + static_cast<std::ptrdiff_t>(i), places_.end() - 1, places_.end());
        places_[i] = trial;
        return;
      }
    }
  }
  const Trial& best() const { return places_[0]; }
  const std::array<Trial, 3>& places() const { return places_; }

 private:
  std::array<Trial, 3> places_{Trial{1, INFINITY}, {1, INFINITY}, {1, INFINITY}};
};

class DirectSearch {
 public:
  DirectSearch(std::span<const float> x, std::size_t index, const FormatRow& format, const Request& request,
               Interval widest, const Codebook* grid)
      : x_(x),
        index_(static_cast<std::uint32_t>(index)),
        format_(format),
        request_(request),
        widest_(widest),
        grid_(grid),
        top_(static_cast<int>(cells(widest).levels()) - 1) {}

  Interval find() {
    if (const std::optional<Interval> exact = walk_assignments()) {
      const bool better = measure(*exact).total < measure(widest_).total;
      // A stored scale moves to the nearest of its type, and another may be better there.
      if (request_.scale == ScaleType::Float32) return better ? *exact : widest_;
      if (better) podium_.offer(trial(exact->radius() / widest_.radius()));
    }
    scan();
    refine();
    const Trial common = podium_.best();
    if (format_.symmetric || widest_.low == 0 || widest_.high == 0) return walk_near(times(common.factor));
    const Place own = move_ends(common.factor);
    return walk_near(own.error < common.error ? range_of(own) : times(common.factor));
  }

 private:
  static constexpr double kScan = 0.9576032806985737;  // 2^(−1/16)
  static constexpr int kScans = 16 * 14;               // down to 2⁻¹⁴ of the widest
  static constexpr int kFine = 12;                     // trials on each side, twice
  static constexpr std::size_t kMostChanges = 1 << 14;
  static constexpr std::size_t kMostNear = 1 << 11;  // of them, about the best that was found

  Cells cells(Interval range) const { return cells_of(format_, request_, grid_, range); }
  Interval times(double factor) const { return {widest_.low * factor, widest_.high * factor}; }

  SquareError measure(Interval range) const {
    if (range.radius() > static_cast<double>(FLT_MAX)) return {INFINITY, 0};
    const Cells tried = cells(range);
    const Kernels& k = ordinary_scale(tried, static_cast<float>(widest_.radius())) ? kernels() : scalar_kernels();
    return k.square_error(x_.data(), x_.size(), tried, index_);
  }
  Trial trial(double factor) const { return {factor, measure(times(factor)).total}; }

  bool walks() const {
    return !grid_ && request_.rounding != Rounding::Floor && !is_random(request_.rounding) && x_.size() <= kMostChanges;
  }

  std::vector<Atom> atoms() const {
    std::vector<Atom> all;
    all.reserve(x_.size());
    for (const float x : x_) all.push_back({x, 1});
    return all;
  }

  std::optional<Interval> walk_assignments() const {
    if (!walks()) return {};
    return best_range(atoms(), format_.symmetric, cells(widest_), widest_, kMostChanges);
  }

  // The best of the assignments near those of a range, as far as few weights let the error ripple.
  Interval walk_near(Interval range) const {
    if (!walks() || request_.scale != ScaleType::Float32) return range;
    const std::optional<Interval> found =
        best_range_near(atoms(), format_.symmetric, cells(range), range, widest_, kMostNear);
    return found && measure(*found).total < measure(range).total ? *found : range;
  }

  // A range of more than twice the weights leaves half of the levels empty.
  void scan() {
    for (int i = -16; i <= kScans; ++i) {
      const double factor = std::pow(kScan, i);
      const SquareError error = measure(times(factor));
      podium_.offer({factor, error.total});
      if (factor < 1 && error.clipped > podium_.best().error) break;
    }
  }

  void refine() {
    double ratio = std::pow(1 / kScan, 1.0 / kFine);
    for (int round = 0; round < 2; ++round, ratio = std::pow(ratio, 1.0 / kFine)) {
      const auto starts = podium_.places();
      for (const Trial& start : starts) {
        for (int i = -kFine; i <= kFine; ++i) {
          if (i != 0) podium_.offer(trial(start.factor * std::pow(ratio, i)));
        }
        if (round > 0) break;
      }
    }
  }

  // A step that is so much of the widest's, and how many of them reach below zero.
  struct Place {
    double size, below;
    double error = INFINITY;
  };

  Interval range_of(const Place& at) const {
    const double step = at.size * widest_.width() / top_;
    return {-at.below * step, (top_ - at.below) * step};
  }

  void descend(Place& at, double ratio, double shift) const {
    for (bool moved = true; moved;) {
      moved = false;
      for (const Place& next : {Place{at.size * ratio, at.below}, {at.size / ratio, at.below}, {at.size, at.below - shift}, {at.size, at.below + shift}}) {
        if (next.size > 2 || next.below < 0 || next.below > top_) continue;
        const double error = measure(range_of(next)).total;
        if (!(error < at.error)) continue;
        at = {next.size, next.below, error};
        moved = true;
      }
    }
  }

  Place move_ends(double common) const {
    const double low = -widest_.low / widest_.width(), high = widest_.high / widest_.width();
    Place best{1, 0};
    for (Place start : {Place{common, std::round(low * top_)}, {common * high, 0}, {common * low, static_cast<double>(top_)}}) {
      start.error = measure(range_of(start)).total;
      descend(start, std::sqrt(2.0), std::ceil(top_ / 16.0));
      if (start.error < best.error) best = start;
    }
    for (int fine = 8; fine <= 128; fine *= 4) descend(best, std::exp2(1.0 / fine), std::ceil(top_ / (16.0 * fine)));
    return best;
  }

  const std::span<const float> x_;
  const std::uint32_t index_;
  const FormatRow& format_;
  const Request& request_;
  const Interval widest_;
  const Codebook* grid_;
  const int top_;
  Podium podium_;
};

}  // namespace

Interval mse_range(std::span<const float> x, std::size_t index, const FormatRow& format, const Request& request,
                   Interval widest, const Codebook* grid) {
  return DirectSearch(x, index, format, request, widest, grid).find();
}

}  // namespace halfstep
