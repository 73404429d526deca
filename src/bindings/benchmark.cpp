// The kernels one by one for tests/bench, in a module of their own (halfstep_bench) that nobody ships.
#include <emscripten/bind.h>

#include <algorithm>
#include <cmath>

#include "kernels/grouped.h"
#include "lab.h"
#include "quantizers/block_pass.h"
#include "tensor/sources.h"

namespace halfstep {

namespace {

using emscripten::val;

val rows() {
  val list = val::array();
  for (const KernelRow& row : kernel_table()) {
    val o = val::object();
    o.set("name", std::string(row.name));
    o.set("scatter", row.scatter);
    list.call<void>("push", o);
  }
  return list;
}

// Normal weights, and room for what any kernel writes about them.
class KernelBench {
 public:
  // False when memory does not allow it.
  bool fill(int count) {
    SourceSpec spec;
    spec.count = static_cast<std::uint64_t>(count);
    const auto source = Source::make(spec);
    const auto size = static_cast<std::size_t>(count);
    if (!source || !weights_.allocate(size) || !scratch_.allocate(std::max(size, kMostLevels))) return false;
    source->fill(0, weights_.span());
    const Moments m = kernels().moments(weights_.data(), size);
    range_ = {-std::max(-m.min, m.max), std::max(-m.min, m.max)};
    return true;
  }

  // The step of `int` at `bits` over the weights' absmax.
  float step(int bits) const { return cells(bits).step; }

  // A kernel of kernel_table() over the first `count` weights. A checksum of its result.
  double run(int row, bool simd, int bits, int count) {
    const auto x = weights_.span().first(static_cast<std::size_t>(count));
    const Kernels& implementation = simd ? simd_kernels() : scalar_kernels();
    return kernel_table()[static_cast<std::size_t>(row)].run(implementation, x, cells(bits), scratch_.span());
  }

  // The sums of the fused noise pass.
  // Σn² of a format in its own words: scales found, weights encoded, noise summed. Nothing is counted.
  double format_noise(const std::string& name) {
    Request request;
    const FormatRow& row = *find_format(name).value();
    request.format = name;
    request.bits = row.bits_min;
    request.range = row.range;
    request.granularity = row.granularity;
    request.scale = row.scale;
    if (zoo_.x().empty() && !stand()) return NAN;
    const Result<Plan> made = make_plan(zoo_, request);
    if (!made) return NAN;
    const Plan& plan = made.value();
    const std::span<const float> x = zoo_.x();
    NoiseSums sums;
    if (plan.in_blocks()) {
      BlockPass pass(zoo_, plan);
      for (std::size_t begin = 0; begin < x.size(); begin += BlockPass::kStretch) {
        const std::size_t count = std::min(BlockPass::kStretch, x.size() - begin);
        kernels().difference(x.data() + begin, pass.quantize(begin, count).data(), count, sums);
      }
    } else {
      simd_grouped().noise(x.data(), x.size(), plan.grouped(), plan.scales.data(), grid_cells(plan.book, 1, {}),
                           plan.book.shape, sums);
    }
    return sums.nn;
  }

  val noise(int bits) const {
    NoiseSums s;
    kernels().noise_blocked(weights_.data(), weights_.size(), cells(bits), 0, s);
    val sums = val::object();
    sums.set("n", s.n);
    sums.set("nn", s.nn);
    sums.set("xn", s.xn);
    sums.set("max", s.max);
    return sums;
  }

 private:
  static constexpr std::size_t kMostLevels = 1 << 16;

  Cells cells(int bits) const { return find_format("int").value()->cells(bits, range_); }

  // A copy of the weights, as a plan wants them.
  bool stand() {
    if (!zoo_.values.allocate(weights_.size())) return false;
    std::copy_n(weights_.data(), weights_.size(), zoo_.values.data());
    zoo_.shape = {weights_.size()};
    return examine(zoo_, kMeaningless).ok();
  }

  Buffer<float> weights_;
  Weights zoo_;
  Buffer<std::uint32_t> scratch_;
  Interval range_;
};

EMSCRIPTEN_BINDINGS(halfstep_bench) {
  emscripten::function("kernelRows", &rows);
  emscripten::class_<KernelBench>("KernelBench")
      .constructor<>()
      .function("fill", &KernelBench::fill)
      .function("step", &KernelBench::step)
      .function("run", &KernelBench::run)
      .function("noise", &KernelBench::noise)
      .function("format_noise", &KernelBench::format_noise);
}

}  // namespace

}  // namespace halfstep
