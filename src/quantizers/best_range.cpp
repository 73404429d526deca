#include "quantizers/best_range.h"

#include <algorithm>
#include <cmath>

namespace halfstep {

namespace {

double error_of(std::span<const Atom> atoms, const Cells& cells) {
  const auto step = static_cast<double>(cells.step), offset = static_cast<double>(cells.offset);
  double error = 0;
  for (const Atom& atom : atoms) {
    const auto x = static_cast<double>(atom.x);
    const double k = std::clamp(std::nearbyint(x / step - offset), static_cast<double>(cells.low), static_cast<double>(cells.high));
    const double e = x - (k + offset) * step;
    error += atom.count * e * e;
  }
  return error;
}

// Walks the steps of one zero point after another, and keeps the best region of all.
class RangeWalk {
 public:
  // `cells` are those over `range`; no region that is worse is looked for.
  RangeWalk(std::span<const Atom> atoms, bool symmetric, const Cells& cells, Interval range, Interval widest)
      : atoms_(atoms),
        symmetric_(symmetric),
        top_(static_cast<int>(cells.levels()) - 1),
        first_(symmetric ? cells.low : widest.low < 0 ? -top_
                                                      : 0),
        last_(symmetric || widest.high == 0 ? first_ : 0),
        offset_(cells.offset),
        // A symmetric range is as many steps as the one given.
        reach_(std::round(2 * range.high / static_cast<double>(cells.step)) / 2),
        widest_(widest),
        // Clipping the weight farthest out by more than this is worse.
        slack_(std::sqrt(error_of(atoms, cells)) * (1 + 1e-9)) {}

  int top() const { return top_; }
  // The lowest level may be any of these: every zero point, but none for weights that are not there.
  int first() const { return first_; }
  int last() const { return last_; }

  // The least step of levels from `low` on that could be best.
  double least(int low) const {
    const auto bound = [&](double reached, double levels) {
      if (!(reached > slack_)) return 0.0;
      return levels > 0 ? (reached - slack_) / levels : INFINITY;
    };
    return std::max(bound(-widest_.low, -(low + offset_)), bound(widest_.high, low + top_ + offset_));
  }

  void walk(int low, double least, double greatest = INFINITY) {
    const BestStep best = best_step(atoms_, offset_, low, low + top_, least, greatest);
    if (best.gain == 0 || best.gain < gain_ * kEqualGains) return;
    const Interval range = symmetric_ ? Interval{-reach_ * best.step, reach_ * best.step}
                                      : Interval{low * best.step, (low + top_) * best.step};
    if (!found_ || best.gain * kEqualGains > gain_ || range.width() < found_->width()) found_ = range;
    gain_ = std::max(gain_, best.gain);
  }

  const std::optional<Interval>& found() const { return found_; }

 private:
  const std::span<const Atom> atoms_;
  const bool symmetric_;
  const int top_, first_, last_;
  const double offset_, reach_;
  const Interval widest_;
  const double slack_;
  std::optional<Interval> found_;
  double gain_ = 0;
};

}  // namespace

std::optional<Interval> best_range(std::span<const Atom> atoms, bool symmetric, const Cells& cells, Interval widest,
                                   std::size_t most) {
  if (!(cells.step > 0)) return {};
  RangeWalk walk(atoms, symmetric, cells, widest, widest);
  const auto walks = static_cast<std::size_t>(walk.last() - walk.first() + 1);
  const auto changes = static_cast<std::size_t>(symmetric ? std::max(-cells.low, cells.high + 1) : walk.top());
  if (atoms.size() > most / walks / std::max<std::size_t>(changes, 1)) return {};
  for (int low = walk.first(); low <= walk.last(); ++low) walk.walk(low, walk.least(low));
  return walk.found();
}

std::optional<Interval> best_range_near(std::span<const Atom> atoms, bool symmetric, const Cells& cells, Interval range,
                                        Interval widest, std::size_t most) {
  if (!(cells.step > 0)) return {};
  RangeWalk walk(atoms, symmetric, cells, range, widest);
  const double step = cells.step;
  double count = 0, sizes = 0;
  for (const Atom& atom : atoms) {
    count += atom.count;
    sizes += std::fabs(static_cast<double>(atom.x));
  }
  const auto each = static_cast<double>(atoms.size());
  auto left = static_cast<double>(most);
  // As the error rises with the step's square, half of what it may ripple.
  const double ripple = std::min(2 / std::sqrt(count), 0.5);
  // No wider than lasts for the zero point and both its neighbours.
  const double share = std::min(ripple, (left / (symmetric ? 1 : 3) - each) * step / (2.5 * sizes));
  if (!(share > 0)) return {};
  const double lowest = step * (1 - share), highest = step * (1 + share);
  const auto near = [&](int low) {
    if (low < walk.first() || low > walk.last()) return false;
    const double least = std::max(lowest, walk.least(low));
    if (least > highest) return false;
    left -= sizes * (1 / least - 1 / highest) + each;
    if (left < 0) return false;
    walk.walk(low, least, highest);
    return true;
  };
  bool below = near(cells.low), above = below;
  for (int away = 1; below || above; ++away) {
    below = below && near(cells.low - away);
    above = above && near(cells.low + away);
  }
  return walk.found();
}

}  // namespace halfstep
