#include "quantizers/blocks/lines.h"

#include <algorithm>
#include <cmath>

namespace halfstep::blocks {

namespace {

constexpr int kFew = 10;

// Where the lowest weight is put, in steps from the lowest level: a line may do without that level,
// or leave the weight beyond it.
constexpr float kLowPlaces[] = {0, 0.4f, -0.4f, -0.2f};

bool few_values(const float* x, int n) {
  float seen[kFew];
  int count = 0;
  for (int i = 0; i < n; ++i) {
    if (std::find(seen, seen + count, x[i]) != seen + count) continue;
    if (count == kFew) return false;
    seen[count++] = x[i];
  }
  return true;
}

Need need_of(const float* x, int n) {
  if (few_values(x, n)) return Need::Few;
  float least = std::fabs(x[0]), most = least;
  for (int i = 1; i < n; ++i) {
    least = std::min(least, std::fabs(x[i]));
    most = std::max(most, std::fabs(x[i]));
  }
  return 2 * least > most ? Need::Narrow : Need::Usual;
}

int lines_kept(Need need, bool table) {
  if (need == Need::Few) return kMostLines;
  return need == Need::Usual && !table ? 3 : 8;
}

struct Sweep {
  const Ladder& ladder;
  const float* x;
  int n;
  Offsets offsets;
  Lines& lines;
  LevelFits fits;

  // Keeps the lines of the fits' levels.
  void keep() {
    fit_levels(ladder, x, n, fits);
    solve_lines(n, offsets, fits);
    for (int k = 0; k < 4; ++k) {
      if (!(fits.error[k] < lines.best.limit())) continue;
      lines.best.add({fits.error[k], fits.scale[k], fits.offset[k], fits.l[k], fits.ll[k]});
    }
  }

  // Lines that put `low` near the level zero and what is `span` above it at first, first + each … .
  void run(float low, float span, float first, float each, int count) {
    for (int k = 0; k < count; ++k) {
      const float place = offsets == Offsets::None ? 0 : kLowPlaces[(k / 4 + k) % 4];
      const float scale = span / (first + each * static_cast<float>(k) - place);
      const float offset = low - place * scale;
      fits.scale[k % 4] = scale;
      fits.offset[k % 4] = offsets == Offsets::Below ? std::min(offset, 0.0f) : offset;
      if (k % 4 == 3) keep();
    }
  }

  // Puts what is `span` above `low` nearly at the last level.
  void run_near(float low, float span, float last) {
    // A table's last levels are far apart.
    const float unit = ladder.table ? 18 : 1;
    const bool usual = lines.need == Need::Usual;
    const int count = ladder.table ? 40 : offsets == Offsets::None ? (usual ? 4 : 12)
                                      : usual                      ? 12
                                                                   : 16;
    run(low, span, last - unit, 2.25f * unit / static_cast<float>(count - 1), count);
  }

  // Puts it further down: a wider step has more error of its own, but may suit the block.
  void run_far(float low, float span, float last) {
    run(low, span, 0.96f * last, -0.04f * last, 4);
    if (lines.need == Need::Few) run(low, span, last, -last / 32, 32);
  }
};

}  // namespace

Lines find_lines(const Ladder& ladder, const float* x, int n, Offsets offsets) {
  const Need need = need_of(x, n);
  Lines lines{Least<Line, kMostLines>(lines_kept(need, ladder.table)), need};
  const auto [least, most] = std::minmax_element(x, x + n);
  Sweep sweep{ladder, x, n, offsets, lines, {}};
  if (offsets == Offsets::None) {
    const float largest = *most > -*least ? *most : *least;
    // Both ways round: levels may reach further on one side.
    sweep.run_near(0, -largest, -ladder.low);
    sweep.run_near(0, largest, ladder.high);
    sweep.run_far(0, -largest, -ladder.low);
    sweep.run_far(0, largest, ladder.high);
  } else {
    const float low = offsets == Offsets::Below ? std::min(*least, 0.0f) : *least;
    sweep.run_near(low, *most - low, ladder.high);
    sweep.run_far(low, *most - low, ladder.high);
  }
  // Once more with the levels that are nearest to what was found.
  const auto rough = lines.best;
  lines.best.clear();
  for (int first = 0; first < rough.count(); first += 4) {
    for (int k = 0; k < 4; ++k) {
      const Line& line = rough[std::min(first + k, rough.count() - 1)];
      sweep.fits.scale[k] = line.scale;
      sweep.fits.offset[k] = line.offset;
    }
    sweep.keep();
  }
  return lines;
}

}  // namespace halfstep::blocks
