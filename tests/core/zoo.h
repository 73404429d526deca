#pragma once
// Every row of the table of formats as a request, weights that make them stumble, and the lab's
// answer.
#include <doctest/doctest.h>

#include "indexes.h"
#include "inputs.h"
#include "lab.h"
#include "staged.h"

namespace zoo {

using namespace halfstep;

// A row at one of its widths, with its own words.
inline Request request_of(const FormatRow& row, int bits) {
  Request request;
  request.format = row.name;
  request.bits = bits;
  request.range = row.range;
  request.granularity = row.granularity;
  request.scale = row.scale;
  // Some exponent bits that leave 0 to 10 of mantissa.
  request.exponent_bits = std::clamp(bits / 2, 1, 8);
  request.levels = bits < 3 ? "-0.75,1" : "-1,-0.4,0,0.25,0.6";
  return request;
}

inline Request request_of(std::string_view name) {
  const auto row = find_format(name);
  REQUIRE(row.ok());
  return request_of(*row.value(), row.value()->bits_max);
}

// The ends and the middle; of a codebook designed on the weights, which takes long where it is
// large, no more than 4 bits.
inline std::vector<int> widths_of(const FormatRow& row) {
  const int middle = (row.bits_min + row.bits_max) / 2;
  return row.design ? std::vector<int>{row.bits_min, 4}
                    : std::vector<int>{row.bits_min, middle, row.bits_max};
}

inline std::vector<Request> every_row() {
  std::vector<Request> all;
  for (const FormatRow& row : formats()) {
    for (const int bits : widths_of(row)) {
      const Request request = request_of(row, bits);
      if (all.empty() || all.back() != request) all.push_back(request);
    }
  }
  return all;
}

// The rows that let a person choose, with scales stored in every way over tensor, group and block.
inline std::vector<Request> every_scale() {
  std::vector<Request> all;
  for (const FormatRow& row : formats()) {
    if (!(row.takes & kTakesScale) || !(row.takes & kTakesGranularity)) continue;
    for (std::size_t scale = 0; scale < scale_names().size(); ++scale) {
      if (!(row.scales >> scale & 1)) continue;
      if (static_cast<ScaleType>(scale) == ScaleType::None && !row.grid) continue;
      Request request = request_of(row, std::clamp(4, row.bits_min, row.bits_max));
      request.scale = static_cast<ScaleType>(scale);
      const Granularity three[] = {{}, {GranularityKind::Group, 24}, {GranularityKind::Block, 16}};
      request.granularity = three[(scale + all.size()) % 3];
      all.push_back(request);
    }
  }
  return all;
}

inline constexpr std::size_t kLengths[] = {1,  3,  15,  16,  17,  31,   32,   33,   63,
                                           64, 65, 255, 256, 257, 1023, 4095, 4096, 4097};

// n weights of each kind.
inline std::vector<inputs::Named> hostile(std::size_t n) {
  std::vector<inputs::Named> all;
  inputs::Random random(n + 7);
  const auto make = [&](const char* name, auto&& each) {
    std::vector<float> x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<float>(each(i));
    all.push_back({name, std::move(x)});
  };
  const auto normal = [&](std::size_t) { return random.normal(); };
  const double top = static_cast<double>(FLT_MAX), least = static_cast<double>(FLT_TRUE_MIN);
  make("normal", normal);
  make("all zero", [](std::size_t) { return 0.0; });
  make("all equal", [](std::size_t) { return -0.37; });
  make("one NaN", [&](std::size_t i) {
    return i == n / 2 ? static_cast<double>(inputs::kNan) : random.normal();
  });
  make("one infinity", [&](std::size_t i) { return i == n / 3 ? HUGE_VAL : random.normal(); });
  make("not one finite", [](std::size_t i) {
    return i % 3 == 0 ? static_cast<double>(inputs::kNan) : i % 3 == 1 ? HUGE_VAL : -HUGE_VAL;
  });
  make("denormal", [&](std::size_t) { return std::round(random.normal() * 20) * least; });
  make("the least above zero", [&](std::size_t i) { return i % 2 ? -least : i % 3 ? least : 0; });
  make("both ends of float32", [&](std::size_t i) {
    return i % 3 == 0 ? top : i % 3 == 1 ? -top : 0;
  });
  make("one end of float32", [&](std::size_t i) { return i % 2 ? top : top * random.uniform(); });
  make("an outlier of 1000 sigma",
       [&](std::size_t i) { return i == n / 2 ? 1000 : random.normal(); });
  make("from everywhere",
       [&](std::size_t) { return random.normal() * std::exp2(random.uniform() * 200 - 100); });
  make("ramp",
       [&](std::size_t i) { return static_cast<double>(i) / static_cast<double>(n) - 0.5; });
  make("above zero", [&](std::size_t) { return 3 + random.uniform(); });
  make("ties", [&](std::size_t) { return std::round(random.normal() * 8) / 4; });
  return all;
}

struct Answer {
  Weights weights;
  SortedIndex index;  // of the finite weights
  Plan plan;
  std::vector<float> q;
};

inline std::vector<float> finite(const std::vector<float>& x) {
  std::vector<float> some;
  for (const float value : x) {
    if (std::isfinite(value)) some.push_back(value);
  }
  return some;
}

inline std::vector<float> quantized(const Weights& weights, const Plan& plan) {
  std::vector<float> q(weights.x().size(), inputs::kNan);
  quantize(weights, plan, 0, q);
  return q;
}

inline Answer answer(const std::vector<float>& x, const Request& request) {
  Weights weights = tests::weights_of(x, {x.size()});
  SortedIndex index = tests::index_of(finite(x));
  auto plan = make_plan(weights, request, nullptr, &index);
  REQUIRE_MESSAGE(plan.ok(), plan.error());
  std::vector<float> q = quantized(weights, plan.value());
  return {std::move(weights), std::move(index), std::move(plan.value()), std::move(q)};
}

inline std::string words(const Request& request) {
  return request.format + " " + std::to_string(request.bits) + " bits, " +
         spell(request.granularity) + ", " +
         std::string(scale_names()[static_cast<std::size_t>(request.scale)]);
}

}  // namespace zoo
