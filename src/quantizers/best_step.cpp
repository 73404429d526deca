#include "quantizers/best_step.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

namespace halfstep {

namespace {

// Gains that are one but for the rounding of their sums.
constexpr double kEqual = 1 - 1e-15;

}  // namespace

BestStep best_step(std::span<const Atom> atoms, double offset, int low, int high, double least, double greatest) {
  // As Δ falls from infinity, a weight leaves level m for m + 1 at Δ = |x|/(m + ½). A change is that Δ, as a share of the
  // largest weight, above its atom's number: float32's order is that of its bits, and of two Δ that it does not tell
  // apart either may come first.
  std::vector<std::uint64_t> changes;
  std::vector<double> levels(atoms.size());
  // Of the present assignment k: Σ|x|·k and Σk². Its best Δ is products/squares and gains products²/squares.
  double products = 0, squares = 0, largest = 0;
  for (const Atom& atom : atoms) largest = std::max(largest, std::fabs(static_cast<double>(atom.x)));
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    const double size = std::fabs(static_cast<double>(atoms[i].x));
    const double last = atoms[i].x < 0 ? -(low + offset) : high + offset;
    double level = std::max(offset, offset + std::min(last - offset, std::ceil(size / greatest - 0.5 - offset)));
    levels[i] = level;
    products += atoms[i].count * size * level;
    squares += atoms[i].count * level * level;
    for (; level < last; ++level) {
      const double step = size / (level + 0.5);
      if (step < least) break;
      const auto share = static_cast<float>(step / largest);
      changes.push_back(static_cast<std::uint64_t>(__builtin_bit_cast(std::uint32_t, share)) << 32 | i);
    }
  }
  std::sort(changes.begin(), changes.end(), std::greater());
  BestStep best;
  const auto offer = [&] {
    const double gain = squares > 0 ? products / squares * products : 0;
    // Of steps that are as good the least, whose range is nearest to the weights.
    if (gain > best.gain * kEqual) best = {products / squares, std::max(gain, best.gain)};
  };
  offer();
  for (const std::uint64_t change : changes) {
    const std::size_t i = change & 0xffffffff;
    products += atoms[i].count * std::fabs(static_cast<double>(atoms[i].x));
    squares += atoms[i].count * (2 * levels[i]++ + 1);
    offer();
  }
  return best;
}

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

// The uniform quantizers of one format on the same weights, of which the best is kept.
class Zeros {
 public:
  Zeros(std::span<const Atom> atoms, bool symmetric, const Cells& cells, Interval widest)
      : atoms_(atoms),
        symmetric_(symmetric),
        top_(static_cast<int>(cells.levels()) - 1),
        offset_(cells.offset),
        widest_(widest),
        // Clipping the weight farthest out by more than this is worse.
        slack_(std::sqrt(error_of(atoms, cells)) * (1 + 1e-9)) {}

  int top() const { return top_; }
  // Where levels may begin: at every zero point, but none for weights that are not there.
  int first(const Cells& cells) const { return symmetric_ ? cells.low : widest_.low < 0 ? -top_
                                                                                        : 0; }
  int last(const Cells& cells) const { return symmetric_ || widest_.high == 0 ? first(cells) : 0; }

  // The least step of levels from `low` on that could be best.
  double least(int low) const {
    const auto bound = [&](double reached, double levels) {
      if (!(reached > slack_)) return 0.0;
      return levels > 0 ? (reached - slack_) / levels : INFINITY;
    };
    return std::max(bound(-widest_.low, -(low + offset_)), bound(widest_.high, low + top_ + offset_));
  }

  void walk(int low, double least, double greatest, double reach) {
    const BestStep best = best_step(atoms_, offset_, low, low + top_, least, greatest);
    if (best.gain == 0 || best.gain < gain_ * kEqual) return;
    const Interval range = symmetric_ ? Interval{-reach * best.step, reach * best.step}
                                      : Interval{low * best.step, (low + top_) * best.step};
    if (!found_ || best.gain * kEqual > gain_ || range.width() < found_->width()) found_ = range;
    gain_ = std::max(gain_, best.gain);
  }

  const std::optional<Interval>& found() const { return found_; }

 private:
  const std::span<const Atom> atoms_;
  const bool symmetric_;
  const int top_;
  const double offset_;
  const Interval widest_;
  const double slack_;
  std::optional<Interval> found_;
  double gain_ = 0;
};

// How many steps a symmetric range is, as the one given.
double steps_in(Interval range, const Cells& cells) {
  return std::round(2 * range.high / static_cast<double>(cells.step)) / 2;
}

}  // namespace

std::optional<Interval> best_range(std::span<const Atom> atoms, bool symmetric, const Cells& cells, Interval widest,
                                   std::size_t most) {
  if (!(cells.step > 0)) return {};
  Zeros zeros(atoms, symmetric, cells, widest);
  const int first = zeros.first(cells), last = zeros.last(cells);
  const auto walks = static_cast<std::size_t>(last - first + 1);
  const auto changes = static_cast<std::size_t>(symmetric ? std::max(-cells.low, cells.high + 1) : zeros.top());
  if (atoms.size() > most / walks / std::max<std::size_t>(changes, 1)) return {};
  const double reach = steps_in(widest, cells);
  for (int low = first; low <= last; ++low) zeros.walk(low, zeros.least(low), INFINITY, reach);
  return zeros.found();
}

std::optional<Interval> best_range_near(std::span<const Atom> atoms, bool symmetric, const Cells& cells, Interval range,
                                        Interval widest, double share, std::size_t most) {
  if (!(cells.step > 0)) return {};
  Zeros zeros(atoms, symmetric, cells, widest);
  const double step = cells.step;
  double sizes = 0;
  for (const Atom& atom : atoms) sizes += std::fabs(static_cast<double>(atom.x));
  const auto each = static_cast<double>(atoms.size());
  auto left = static_cast<double>(most);
  // No wider than lasts for the zero point and both its neighbours.
  share = std::min(share, (left / (symmetric ? 1 : 3) - each) * step / (2.5 * sizes));
  if (!(share > 0)) return {};
  const double lowest = step * (1 - share), highest = step * (1 + share);
  const double reach = steps_in(range, cells);
  const auto near = [&](int low) {
    if (low < zeros.first(cells) || low > zeros.last(cells)) return false;
    const double least = std::max(lowest, zeros.least(low));
    if (least > highest) return false;
    left -= sizes * (1 / least - 1 / highest) + each;
    if (left < 0) return false;
    zeros.walk(low, least, highest, reach);
    return true;
  };
  bool below = near(cells.low), above = below;
  for (int away = 1; below || above; ++away) {
    below = below && near(cells.low - away);
    above = above && near(cells.low + away);
  }
  return zeros.found();
}

}  // namespace halfstep
