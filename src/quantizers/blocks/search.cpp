#include "quantizers/blocks/search.h"

#include <algorithm>
#include <cmath>

#include "quantizers/blocks/halves.h"
#include "quantizers/blocks/lines.h"

namespace halfstep::blocks {

namespace {

constexpr int kMostParts = 16;
constexpr Effort kUsual{2, 2, 1, 2, 0, 2};
// Where all weights are far from zero beside how they differ.
constexpr Effort kNarrow{4, 2, 4, 2, 1, 8};
// Where all weights are of a few values, exact or nearly: what is left is up to the halves.
constexpr Effort kThorough{8, 4, 16, 8, 0, 4};
// A round that gains less is the last.
constexpr double kWorthwhile = 0.99;

// No format's halves reach this far, and its square is a float32.
constexpr float kBeyond = 0x1p30f;

class Search {
 public:
  Search(const Choice& choice, const float* x)
      : choice_(choice), parts_(choice.weights / choice.part) {
    for (int i = 0; i < choice.weights; ++i) {
      y_[i] = std::clamp(x[i], -kBeyond, kBeyond);
      error_ += static_cast<double>(y_[i]) * y_[i];  // of all zeros
    }
  }

  void run(Offsets offsets) {
    if (error_ == 0) return;
    Lines lines[kMostParts];
    Need need = Need::Few;
    for (int p = 0; p < parts_; ++p) {
      lines[p] = find_lines(choice_.ladder, part(p), choice_.part, offsets);
      need = std::min(need, lines[p].need);
    }
    const Effort& effort = need == Need::Usual ? kUsual : need == Need::Narrow ? kNarrow
                                                                               : kThorough;
    const std::span<const Lines> all(lines, static_cast<std::size_t>(parts_));
    const auto starts = find_halves(choice_, all, effort);
    const int nudges = choice_.min_high > 0 ? effort.nudges : 0;
    for (int k = 0; k < std::min(starts.count(), effort.starts); ++k) {
      for (int nudge = -nudges; nudge <= nudges; ++nudge)
        refine(lines, starts[k].d, storable(starts[k].m, nudge), effort.rounds);
    }
  }

  const Parts& best() {
    // The levels that are nearest then are no worse.
    solve_halves(best_);
    return best_.parts;
  }
  const float* part(int p) const { return y_ + p * choice_.part; }

 private:
  void refine(const Lines* lines, float d, float m, int rounds) {
    Trial trial;
    Parts& parts = trial.parts;
    parts.d = d;
    parts.m = m;
    double error = settle(trial, [&](int p, Tries& tries) {
      for (const Wholes& wholes : find_wholes(choice_, lines[p], d, m))
        tries.add(wholes.scale, wholes.min);
    });
    for (int round = 1; round < rounds; ++round) {
      const double before = error;
      solve_halves(trial);
      error = settle(trial, [&](int p, Tries& tries) {
        add_neighbours(parts.scale[p], parts.min[p], tries);
      });
      if (!(error < kWorthwhile * before)) break;
    }
  }

  // What is being tried, and of each part the error, and the sums of its levels and of what they leave.
  struct Trial {
    Parts parts{};
    struct Taken {
      float error, r, rl, l, ll;
    } taken[kMostParts]{};
  };

  // Whole numbers of a part to choose from.
  struct Tries {
    int scale[8], min[8];
    int count = 0;
    void add(int s, int m) {
      scale[count] = s;
      min[count++] = m;
    }
  };

  void add_neighbours(int scale, int min, Tries& tries) const {
    const auto add = [&](int s, int m) {
      tries.add(std::clamp(s, choice_.scale_low, choice_.scale_high),
                std::clamp(m, 0, choice_.min_high));
    };
    for (int by = -1; by <= 1; ++by) add(scale + by, min);
    if (choice_.min_high == 0) return;
    for (int by = -1; by <= 1; by += 2) {
      add(scale, min + by);
      add(scale + by, min + by);
    }
  }

  // Takes the whole numbers of each part, among those that each(part, tries) adds, by the error itself.
  // Returns Σ of it.
  template <typename Each>
  double settle(Trial& trial, Each&& each) {
    Parts& parts = trial.parts;
    double error = 0;
    for (int p = 0; p < parts_; ++p) {
      Tries tries;
      each(p, tries);
      auto& taken = trial.taken[p];
      taken.error = INFINITY;
      for (int first = 0; first < tries.count; first += 4) {
        LevelFits fits;
        int at[4];
        for (int k = 0; k < 4; ++k) {
          at[k] = std::min(first + k, tries.count - 1);
          fits.scale[k] = parts.d * static_cast<float>(tries.scale[at[k]]);
          fits.offset[k] = -parts.m * static_cast<float>(tries.min[at[k]]);
        }
        fit_levels(choice_.ladder, part(p), choice_.part, fits);
        for (int k = 0; k < 4; ++k) {
          if (!(fits.error[k] < taken.error)) continue;
          taken = {fits.error[k], fits.r[k], fits.rl[k], fits.l[k], fits.ll[k]};
          parts.scale[p] = static_cast<std::int16_t>(tries.scale[at[k]]);
          parts.min[p] = static_cast<std::int16_t>(tries.min[at[k]]);
        }
      }
      error += taken.error;
    }
    if (error < error_) {
      error_ = error;
      best_ = trial;
    }
    return error;
  }

  // The halves of least square error for the whole numbers and the levels that were taken.
  void solve_halves(Trial& trial) const {
    Parts& parts = trial.parts;
    double ss = 0, sm = 0, mm = 0, sr = 0, mr = 0;
    for (int p = 0; p < parts_; ++p) {
      const auto& taken = trial.taken[p];
      const double s = parts.scale[p], m = -parts.min[p];
      ss += s * s * taken.ll;
      sm += s * m * taken.l;
      mm += m * m * choice_.part;
      sr += s * taken.rl;
      mr += m * taken.r;
    }
    const double spread = ss * mm - sm * sm;
    const double d = parts.d + (spread > 0 ? (sr * mm - sm * mr) / spread : ss > 0 ? sr / ss
                                                                                   : 0);
    const double m = parts.m + (spread > 0 ? (ss * mr - sm * sr) / spread : 0);
    // The nearest half of each is not the best pair, and may be no better than what there is.
    const Parts from = parts;
    double least = 0;
    for (int i = -1; i <= 1; ++i) {
      for (int j = -1; j <= 1; ++j) {
        const float to_d = storable(static_cast<float>(d), i);
        const float to_m = storable(static_cast<float>(m), j);
        const double dd = static_cast<double>(to_d) - from.d;
        const double dm = static_cast<double>(to_m) - from.m;
        const double error = dd * (ss * dd + 2 * sm * dm - 2 * sr) + dm * (mm * dm - 2 * mr);
        if (!(error < least)) continue;
        least = error;
        parts.d = to_d;
        parts.m = to_m;
      }
    }
  }

  const Choice& choice_;
  const int parts_;
  float y_[kMostBlockWeights];
  double error_ = 0;
  Trial best_;
};

}  // namespace

void search_scales(const Choice& choice, const float* x, Parts& best, std::uint8_t* codes) {
  Search search(choice, x);
  if (choice.min_high == 0) {
    search.run(Offsets::None);
  } else {
    search.run(Offsets::Below);
    if (*std::min_element(x, x + choice.weights) > 0) search.run(Offsets::Above);
  }
  best = search.best();
  for (int p = 0; p < choice.weights / choice.part; ++p) {
    level_codes(choice.ladder, search.part(p), choice.part, best.d * best.scale[p],
                -best.m * best.min[p], codes + p * choice.part);
  }
}

}  // namespace halfstep::blocks
