#pragma once
// What the lab answers. Field names are the words of the page and of the command's JSON.
// A number that has no meaning here is NaN (a dash on the page, null in JSON).
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace halfstep {

inline constexpr double kMeaningless = std::numeric_limits<double>::quiet_NaN();

// Statistics of the finite weights; `count` and `nonfinite` are of all.
struct TensorReport {
  std::uint64_t count = 0;
  std::uint64_t nonfinite = 0;
  double min = kMeaningless, max = kMeaningless;
  double mean = kMeaningless, rms = kMeaningless, std = kMeaningless;
  double kurtosis = kMeaningless;  // m4/m2², 3 for a normal law
};

struct QuantizerReport {
  double step = kMeaningless;                                  // Δ, weights' units; the largest where there are several scales
  double step_min = kMeaningless;                              // the smallest of them
  double zero_point = kMeaningless;                            // code of zero; meaningless where there are several scales
  double range_low = kMeaningless, range_high = kMeaningless;  // granular region; widest of several
  std::uint64_t scales = 0;                                    // how many scales are stored
  double levels = 0;                                           // states a code can take; of a lattice a code is of a whole vector
  double code_bits = kMeaningless;                             // what codes take, in bits per weight: bits_per_weight less scales, zero points, levels
  double bits_per_weight = kMeaningless;
  double bytes = kMeaningless;  // everything stored
};

struct NoiseReport {
  double mse = kMeaningless;
  double snr_db = kMeaningless;  // meaningless when exact, or when there is no signal
  bool exact = false;            // every Q(x) equals its x
  double max_error = kMeaningless;
  double bound = kMeaningless;                        // of |n| for granular weights: Δ/2 for round to nearest; none under a transform or nested scales
  double max_error_in_steps = kMeaningless;           // of all weights, each by its own Δ
  double granular_max_error_in_steps = kMeaningless;  // of the weights inside the range
  double bound_in_steps = kMeaningless;               // ½, 1 or 1½: theory/noise.h
  double overload = kMeaningless;                     // fraction of weights beyond the range
  double overload_mse = kMeaningless;                 // their part of mse; none under a transform
  double bias = kMeaningless;                         // mean of n
  double variance = kMeaningless;                     // of n
  double correlation = kMeaningless;                  // Pearson's r of n with x
  std::uint64_t lost = 0;                             // finite weights whose Q is not; then what is above but the bounds and `overload` has no meaning
};

struct EntropyReport {
  double bits = kMeaningless;               // H of the codes, bits per weight; of a lattice as quantizers/lattice_codes.h has them
  std::uint64_t occupied_levels = 0;        // codes that occur, of a lattice in all tables together
  double differential_bits = kMeaningless;  // h of the weights
};

// What the books predict, and the conditions under which that fails here.
struct PredictionReport {
  double mse = kMeaningless;
  double snr_db = kMeaningless;
  double entropy_bits = kMeaningless;
  // Words of measures/conditions.h.
  std::vector<std::string> conditions;
};

struct Report {
  TensorReport tensor;
  QuantizerReport quantizer;
  NoiseReport noise;
  EntropyReport entropy;
  PredictionReport prediction;
};

}  // namespace halfstep
