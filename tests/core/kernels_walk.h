#pragma once
// Both kernels through every cell, rounding, kind of weights, length and alignment.
#include <doctest/doctest.h>

#include <cstring>

#include "inputs.h"
#include "kernels/kernels.h"
#include "oracle.h"

namespace tests {

using namespace halfstep;
using inputs::AtTheEnd;
using oracle::kU;
using oracle::kV;

inline constexpr std::size_t kLengths[] = {0, 1, 3, 4, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65, 1023};

inline const Kernels* const kBoth[] = {&scalar_kernels(), &simd_kernels()};

inline Cells make_cells(float step, float offset, std::int32_t low, std::int32_t high) {
  Cells c;
  c.step = step;
  c.offset = offset;
  c.low = low;
  c.high = high;
  // A range a little inside the outer levels, so that weights lie beyond, on and within it.
  c.range_low = step * static_cast<float>(low);
  c.range_high = step * static_cast<float>(high) * 0.99f;
  c.seed = 77;
  return c;
}

// Powers of two and other steps, one level to 2¹⁶, lopsided, vanishing and huge.
inline std::vector<Cells> all_cells() {
  return {make_cells(0.25f, 0, -7, 7),         make_cells(0.1f, 0, -127, 127),
          make_cells(0.3f, 0.5f, -8, 7),       make_cells(1e-3f, 0, -5, 250),
          make_cells(2, 0.5f, -1, 0),          make_cells(7.3f, 0, 0, 1),
          make_cells(0x1p-20f, 0, 0, 65535),   make_cells(0x1.8p-3f, 0.5f, -32768, 32767),
          make_cells(3 * FLT_TRUE_MIN, 0, -100, 100), make_cells(FLT_MAX / 4, 0, -3, 3),
          make_cells(0x1p-40f, 0.5f, -2, 1),   make_cells(0, 0, -7, 7),
          make_cells(0, 0.5f, -8, 7)};
}

// Calls each(x, n, cells, index, kernels) for every rounding, cells, kind of weights and implementation,
// the lengths and the four alignments taking turns.
template <typename Each>
void walk(Each&& each) {
  std::size_t turn = 0;
  for (Cells cells : all_cells()) {
    const auto kinds = inputs::around(cells.step, cells.high + 1, 1023, 5 + turn);
    for (const Rounding rounding : inputs::kRoundings) {
      cells.rounding = rounding;
      for (const auto& kind : kinds) {
        const std::size_t every = kind.name == "normal" || kind.name == "outliers" ? 1 : 4;
        for (std::size_t l = turn % every; l < std::size(kLengths); l += every) {
          const std::size_t n = kLengths[l];
          const std::uint32_t index = static_cast<std::uint32_t>(turn * 1009);
          AtTheEnd x({kind.x.data() + (kind.x.size() - n), n}, turn++ % 4);
          CAPTURE(kind.name);
          CAPTURE(n);
          CAPTURE(cells.step);
          CAPTURE(cells.offset);
          CAPTURE(static_cast<int>(rounding));
          for (const Kernels* k : kBoth) {
            CAPTURE(k->name);
            each(x.data(), n, cells, index, *k);
          }
        }
      }
    }
  }
}

// |measured − true| ≤ share·Σ|term| + slack, with a hair for the oracle's own rounding.
inline bool within(double measured, const oracle::Sum& sum, double share, double slack = 0) {
  return std::fabs(measured - sum.value()) <= (share + 2 * kV) * sum.size() + slack;
}

template <typename T>
bool same_bits(const T* a, const T* b, std::size_t n) {
  return n == 0 || std::memcmp(a, b, n * sizeof(T)) == 0;
}

}  // namespace tests
