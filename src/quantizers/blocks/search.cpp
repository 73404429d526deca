#include "quantizers/blocks/search.h"

#include <algorithm>
#include <cmath>

#include "kernels/half.h"

namespace halfstep::blocks {

namespace {

constexpr int kMostParts = 16;
// A part's own step is sought among these multiples of the one that just spans its weights.
constexpr float kLeastStep = 0.8f, kStepRatio = 1.025f;
constexpr int kSteps = 16;
// How often a step is solved for with the codes that it gives.
constexpr int kSolves = 3;
// How often the halves are solved for with the whole numbers that they give.
constexpr int kRounds = 4;

// No format's halves reach this far, and its square is a float32.
constexpr float kBeyond = 0x1p30f;

// A part's levels in real numbers: l·scale + offset.
struct Line {
  float scale = 0, offset = 0;
};

struct Search {
  const Choice& choice;
  int parts;
  float side;  // offsets are at or below zero; at or above it for −1, where every weight is
  float y[kMostBlockWeights];
  float sum[kMostParts];  // Σy of a part
  Line line[kMostParts];

  const float* part(int p) const { return y + p * choice.part; }
};

// The half nearest to v that is neither zero, where v is not, nor infinite.
float storable(float v) {
  const float size = std::clamp(std::fabs(v), kHalfLeast, kHalfMax);
  return v == 0 ? 0 : std::copysign(from_half(to_half(size)), v);
}

// The line of least square error for given codes, and by how much it lessens Σy².
Line solved(const Search& search, const LevelSums& sums, float sum, double& gain) {
  const double n = search.choice.part, l = sums.l, ll = sums.ll, lx = sums.lx;
  double scale = ll > 0 ? lx / ll : 0, offset = 0;
  if (search.choice.min_high > 0) {
    const double spread = n * ll - l * l;
    const double free = spread > 0 ? (ll * sum - l * lx) / spread : (ll > 0 ? 0 : sum / n);
    if (free * search.side < 0) {
      offset = free;
      scale = spread > 0 ? (n * lx - l * sum) / spread : 0;
    }
  }
  gain = scale * (2 * lx - scale * ll) + offset * (2 * sum - 2 * scale * l - n * offset);
  return {static_cast<float>(scale), static_cast<float>(offset)};
}

// Tries steps of many sizes, and sharpens the best.
Line best_line(const Search& search, int p) {
  const Choice& choice = search.choice;
  const float* y = search.part(p);
  auto [least, most] = std::minmax_element(y, y + choice.part);
  const bool affine = choice.min_high > 0;
  const float offset = !affine ? 0 : search.side > 0 ? std::min(*least, 0.0f) : *least;
  const float span = affine ? *most - offset : std::max(*most, -*least);
  const float reach = affine ? choice.ladder.high : -choice.ladder.low;
  Line best{0, affine && span == 0 ? offset : 0};
  double best_gain = 0;
  const auto consider = [&](float inverse, float from) {
    double gain;
    const Line line = solved(search, level_sums(choice.ladder, y, choice.part, inverse, from),
                             search.sum[p], gain);
    if (!(gain > best_gain)) return false;
    best_gain = gain;
    best = line;
    return true;
  };
  float inverse = finite_inverse(span) * reach / kLeastStep;
  for (int k = 0; k < kSteps; ++k, inverse /= kStepRatio) {
    consider(inverse, offset);
    if (!affine) consider(-inverse, offset);
  }
  for (int k = 0; k < kSolves && consider(finite_inverse(best.scale), best.offset); ++k) {
  }
  return best;
}

int nearest_whole(float v, int low, int high) {
  return static_cast<int>(
      std::nearbyint(std::clamp(v, static_cast<float>(low), static_cast<float>(high))));
}

// The whole numbers of every part for the halves d and m, by the error itself. Returns Σ of it.
double settle(const Search& search, Parts& parts) {
  const Choice& choice = search.choice;
  double total = 0;
  for (int p = 0; p < search.parts; ++p) {
    const Line& line = search.line[p];
    int scale =
        nearest_whole(line.scale * finite_inverse(parts.d), choice.scale_low, choice.scale_high);
    int min = nearest_whole(-line.offset * finite_inverse(parts.m), 0, choice.min_high);
    float least = INFINITY;
    for (bool moved = true; moved;) {
      moved = false;
      const int from_scale = scale, from_min = min;
      for (int s = std::max(from_scale - 1, choice.scale_low);
           s <= std::min(from_scale + 1, choice.scale_high); ++s) {
        for (int m = std::max(from_min - 1, 0); m <= std::min(from_min + 1, choice.min_high); ++m) {
          const float error =
              level_error(choice.ladder, search.part(p), choice.part,
                          parts.d * static_cast<float>(s), -parts.m * static_cast<float>(m));
          if (!(error < least)) continue;
          least = error;
          scale = s;
          min = m;
          moved = s != from_scale || m != from_min;
        }
      }
    }
    parts.scale[p] = static_cast<std::int16_t>(scale);
    parts.min[p] = static_cast<std::int16_t>(min);
    total += least;
  }
  return total;
}

// The halves of least square error for the whole numbers and the codes that `parts` gives.
void solve_halves(const Search& search, Parts& parts) {
  double ss = 0, sm = 0, mm = 0, sy = 0, my = 0;
  for (int p = 0; p < search.parts; ++p) {
    const double s = parts.scale[p], m = parts.min[p];
    const LevelSums sums = level_sums(search.choice.ladder, search.part(p), search.choice.part,
                                      finite_inverse(parts.d * static_cast<float>(s)),
                                      -parts.m * static_cast<float>(m));
    ss += s * s * sums.ll;
    sm += s * m * sums.l;
    mm += m * m * search.choice.part;
    sy += s * sums.lx;
    my += m * search.sum[p];
  }
  const double spread = ss * mm - sm * sm;
  if (spread > 0) {
    parts.d = storable(static_cast<float>((sy * mm - sm * my) / spread));
    parts.m = storable(static_cast<float>((sm * sy - ss * my) / spread));
  } else if (ss > 0) {
    parts.d = storable(static_cast<float>(sy / ss));
  }
}

}  // namespace

void search_scales(const Choice& choice, const float* x, Parts& best, std::uint8_t* codes) {
  Search search{choice, choice.weights / choice.part, 1, {}, {}, {}};
  if (*std::min_element(x, x + choice.weights) > 0) search.side = -1;

  float scale = 0, offset = 0;  // the extremes
  for (int p = 0; p < search.parts; ++p) {
    for (int i = p * choice.part; i < (p + 1) * choice.part; ++i) {
      search.y[i] = std::clamp(x[i], -kBeyond, kBeyond);
      search.sum[p] += search.y[i];
    }
    search.line[p] = best_line(search, p);
    if (std::fabs(search.line[p].scale) > std::fabs(scale)) scale = search.line[p].scale;
    if (std::fabs(search.line[p].offset) > std::fabs(offset)) offset = search.line[p].offset;
  }

  // All zeros, to begin with.
  double error = settle(search, best = Parts{});
  // Signed whole numbers reach one further below: both ways round.
  const float ends[] = {
      static_cast<float>(choice.scale_high),
      static_cast<float>(choice.scale_low < 0 ? choice.scale_low : choice.scale_high)};
  for (const float end : ends) {
    Parts parts;
    parts.d = storable(scale / end);
    if (choice.min_high > 0) parts.m = storable(-offset / static_cast<float>(choice.min_high));
    for (int round = 0; round < kRounds; ++round) {
      const double now = settle(search, parts);
      if (!(now < error) && round > 0) break;
      if (now < error) {
        error = now;
        best = parts;
      }
      solve_halves(search, parts);
    }
  }
  for (int p = 0; p < search.parts; ++p) {
    level_codes(choice.ladder, search.part(p), choice.part, best.d * best.scale[p],
                -best.m * best.min[p], codes + p * choice.part);
  }
}

}  // namespace halfstep::blocks
