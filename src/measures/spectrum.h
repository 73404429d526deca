#pragma once
// The power spectrum of a signal.
#include <span>

namespace halfstep {

// The mean of the periodograms of x's stretches of 2(power.size() − 1) samples, a power of two from
// 4 to 4096; what is left over at the end is not read. power[k] is what the frequency of k cycles a
// stretch has of the mean square of x, both its signs together: the sum over k is that mean square
// (Parseval). Bartlett, "Smoothing periodograms from time series with continuous spectra", Nature
// 161 (1948).
void power_spectrum(std::span<const double> x, std::span<double> power);

}  // namespace halfstep
