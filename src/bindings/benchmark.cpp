// The kernels one by one for tests/bench, in a module of their own (halfstep_bench) that nobody ships.
#include <emscripten/bind.h>

#include <algorithm>

#include "buffer.h"
#include "kernels/kernels.h"
#include "quantizers/formats.h"
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

  Buffer<float> weights_;
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
      .function("noise", &KernelBench::noise);
}

}  // namespace

}  // namespace halfstep
