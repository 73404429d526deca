// When a prediction is said to fail, and when not.
#include "measures/conditions.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace halfstep;

namespace {

using Words = std::vector<std::string>;

// A report of ten thousand well-behaved weights.
Report good() {
  Report r;
  r.tensor.count = 10000;
  r.tensor.nonfinite = 0;
  r.tensor.min = -4;
  r.tensor.max = 4;
  r.tensor.mean = 0;
  r.tensor.rms = r.tensor.std = 1;
  r.quantizer.step = r.quantizer.step_min = 0.03;
  r.noise.mse = 7.5e-5;
  r.noise.overload = 0;
  r.noise.overload_mse = 0;
  r.noise.correlation = 0.01;
  r.entropy.bits = 7;
  r.entropy.differential_bits = 2;
  return r;
}

}  // namespace

TEST_CASE("conditions: nothing to say of well-behaved weights") { CHECK(failing_conditions(good(), 0).empty()); }

TEST_CASE("conditions: each has its threshold") {
  const auto check = [](auto&& set, double just_below, double just_above, const std::string& word) {
    CAPTURE(word);
    Report below = good(), above = good();
    double atom_below = 0, atom_above = 0;
    set(below, atom_below, just_below);
    set(above, atom_above, just_above);
    CHECK(failing_conditions(below, atom_below).empty());
    CHECK(failing_conditions(above, atom_above) == Words{word});
  };
  check([](Report& r, double&, double v) { r.noise.overload_mse = v * r.noise.mse; }, 0.0099, 0.0101, "overload");
  check([](Report& r, double&, double v) { r.entropy.bits = v; }, 2.001, 1.999, "few_levels");
  check([](Report& r, double&, double v) { r.noise.correlation = v; }, 0.099, 0.101, "correlated");
  check([](Report& r, double&, double v) { r.noise.correlation = v; }, -0.099, -0.101, "correlated");
  check([](Report& r, double&, double v) { r.tensor.count = static_cast<std::uint64_t>(v); }, 64, 63, "few_weights");
  check([](Report&, double& atom, double v) { atom = v; }, 0.0099, 0.0101, "atoms");
  check([](Report& r, double&, double v) { r.quantizer.step_min = v * 4; }, 0x1.01p-18, 0x1.ffp-19, "float32");
  check([](Report& r, double&, double v) { r.tensor.nonfinite = static_cast<std::uint64_t>(v); }, 0, 1, "nonfinite");
}

TEST_CASE("conditions: noise half a decibel from its prediction without another reason is uneven cells") {
  for (const double decibels : {-0.51, 0.51}) {
    Report r = good();
    r.prediction.mse = r.noise.mse * std::pow(10, decibels / 10);
    CHECK(failing_conditions(r, 0) == Words{"uneven"});
    r.noise.correlation = 0.5;
    CHECK(failing_conditions(r, 0) == Words{"correlated"});
  }
  Report r = good();
  r.prediction.mse = r.noise.mse * std::pow(10, 0.049);
  CHECK(failing_conditions(r, 0).empty());
}

TEST_CASE("conditions: lost weights are named before all that is told of the noise") {
  Report r = good();
  r.noise = {};
  r.noise.lost = 1;
  CHECK(failing_conditions(r, 0) == Words{"lost"});
  r.tensor.nonfinite = 2;
  CHECK(failing_conditions(r, 0) == Words{"nonfinite", "lost"});
}

// H of N weights in M codes is short by about (M − 1)/(2N ln 2) bit: 0.04 of it where M − 1 is 0.04·2·ln 2·N = 555 of 10 000,
// and 1/√N = 0.01 more make 0.05.
TEST_CASE("conditions: too few weights for so many levels, where there is a prediction of H") {
  Report r = good();
  r.entropy.occupied_levels = 560;
  CHECK(failing_conditions(r, 0).empty());
  r.prediction.entropy_bits = 7;
  CHECK(failing_conditions(r, 0) == Words{"few_per_level"});
  r.entropy.occupied_levels = 550;
  CHECK(failing_conditions(r, 0).empty());
  // Few in all stray of themselves.
  r.entropy.occupied_levels = 16;
  r.tensor.count = 300;
  CHECK(failing_conditions(r, 0) == Words{"few_per_level"});
  r.tensor.count = 63;
  CHECK(failing_conditions(r, 0) == Words{"few_weights"});
}

TEST_CASE("conditions: H a twentieth of a bit from its prediction without another reason is a steep density") {
  for (const double off : {-0.051, 0.051}) {
    Report r = good();
    r.entropy.occupied_levels = 200;
    r.prediction.entropy_bits = r.entropy.bits + off;
    CHECK(failing_conditions(r, 0) == Words{"steep"});
    r.tensor.nonfinite = 1;
    CHECK(failing_conditions(r, 0) == Words{"nonfinite", "steep"});
    r.noise.correlation = 0.5;
    CHECK(failing_conditions(r, 0) == Words{"nonfinite", "correlated"});
    r = good();
    r.prediction.entropy_bits = r.entropy.bits + off / 1.1;
    CHECK(failing_conditions(r, 0).empty());
  }
}

TEST_CASE("conditions: no estimate of h is atoms") {
  Report r = good();
  r.entropy.differential_bits = kMeaningless;
  CHECK(failing_conditions(r, 0.001) == Words{"atoms"});
}

TEST_CASE("conditions: the negative end may be the larger weight") {
  Report r = good();
  r.tensor.min = -1e6;
  CHECK(failing_conditions(r, 0) == Words{"float32"});
}

TEST_CASE("conditions: without weights, or with one value, nothing else is said") {
  Report r;
  r.tensor.count = 0;
  CHECK(failing_conditions(r, 0) == Words{"empty"});
  r.tensor.count = r.tensor.nonfinite = 5;
  CHECK(failing_conditions(r, 0) == Words{"nonfinite", "empty"});
  r = good();
  r.tensor.std = 0;
  r.tensor.min = r.tensor.max = 4;
  r.noise.correlation = kMeaningless;
  CHECK(failing_conditions(r, 1) == Words{"constant"});
}

TEST_CASE("conditions: the strongest comes first") {
  Report r = good();
  r.tensor.nonfinite = 3;
  r.noise.overload_mse = r.noise.mse;
  r.entropy.bits = 0.5;
  r.noise.correlation = 0.9;
  r.quantizer.step_min = 1e-9;
  CHECK(failing_conditions(r, 0.5) == Words{"nonfinite", "overload", "few_levels", "correlated", "atoms", "float32"});
}
