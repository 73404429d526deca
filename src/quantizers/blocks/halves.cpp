#include "quantizers/blocks/halves.h"

#include <algorithm>
#include <cmath>

#include "kernels/half.h"

namespace halfstep::blocks {

namespace {

constexpr int kMostParts = 16;
// The extreme of the parts is put at so many whole numbers, from the end down.
constexpr int kMostEnds = 32;

float nearest_whole(float v, int low, int high) {
  return std::nearbyint(std::clamp(v, static_cast<float>(low), static_cast<float>(high)));
}

// Steps to try, for one whole number of each part.
struct Steps {
  float step[kMostEnds + kMostLines + kMostParts + 3];
  int count = 0;

  void add(float v) { step[count++] = storable(v); }
  // `extreme` at the end, and at the whole numbers before it.
  void add_ends(float extreme, int end) {
    for (int k = 0; k < std::min(std::abs(end), kMostEnds); ++k)
      add(extreme / static_cast<float>(end < 0 ? end + k : end - k));
  }

  // Calls each(step, error).
  template <typename Each>
  void errors(const Choices<Wish>& wishes, int low, int high, Each&& each) {
    while (count % 4 != 0) step[count++] = step[0];
    for (int k = 0; k < count; k += 4) {
      float errors[4];
      whole_errors(wishes, static_cast<float>(low), static_cast<float>(high), step + k, errors);
      for (int i = 0; i < 4; ++i) each(step[k + i], errors[i]);
    }
  }
};

using Best = Least<Halves, kMostStarts>;

class Finder {
 public:
  Finder(const Choice& choice, std::span<const Lines> parts)
      : choice_(choice),
        count_(static_cast<int>(parts.size())),
        end_(choice.scale_low < 0 ? choice.scale_low : choice.scale_high),
        n_(static_cast<float>(choice.part)) {
    for (int p = 0; p < count_; ++p) {
      const Line& line = parts[static_cast<std::size_t>(p)].best[0];
      if (std::fabs(line.scale) > std::fabs(scale_)) {
        scale_ = line.scale;
        widest_ = p;
      }
      if (std::fabs(line.offset) > std::fabs(offset_)) offset_ = line.offset;
    }
    const float span = scale_ / static_cast<float>(end_);
    for (int p = 0; p < count_; ++p) {
      const auto& lines = parts[static_cast<std::size_t>(p)].best;
      // A line is no good where the best one at its worst is better.
      const float limit = lines[0].error + stiff(lines[0]) * span * span;
      for (counts_[p] = 0; counts_[p] < lines.count(); ++counts_[p]) {
        const Line& line = lines[counts_[p]];
        if (line.error > limit) break;
        lines_[p * kMostLines + counts_[p]] = line;
      }
    }
  }

  // d, as if any offset could be had.
  Best scales() const {
    Wish wishes[kMostParts * kMostLines];
    Steps steps;
    steps.add_ends(scale_, end_);
    for (int k = 1; k < counts_[widest_]; ++k) add_end(steps, widest_, k);
    for (int p = 0; p < count_; ++p) {
      if (p != widest_) add_end(steps, p, 0);
      for (int k = p * kMostLines; k < p * kMostLines + counts_[p]; ++k)
        wishes[k] = {lines_[k].error, lines_[k].scale, stiff(lines_[k])};
    }
    Best best;
    steps.errors({wishes, kMostLines, counts_, count_}, choice_.scale_low, choice_.scale_high,
                 [&](float d, float error) { best.add({error, d, 0}); });
    return best;
  }

  // m for d, each part with the line that suits it.
  Best mins(float d) const {
    const float end = static_cast<float>(choice_.min_high);
    Wish wishes[kMostParts];
    int ones[kMostParts];
    Steps steps;
    float most = 0;
    for (int p = 0; p < count_; ++p) {
      ones[p] = 1;
      wishes[p] = {0, wanted(p, d), n_};
      steps.add(-wishes[p].value / end);
      if (std::fabs(wishes[p].value) > std::fabs(most)) most = wishes[p].value;
    }
    steps.add_ends(-most, choice_.min_high);
    Best best;
    steps.errors({wishes, 1, ones, count_}, -choice_.min_high, 0,
                 [&](float m, float error) { best.add({error, d, m}); });
    return best;
  }

  // Both extremes k before the last whole number.
  Halves corner(int k) const {
    return {0, storable(scale_ / static_cast<float>(end_ - k)),
            storable(-offset_ / static_cast<float>(choice_.min_high - k))};
  }

  // Adds pairs with their errors.
  void add(std::span<const Halves> pairs, Best& best) const {
    const WholeRange range{n_, static_cast<float>(choice_.scale_low),
                           static_cast<float>(choice_.scale_high),
                           static_cast<float>(choice_.min_high)};
    for (std::size_t k = 0; k < pairs.size(); k += 4) {
      float d[4], m[4], errors[4];
      for (std::size_t i = 0; i < 4; ++i) {
        const Halves& pair = pairs[std::min(k + i, pairs.size() - 1)];
        d[i] = pair.d;
        m[i] = pair.m;
      }
      pair_errors({lines_, kMostLines, counts_, count_}, range, d, m, errors);
      for (int i = 0; i < 4; ++i) best.add({errors[i], d[i], m[i]});
    }
  }

 private:
  void add_end(Steps& steps, int p, int k) const {
    steps.add(lines_[p * kMostLines + k].scale / static_cast<float>(end_));
  }

  // What the square of a scale's error costs where the offset makes good for it; at zero it cannot.
  float stiff(const Line& line) const {
    return line.offset == 0 ? line.ll : line.ll - line.l * line.l / n_;
  }

  float wanted(int p, float d) const {
    const float inverse = finite_inverse(d);
    float least = INFINITY, offset = 0;
    for (int k = p * kMostLines; k < p * kMostLines + counts_[p]; ++k) {
      const Line& line = lines_[k];
      const float ds = d * nearest_whole(line.scale * inverse, choice_.scale_low,
                                         choice_.scale_high) -
                       line.scale;
      const float error = line.error + stiff(line) * ds * ds;
      if (!(error < least)) continue;
      least = error;
      const float moved = line.offset - line.l * ds / n_;
      // On its own side of zero: weights beyond all halves would change their sign.
      offset = moved * line.offset > 0 ? moved : 0;
    }
    return offset;
  }

  const Choice& choice_;
  const int count_, end_;
  const float n_;
  Line lines_[kMostParts * kMostLines];
  int counts_[kMostParts];
  int widest_ = 0;
  float scale_ = 0, offset_ = 0;  // the largest
};

}  // namespace

float storable(float v, int steps) {
  if (v == 0) return 0;
  const float size = std::clamp(std::fabs(v), kHalfLeast, kHalfMax);
  const int half = std::clamp(to_half(size) + steps, 1, static_cast<int>(to_half(kHalfMax)));
  return std::copysign(from_half(static_cast<std::uint16_t>(half)), v);
}

Best find_halves(const Choice& choice, std::span<const Lines> parts, const Effort& effort) {
  const Finder finder(choice, parts);
  const Best scales = finder.scales();
  if (choice.min_high == 0) return scales;
  Halves pairs[kMostStarts * (kMostStarts + 1) + kMostCorners];
  std::size_t count = 0;
  for (int k = 0; k < std::min(scales.count(), effort.scales); ++k) {
    pairs[count++] = {0, scales[k].d, 0};
    const Best mins = finder.mins(scales[k].d);
    for (int j = 0; j < std::min(mins.count(), effort.mins); ++j) pairs[count++] = mins[j];
  }
  // Where a level has to be zero, d and m go together.
  const int corners = std::min({effort.corners, choice.scale_high, choice.min_high});
  for (int k = 0; k < corners; ++k) pairs[count++] = finder.corner(k);
  Best best;
  finder.add({pairs, count}, best);
  return best;
}

Least<Wholes, kTries> find_wholes(const Choice& choice, const Lines& lines, float d, float m) {
  const float inverse_d = finite_inverse(d), inverse_m = finite_inverse(m);
  const float n = static_cast<float>(choice.part);
  Least<Wholes, kTries> best;
  for (int k = 0; k < lines.best.count(); ++k) {
    const Line& line = lines.best[k];
    if (!(line.error < best.limit())) break;
    const float place =
        std::clamp(line.scale * inverse_d, static_cast<float>(choice.scale_low),
                   static_cast<float>(choice.scale_high));
    for (const float scale : {std::floor(place), std::ceil(place)}) {
      const float ds = d * scale - line.scale;
      const float want = choice.min_high > 0 ? line.offset - line.l * ds / n : 0;
      const float min = nearest_whole(-want * inverse_m, 0, choice.min_high);
      const float off = -m * min - line.offset;
      best.add({line.error + ds * (line.ll * ds + 2 * line.l * off) + n * off * off,
                static_cast<int>(scale), static_cast<int>(min)});
    }
  }
  return best;
}

}  // namespace halfstep::blocks
