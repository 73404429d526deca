#include "heat_map.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "blocks_lab.h"
#include "quantizers/block_pass.h"

namespace halfstep {

namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
// Weights quantized at a time: whole stretches of blocks, and of a rotation's largest.
constexpr std::size_t kStretch = 65536;
static_assert(kStretch % BlockPass::kStretch == 0);

void fold(std::size_t count, const Shape& shape, HeatMap& map) {
  map.rows = shape.empty() ? 1 : static_cast<std::size_t>(shape.front());
  map.columns = map.rows ? count / map.rows : 0;
  if (count == 0 || (map.rows > 1 && map.columns > 1)) return;
  // 2^b with b = ½ log2 N to the nearest.
  map.columns = 1;
  while (map.columns * map.columns * 2 <= count) map.columns *= 2;
  map.rows = (count + map.columns - 1) / map.columns;
}

// Calls run(cell, begin, end) for the parts of [begin, end) that lie in one row of a cell.
template <typename Run>
void each_cell(const HeatMap& map, std::size_t begin, std::size_t end, Run&& run) {
  while (begin < end) {
    const std::size_t row = begin / map.columns, column = begin % map.columns;
    const std::size_t across = column / map.cell_columns;
    const std::size_t right = std::min((across + 1) * map.cell_columns, map.columns);
    const std::size_t stop = std::min(end, row * map.columns + right);
    run(row / map.cell_rows * map.across() + across, begin, stop);
    begin = stop;
  }
}

// The step of a uniform rule or a lattice, the scale of a grid.
float scale_of(const Plan& plan, const Cells& cells) {
  if (plan.designed() || plan.request.scale == ScaleType::None) return kNone;
  return plan.has_book() ? cells.book_scale : cells.step;
}

// Fills a map cell by cell.
class Painter {
 public:
  Painter(const Weights& weights, const Plan& plan, const Transformed* transform, HeatMap& map)
      : weights_(weights),
        plan_(plan),
        transform_(transform),
        map_(map),
        sums_(map.largest.size()) {}

  // `q` is room for a stretch.
  void paint(std::span<float> q) {
    const std::size_t count = weights_.x().size();
    if (plan_.in_blocks()) {
      BlockPass pass(seen(), plan_);
      for (std::size_t at = 0; at < count; at += kStretch)
        stretch_in_blocks(pass, at, q.first(std::min(kStretch, count - at)));
    } else {
      for (std::size_t at = 0; at < count; at += kStretch) {
        const std::span<float> part = q.first(std::min(kStretch, count - at));
        quantize(seen(), plan_, at, part);
        compare(at, part);
      }
      for (std::size_t s = 0; s < plan_.layout.segments(); ++s) {
        note_scale(plan_.layout.begin(s), plan_.layout.end(s), scale_of(plan_, plan_.cells(s)));
      }
    }
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      const Sums& sums = sums_[i];
      if (sums.count == 0) {
        map_.scale[i] = kNone;
        continue;
      }
      map_.rms[i] = static_cast<float>(std::sqrt(sums.xx / sums.count));
      map_.noise[i] = std::isfinite(sums.nn) ? static_cast<float>(std::sqrt(sums.nn / sums.count)) : kNone;
    }
  }

 private:
  struct Sums {
    double count = 0, xx = 0, nn = 0;
  };

  const Weights& seen() const { return transform_ ? transform_->weights() : weights_; }

  void stretch_in_blocks(BlockPass& pass, std::size_t begin, std::span<float> q) {
    for (std::size_t at = 0; at < q.size(); at += BlockPass::kStretch) {
      const std::span<const float> part =
          pass.quantize(begin + at, std::min(BlockPass::kStretch, q.size() - at));
      std::copy(part.begin(), part.end(), q.begin() + static_cast<std::ptrdiff_t>(at));
      pass.each_part([&](const BlockPass::Part& p) {
        note_scale(begin + at + p.begin, begin + at + p.begin + p.count, std::fabs(p.scale));
      });
    }
    compare(begin, q);
  }

  // Adds a stretch of Q to the sums; takes it back through the transform.
  void compare(std::size_t begin, std::span<float> q) {
    if (transform_) transform_->undo(begin, q);
    const std::span<const float> x = weights_.x(), y = seen().x();
    each_cell(map_, begin, begin + q.size(),
              [&](std::size_t cell, std::size_t from, std::size_t to) {
                Sums& sums = sums_[cell];
                each_finite_run(
                    x, from, to, weights_.all_finite(), [&](std::size_t first, std::size_t n) {
                      const Moments m = kernels().moments(&y[first], n);
                      const float largest = std::max(std::fabs(m.min), std::fabs(m.max));
                      if (!(map_.largest[cell] >= largest)) map_.largest[cell] = largest;
                      NoiseSums noise;
                      kernels().difference(&x[first], &q[first - begin], n, noise);
                      sums.count += static_cast<double>(n);
                      sums.xx += m.sum_squares;
                      sums.nn += noise.nn;
                    });
              });
  }

  void note_scale(std::size_t begin, std::size_t end, float scale) {
    each_cell(map_, begin, end, [&](std::size_t cell, std::size_t, std::size_t) {
      if (!(map_.scale[cell] >= scale)) map_.scale[cell] = scale;
    });
  }

  const Weights& weights_;
  const Plan& plan_;
  const Transformed* transform_;
  HeatMap& map_;
  std::vector<Sums> sums_;
};

}  // namespace

Result<HeatMap> heat_map(const Weights& weights, const Plan& plan, const Transformed* transform,
                         std::size_t down, std::size_t across) {
  HeatMap map;
  const std::size_t count = weights.x().size();
  fold(count, weights.shape, map);
  if (count == 0) return map;
  map.cell_rows = (map.rows + down - 1) / down;
  map.cell_columns = (map.columns + across - 1) / across;
  for (auto* values : {&map.largest, &map.rms, &map.noise, &map.scale}) {
    values->assign(map.down() * map.across(), kNone);
  }
  Buffer<float> q;
  if (!q.allocate(std::min(kStretch, count)))
    return Error{"There is not enough memory left to draw these weights as a matrix."};
  Painter(weights, plan, transform, map).paint(q.span());
  return map;
}

}  // namespace halfstep
