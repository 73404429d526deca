#include "quantizers/best_step.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace halfstep {

BestStep best_step(std::span<const Atom> atoms, double offset, int low, int high) {
  // As Δ falls from infinity, a weight leaves level m for m + 1 at Δ = |x|/(m + ½).
  struct Change {
    double step, product, count, level;
  };
  std::vector<Change> changes;
  // Of the present assignment k: Σ|x|·k and Σk². Its best Δ is products/squares and gains products²/squares.
  double products = 0, squares = 0;
  for (const Atom& atom : atoms) {
    const double size = std::fabs(static_cast<double>(atom.x));
    const double last = atom.x < 0 ? -(low + offset) : high + offset;
    products += atom.count * size * offset;
    squares += atom.count * offset * offset;
    for (double level = offset; level < last; ++level) {
      changes.push_back({size / (level + 0.5), atom.count * size, atom.count, level});
    }
  }
  std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) { return a.step > b.step; });
  BestStep best;
  const auto offer = [&] {
    const double gain = squares > 0 ? products / squares * products : 0;
    if (gain > best.gain) best = {products / squares, gain};
  };
  offer();
  for (const Change& change : changes) {
    products += change.product;
    squares += change.count * (2 * change.level + 1);
    offer();
  }
  return best;
}

}  // namespace halfstep
