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

BestStep best_step(std::span<const Atom> atoms, double offset, int low, int high, double least) {
  // As Δ falls from infinity, a weight leaves level m for m + 1 at Δ = |x|/(m + ½). A change is that Δ, as a share of the
  // largest weight, above its atom's number: float32's order is that of its bits, and of two Δ that it does not tell
  // apart either may come first.
  std::vector<std::uint64_t> changes;
  std::vector<double> levels(atoms.size(), offset);
  // Of the present assignment k: Σ|x|·k and Σk². Its best Δ is products/squares and gains products²/squares.
  double products = 0, squares = 0, largest = 0;
  for (const Atom& atom : atoms) largest = std::max(largest, std::fabs(static_cast<double>(atom.x)));
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    const double size = std::fabs(static_cast<double>(atoms[i].x));
    const double last = atoms[i].x < 0 ? -(low + offset) : high + offset;
    products += atoms[i].count * size * offset;
    squares += atoms[i].count * offset * offset;
    for (double level = offset; level < last; ++level) {
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

}  // namespace

std::optional<Interval> best_range(std::span<const Atom> atoms, bool symmetric, const Cells& cells, Interval widest,
                                   std::size_t most) {
  if (!(cells.step > 0)) return {};
  const int top = static_cast<int>(cells.levels()) - 1;
  // Every zero point, but none for weights that are not there.
  const int first = symmetric ? cells.low : widest.low < 0 ? -top
                                                           : 0;
  const int last = symmetric || widest.high == 0 ? first : 0;
  const auto walks = static_cast<std::size_t>(last - first + 1);
  const auto changes = static_cast<std::size_t>(symmetric ? std::max(-cells.low, cells.high + 1) : top);
  if (atoms.size() > most / walks / std::max<std::size_t>(changes, 1)) return {};
  // Clipping the weight farthest out by more than this is no better than the widest range.
  const double slack = std::sqrt(error_of(atoms, cells)) * (1 + 1e-9);
  const auto offset = static_cast<double>(cells.offset);
  std::optional<Interval> found;
  double gain = 0;
  for (int low = first; low <= last; ++low) {
    double least = 0;
    const auto bound = [&](double reached, double levels) {
      if (reached > slack) least = std::max(least, levels > 0 ? (reached - slack) / levels : INFINITY);
    };
    for (const Atom& atom : atoms) {
      if (atom.x < 0) bound(-static_cast<double>(atom.x), -(low + offset));
      if (atom.x > 0) bound(static_cast<double>(atom.x), low + top + offset);
    }
    const BestStep best = best_step(atoms, offset, low, low + top, least);
    if (best.gain == 0 || best.gain < gain * kEqual) continue;
    // A symmetric range is as many steps as the widest one's.
    const double reach = std::round(2 * widest.high / static_cast<double>(cells.step)) / 2;
    const Interval range = symmetric ? Interval{-reach * best.step, reach * best.step}
                                     : Interval{low * best.step, (low + top) * best.step};
    if (!found || best.gain * kEqual > gain || range.width() < found->width()) found = range;
    gain = std::max(gain, best.gain);
  }
  return found;
}

}  // namespace halfstep
