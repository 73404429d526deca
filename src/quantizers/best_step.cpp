#include "quantizers/best_step.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

namespace halfstep {

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
    if (gain > best.gain * kEqualGains) best = {products / squares, std::max(gain, best.gain)};
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

}  // namespace halfstep
