#pragma once
// The whole Report once more: a float64 evaluation of DESIGN section 4, and checks of the lab against it.
#include <doctest/doctest.h>

#include "inputs.h"
#include "lab.h"
#include "oracle.h"
#include "staged.h"

namespace tests {

using namespace halfstep;

inline Request ask(const std::string& format, int bits, const std::string& range = "absmax",
                   const std::string& granularity = "tensor", Rounding rounding = Rounding::Nearest) {
  return {format, bits, parse_range(range).value(), parse_granularity(granularity).value(), rounding, 42};
}

struct Answer {
  Plan plan;
  Analysis analysis;
};

inline Answer measure(const Weights& weights, const Request& request) {
  auto plan = make_plan(weights, request);
  REQUIRE(plan.ok());
  Analysis analysis = analyze(weights, plan.value());
  return {std::move(plan.value()), std::move(analysis)};
}

inline Report report_of(const std::vector<float>& x, const Request& request) {
  return measure(weights_of(x, {x.size()}), request).analysis.report;
}

// Both meaningless, or equal to a relative 1e-6 of themselves or of `size`.
inline void check_near(const std::string& field, double measured, double expected, double size = 0) {
  CAPTURE(field);
  CAPTURE(measured);
  CAPTURE(expected);
  if (std::isnan(expected)) {
    CHECK(std::isnan(measured));
  } else {
    CHECK(std::fabs(measured - expected) <= 1e-6 * std::fabs(expected) + 1e-10 * size);
  }
}

// The cells of every scale. Ranges by mse are the plan's own: how good they are is range_test's matter.
inline std::vector<Cells> cells_of(const std::vector<float>& x, const Request& request, const Plan& plan,
                                   const std::vector<std::pair<std::size_t, std::size_t>>& segments) {
  std::vector<Cells> all;
  for (std::size_t s = 0; s < segments.size(); ++s) {
    std::vector<float> finite;
    for (std::size_t i = segments[s].first; i < segments[s].second; ++i) {
      if (std::isfinite(x[i])) finite.push_back(x[i]);
    }
    double low = 0, high = 0;
    const bool symmetric = request.format != "uint";
    for (const double v : finite) low = std::min(low, v), high = std::max(high, v);
    const double r = request.range.value;
    if (request.range.rule == RangeRule::Mse) {
      low = plan.ranges[s].low;
      high = plan.ranges[s].high;
    } else if (request.range.rule == RangeRule::Number) {
      low = symmetric || low < 0 ? -r : 0;
      high = symmetric || high > 0 ? r : 0;
    } else if (request.range.rule == RangeRule::Percentile && !finite.empty()) {
      const double p = request.range.value;
      if (symmetric) {
        for (float& v : finite) v = std::fabs(v);
        high = oracle::percentile(finite, p);
        low = -high;
      } else {
        low = std::min(0.0, oracle::percentile(finite, (100 - p) / 2));
        high = std::max(0.0, oracle::percentile(finite, 100 - (100 - p) / 2));
      }
    } else if (symmetric) {
      high = std::max(-low, high);
      low = -high;
    }
    all.push_back(oracle::cells(request.format, request.bits, low, high, request.rounding, request.seed));
  }
  return all;
}

// Of nearest, half-away, floor, stochastic, and dither: not subtracted, then subtracted, uniform and triangular.
inline constexpr double kDivisor[] = {12, 12, 3, 6, 6, 4, 12, 12};  // of Δ², the mean square
inline constexpr double kBound[] = {0.5, 0.5, 1, 1, 1, 1.5, 0.5, 0.5};

inline double decibels(double power, double mse) {
  return power > 0 && mse > 0 ? 10 * std::log10(power / mse) : kMeaningless;
}

inline void check_report(const std::vector<float>& x, const Shape& shape, const Request& request) {
  const Weights weights = weights_of(x, shape);
  const Answer answer = measure(weights, request);
  const Report& report = answer.analysis.report;
  const auto segments = oracle::segments(x.size(), shape, request.granularity);
  const std::vector<Cells> scales = cells_of(x, request, answer.plan, segments);

  double n = 0;
  oracle::Sum sum, squares;
  for (const float v : x) {
    if (!std::isfinite(v)) continue;
    n += 1;
    sum.add(v);
    squares.add(static_cast<double>(v) * static_cast<double>(v));
  }
  const double mean = sum.value() / n, rms = std::sqrt(squares.value() / n);

  oracle::Noise noise;
  oracle::Sum variance, fourth, predicted;
  std::vector<double> errors, values;
  std::map<std::int32_t, double> counts;
  double max_in_steps = 0, granular_in_steps = 0;
  for (std::size_t s = 0; s < segments.size(); ++s) {
    const Cells& c = scales[s];
    const double step = c.step;
    for (std::size_t i = segments[s].first; i < segments[s].second; ++i) {
      if (!std::isfinite(x[i])) continue;
      const oracle::Quantized quantized = oracle::quantize(x[i], c, static_cast<std::uint32_t>(i));
      noise.add(x[i], quantized.q, c);
      const double value = x[i], e = value - static_cast<double>(quantized.q);
      errors.push_back(e);
      values.push_back(value);
      variance.add((value - mean) * (value - mean));
      fourth.add(std::pow(value - mean, 4));
      counts[quantized.k - c.low] += 1;
      predicted.add(step * step / kDivisor[static_cast<std::size_t>(request.rounding)]);
      if (step == 0) continue;
      max_in_steps = std::max(max_in_steps, std::fabs(e) / step);
      if (value >= static_cast<double>(c.range_low) && value <= static_cast<double>(c.range_high)) {
        granular_in_steps = std::max(granular_in_steps, std::fabs(e) / step);
      }
    }
  }
  const double std = std::sqrt(variance.value() / n), error_mean = noise.n.value() / n, mse = noise.nn.value() / n;
  oracle::Sum error_variance, covariance;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    error_variance.add((errors[i] - error_mean) * (errors[i] - error_mean));
    covariance.add((errors[i] - error_mean) * (values[i] - mean));
  }
  const double spread = std::sqrt(error_variance.value() / n);

  check_near("tensor.mean", report.tensor.mean, mean, rms);
  check_near("tensor.rms", report.tensor.rms, rms);
  check_near("tensor.std", report.tensor.std, std);
  check_near("tensor.kurtosis", report.tensor.kurtosis, fourth.value() / n / std::pow(std, 4));

  const QuantizerReport& q = report.quantizer;
  double step = 0, step_min = INFINITY, low = 0, high = 0;
  for (const Cells& c : scales) {
    step = std::max(step, static_cast<double>(c.step));
    if (c.step > 0) step_min = std::min(step_min, static_cast<double>(c.step));
    low = std::min(low, static_cast<double>(c.range_low));
    high = std::max(high, static_cast<double>(c.range_high));
  }
  const bool affine = request.format == "uint", one = segments.size() == 1;
  CHECK(q.step == step);
  CHECK(q.step_min == step_min);
  CHECK(q.range_low == low);
  CHECK(q.range_high == high);
  check_near("zero_point", q.zero_point, !one || scales[0].offset != 0 ? kMeaningless : affine ? -scales[0].low
                                                                                               : 0);
  CHECK(q.scales == segments.size());
  CHECK(q.levels == scales[0].high - scales[0].low + 1);
  CHECK(q.code_bits == request.bits);
  const double scale_bits = static_cast<double>(segments.size()) * (32 + (affine ? request.bits : 0));
  const double count = static_cast<double>(x.size());
  check_near("bits_per_weight", q.bits_per_weight, request.bits + scale_bits / count);
  CHECK(q.bytes == std::ceil((request.bits * count + scale_bits) / 8));

  const NoiseReport& r = report.noise;
  const double bound = kBound[static_cast<std::size_t>(request.rounding)];
  check_near("mse", r.mse, mse);
  check_near("snr_db", r.snr_db, decibels(squares.value(), noise.nn.value()), 1);
  CHECK(r.exact == (noise.max == 0));
  check_near("max_error", r.max_error, noise.max);
  check_near("bound", r.bound, bound * step);
  CHECK(r.bound_in_steps == bound);
  check_near("max_error_in_steps", r.max_error_in_steps, max_in_steps);
  check_near("granular_max_error_in_steps", r.granular_max_error_in_steps, granular_in_steps);
  check_near("overload", r.overload, static_cast<double>(noise.overload) / n);
  check_near("overload_mse", r.overload_mse, noise.overload_nn.value() / n);
  check_near("bias", r.bias, error_mean, std::sqrt(mse));
  // Noise of one value has a variance of roundings.
  check_near("variance", r.variance, error_variance.value() / n, error_variance.value() / n < 1e-24 * mse ? mse : 0);
  check_near("correlation", r.correlation, spread > 0 ? covariance.value() / n / (std * spread) : kMeaningless, 1);

  std::vector<double> occupied;
  for (const auto& [k, times] : counts) occupied.push_back(times);
  CHECK(std::fabs(report.entropy.bits - oracle::entropy_bits(occupied)) <= 1e-6);
  CHECK(report.entropy.occupied_levels == counts.size());
  REQUIRE(answer.analysis.counts.size() == q.levels);
  for (std::size_t k = 0; k < answer.analysis.counts.size(); ++k) {
    const auto found = counts.find(static_cast<std::int32_t>(k));
    if (answer.analysis.counts[k] != (found == counts.end() ? 0 : found->second)) FAIL_CHECK("count of code " << k);
  }

  check_near("prediction.mse", report.prediction.mse, predicted.value() / n);
  check_near("prediction.snr_db", report.prediction.snr_db, decibels(squares.value(), predicted.value()), 1);
  if (one) {
    check_near("prediction.entropy_bits", report.prediction.entropy_bits,
               report.entropy.differential_bits - std::log2(step));
  }
}

}  // namespace tests
