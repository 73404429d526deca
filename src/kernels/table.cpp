// The one list of kernels that tests and benchmarks walk.
#include <algorithm>
#include <cmath>

#include "kernels/kernels.h"

namespace halfstep {

float Cells::divisor() const { return own_scale > 0 ? own_scale : book_levels.empty() ? step
                                                                                      : book_scale; }

Place Cells::place() const {
  const float by = divisor();
  // Below the normal numbers a reciprocal may overflow.
  return reciprocal && by > 0x1p-126f ? Place{1 / by, true} : Place{by, false};
}

bool ordinary_scale(const Cells& cells, float absmax) {
  return cells.step >= 0x1p-40f && cells.step <= 0x1p40f && absmax <= 0x1p40f;
}

namespace {

using Floats = std::span<const float>;
using Scratch = std::span<std::uint32_t>;

double run_read(const Kernels& k, Floats x, const Cells&, Scratch) { return k.read(x.data(), x.size()); }
double run_nonfinite(const Kernels& k, Floats x, const Cells&, Scratch) {
  return static_cast<double>(k.nonfinite(x.data(), x.size()));
}
double run_moments(const Kernels& k, Floats x, const Cells&, Scratch) {
  return k.moments(x.data(), x.size()).sum_squares;
}
double run_central(const Kernels& k, Floats x, const Cells&, Scratch) {
  return k.central_moments(x.data(), x.size(), 0.25).fourth;
}
double run_magnitudes(const Kernels& k, Floats x, const Cells&, Scratch) { return k.magnitudes(x.data(), x.size()); }
double run_encode(const Kernels& k, Floats x, const Cells& cells, Scratch scratch) {
  auto* codes = reinterpret_cast<std::uint16_t*>(scratch.data());
  k.encode(x.data(), x.size(), cells, 0, codes);
  return x.empty() ? 0 : codes[x.size() - 1];
}
double run_reconstruct(const Kernels& k, Floats x, const Cells& cells, Scratch scratch) {
  auto* q = reinterpret_cast<float*>(scratch.data());
  k.reconstruct(x.data(), x.size(), cells, 0, q);
  return x.empty() ? 0 : q[x.size() - 1];
}
double run_noise(const Kernels& k, Floats x, const Cells& cells, Scratch) {
  NoiseSums sums;
  k.noise(x.data(), x.size(), cells, 0, sums);
  return sums.nn;
}
double run_noise_blocked(const Kernels& k, Floats x, const Cells& cells, Scratch) {
  NoiseSums sums;
  k.noise_blocked(x.data(), x.size(), cells, 0, sums);
  return sums.nn;
}
double run_difference(const Kernels& k, Floats x, const Cells& cells, Scratch scratch) {
  auto* q = reinterpret_cast<float*>(scratch.data());
  NoiseSums sums;
  constexpr std::size_t kStretch = 4096;
  for (std::size_t i = 0; i < x.size(); i += kStretch) {
    const std::size_t count = std::min(kStretch, x.size() - i);
    k.reconstruct(x.data() + i, count, cells, static_cast<std::uint32_t>(i), q);
    k.difference(x.data() + i, q, count, sums);
  }
  return sums.nn;
}
double run_square_error(const Kernels& k, Floats x, const Cells& cells, Scratch) {
  return k.square_error(x.data(), x.size(), cells, 0).total;
}
double run_errors(const Kernels& k, Floats x, const Cells&, Scratch) {
  return k.errors(x.data(), x.size(), 0.25).ee;
}
double run_precise_sums(const Kernels& k, Floats x, const Cells&, Scratch) {
  constexpr std::size_t kMost = 1 << 20;
  DoubleDouble squares;
  for (std::size_t i = 0; i < x.size(); i += kMost) {
    squares = squares + k.precise_sums(x.data() + i, std::min(kMost, x.size() - i)).xx;
  }
  return squares.value();
}
double run_count_codes(const Kernels& k, Floats x, const Cells& cells, Scratch scratch) {
  std::fill_n(scratch.begin(), cells.levels(), 0u);
  k.count_codes(x.data(), x.size(), cells, 0, scratch.data());
  return scratch[0];
}
double run_histogram(const Kernels& k, Floats x, const Cells&, Scratch scratch) {
  Bins bins{-4, 4, scratch.first(512), 0, 0};
  std::fill(bins.counts.begin(), bins.counts.end(), 0u);
  k.histogram(x.data(), x.size(), bins);
  return bins.counts[256];
}
double run_noise_histogram(const Kernels& k, Floats x, const Cells& cells, Scratch scratch) {
  Bins bins{-1, 1, scratch.first(256), 0, 0};
  std::fill(bins.counts.begin(), bins.counts.end(), 0u);
  k.noise_histogram(x.data(), x.size(), cells, 0, bins);
  return bins.counts[128];
}

}  // namespace

std::span<const KernelRow> kernel_table() {
  static constexpr KernelRow rows[] = {
      {"read", false, run_read},
      {"nonfinite", false, run_nonfinite},
      {"moments", false, run_moments},
      {"central_moments", false, run_central},
      {"magnitudes", false, run_magnitudes},
      {"encode", false, run_encode},
      {"reconstruct", false, run_reconstruct},
      {"noise", false, run_noise},
      {"noise_blocked", false, run_noise_blocked},
      {"difference", false, run_difference},
      {"square_error", false, run_square_error},
      {"errors", false, run_errors},
      {"precise_sums", false, run_precise_sums},
      {"count_codes", true, run_count_codes},
      {"histogram", true, run_histogram},
      {"noise_histogram", true, run_noise_histogram},
  };
  return rows;
}

}  // namespace halfstep
