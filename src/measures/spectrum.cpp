#include "measures/spectrum.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "tensor/math.h"

namespace halfstep {

namespace {

struct Complex {
  double re = 0, im = 0;
};

// Cooley and Tukey's transform in place: Σ z[j]·e^(−2πi·jk/size), by halves. roots[j] =
// e^(−2πi·j/size).
void transform(std::span<Complex> z, std::span<const Complex> roots) {
  const std::size_t size = z.size();
  for (std::size_t i = 1, reversed = 0; i < size; ++i) {
    std::size_t bit = size >> 1;
    for (; reversed & bit; bit >>= 1) reversed ^= bit;
    reversed ^= bit;
    if (i < reversed) std::swap(z[i], z[reversed]);
  }
  for (std::size_t half = 1; half < size; half *= 2) {
    const std::size_t stride = size / (2 * half);
    for (std::size_t begin = 0; begin < size; begin += 2 * half) {
      for (std::size_t j = 0; j < half; ++j) {
        const Complex root = roots[j * stride];
        Complex& a = z[begin + j];
        Complex& b = z[begin + j + half];
        const Complex turned{b.re * root.re - b.im * root.im, b.re * root.im + b.im * root.re};
        b = {a.re - turned.re, a.im - turned.im};
        a = {a.re + turned.re, a.im + turned.im};
      }
    }
  }
}

}  // namespace

void power_spectrum(std::span<const double> x, std::span<double> power) {
  const std::size_t last = power.size() - 1, size = 2 * last;
  std::vector<Complex> z(size), roots(last);
  for (std::size_t j = 0; j < last; ++j) {
    const double turn = static_cast<double>(j) / static_cast<double>(size);
    // −sin(2πt) = cos(2π(t + ¼)).
    roots[j] = {portable::cos_turns(turn), portable::cos_turns(turn + 0.25)};
  }
  std::fill(power.begin(), power.end(), 0.0);
  const std::size_t stretches = x.size() / size;
  for (std::size_t s = 0; s < stretches; s += 2) {
    // Two real stretches at once: the powers of both are half of |Z(k)|² + |Z(−k)|².
    for (std::size_t j = 0; j < size; ++j)
      z[j] = {x[s * size + j], s + 1 < stretches ? x[(s + 1) * size + j] : 0};
    transform(z, roots);
    for (std::size_t k = 0; k <= last; ++k) {
      for (const Complex& side : {z[k], z[(size - k) % size]})
        power[k] += side.re * side.re + side.im * side.im;
    }
  }
  const double n = static_cast<double>(size);
  for (std::size_t k = 0; k <= last; ++k) {
    const bool both_signs = k > 0 && k < last;
    power[k] *= (both_signs ? 1 : 0.5) / (n * n * static_cast<double>(stretches));
  }
}

}  // namespace halfstep
