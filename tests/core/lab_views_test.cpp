// What a picture asks of the lab: levels, one weight, the quantized weights, histograms.
#include <doctest/doctest.h>

#include "inputs.h"
#include "lab.h"
#include "lab_oracle.h"
#include "oracle.h"
#include "staged.h"

using namespace tests;

TEST_CASE("lab: levels have the oracle's values, and cells that hold what they say") {
  const auto x = inputs::normal(3000, 5);
  const Weights weights = weights_of(x, {x.size()});
  for (const std::string format : {"int", "uint", "midrise"}) {
    for (const int bits : {1, 2, 4, 8}) {
      for (const Rounding rounding : inputs::kRoundings) {
        CAPTURE(format);
        CAPTURE(bits);
        CAPTURE(static_cast<int>(rounding));
        const Answer answer = measure(weights, ask(format, bits, "percentile:98", "tensor", rounding));
        const Cells cells = answer.plan.cells(0);
        const auto all = levels(answer.plan, answer.analysis);
        REQUIRE(all.size() == cells.levels());
        CHECK(all[0].edge == -INFINITY);
        std::uint64_t total = 0;
        for (std::size_t i = 0; i < all.size(); ++i) {
          const double place = cells.low + static_cast<double>(i) + static_cast<double>(cells.offset);
          CHECK(all[i].value == static_cast<float>(place * static_cast<double>(cells.step)));
          CHECK(all[i].code == (format == "uint" ? static_cast<std::int32_t>(i) : cells.low + static_cast<std::int32_t>(i)));
          total += all[i].count;
          if (i == 0 || is_random(rounding)) continue;
          CHECK(all[i].edge > all[i - 1].edge);
          // A hair on either side of an edge falls to either level.
          const double hair = static_cast<double>(cells.step) * 1e-3;
          CHECK(probe(answer.plan, static_cast<float>(all[i].edge + hair)).code == all[i].code);
          CHECK(probe(answer.plan, static_cast<float>(all[i].edge - hair)).code == all[i - 1].code);
        }
        CHECK(total == x.size());
      }
    }
  }
}

TEST_CASE("lab: levels of several scales are in steps and count all weights") {
  const auto x = inputs::normal(3000, 6);
  const Weights weights = weights_of(x, {30, 100});
  for (const std::string format : {"int", "uint", "midrise"}) {
    const Answer answer = measure(weights, ask(format, 4, "absmax", "group:32"));
    const auto all = levels(answer.plan, answer.analysis);
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      total += all[i].count;
      CHECK(all[i].value == all[i].code + (format == "midrise" ? 0.5 : 0));
      if (i > 0) CHECK(all[i].edge == all[i].value - 0.5);
    }
    CHECK(total == x.size());
    CHECK(all[0].code == (format == "uint" ? 0 : format == "int" ? -7 : -8));
  }
}

TEST_CASE("lab: a probe reads the code, the value and the noise of one weight") {
  const Weights weights = weights_of({-2, -1, 0, 1, 6}, {5});
  const Answer affine = measure(weights, ask("uint", 3));
  // Δ = 8/7, zero point round(2/Δ) = 2.
  CHECK(probe(affine.plan, 0).code == 2);
  CHECK(probe(affine.plan, 6).code == 7);
  CHECK(probe(affine.plan, -2).code == 0);
  CHECK(probe(affine.plan, 1).quantized == static_cast<double>(8.0f / 7));
  CHECK(probe(affine.plan, 1).noise == 1 - static_cast<double>(8.0f / 7));
  const Answer symmetric = measure(weights, ask("int", 4));
  for (const float x : {0.3f, -5.9f, 6.0f, 100.0f, -100.0f, 0.0f}) {
    const oracle::Quantized expected = oracle::quantize(x, oracle::cells("int", 4, -6, 6, Rounding::Nearest, 1), 0);
    const Probe p = probe(symmetric.plan, x);
    CHECK(p.code == expected.k);
    CHECK(p.quantized == expected.q);
    CHECK(p.noise == static_cast<double>(x) - static_cast<double>(expected.q));
  }
  CHECK(probe(symmetric.plan, inputs::kInf).code == 7);
  CHECK(probe(symmetric.plan, -inputs::kInf).code == -7);
  CHECK(probe(symmetric.plan, inputs::kNan).code == 0);
  CHECK(probe(affine.plan, inputs::kNan).code == 2);
  CHECK(probe(affine.plan, inputs::kNan).quantized == 0);
}

TEST_CASE("lab: quantize gives the same values in any stretches, NaN as 0 and ±∞ as the end levels") {
  auto x = inputs::normal(1200, 7);
  x[10] = inputs::kNan;
  x[500] = inputs::kInf;
  x[501] = -inputs::kInf;
  x[1199] = inputs::kNan;
  const Shape shape{12, 100};
  const Weights weights = weights_of(x, shape);
  for (const std::string granularity : {"tensor", "channel", "group:7"}) {
    for (const Rounding rounding : inputs::kRoundings) {
      for (const std::string format : {"int", "uint", "midrise"}) {
        const Request request = ask(format, 3, "percentile:95", granularity, rounding);
        auto plan = make_plan(weights, request);
        REQUIRE(plan.ok());
        const auto segments = oracle::segments(x.size(), shape, request.granularity);
        const auto cells = cells_of(x, request, plan.value(), segments);
        std::vector<float> expected(x.size()), whole(x.size());
        for (std::size_t s = 0; s < segments.size(); ++s) {
          for (std::size_t i = segments[s].first; i < segments[s].second; ++i) {
            expected[i] = std::isnan(x[i]) ? 0 : oracle::quantize(x[i], cells[s], static_cast<std::uint32_t>(i)).q;
          }
        }
        quantize(weights, plan.value(), 0, whole);
        CHECK(whole == expected);
        for (const std::size_t cut : {1, 3, 64, 101, 1199}) {
          std::vector<float> parts(x.size());
          for (std::size_t at = 0; at < x.size(); at += cut) {
            quantize(weights, plan.value(), at, std::span(parts).subspan(at, std::min(cut, x.size() - at)));
          }
          CHECK(parts == expected);
        }
        quantize(weights, plan.value(), x.size(), {});
      }
    }
  }
}

TEST_CASE("lab: histograms hold every finite weight once") {
  auto x = inputs::normal(5000, 9);
  for (std::size_t i = 0; i < x.size(); i += 13) x[i] = inputs::kNan;
  const Weights weights = weights_of(x, {50, 100});
  const auto total = [](const Bins& bins) {
    std::uint64_t sum = bins.below + bins.above;
    for (const std::uint32_t count : bins.counts) sum += count;
    return sum;
  };
  std::vector<std::uint32_t> counts(256);
  Bins bins{-2, 2, counts, 0, 0};
  weight_histogram(weights, bins);
  CHECK(total(bins) == weights.finite());
  CHECK(bins.below > 0);
  CHECK(bins.above > 0);
  for (const std::string granularity : {"tensor", "channel", "group:16"}) {
    const Answer answer = measure(weights, ask("int", 6, "absmax", granularity));
    std::vector<std::uint32_t> noise(20);
    Bins steps{-0.5001, 0.5001, noise, 0, 0};
    noise_histogram(weights, answer.plan, steps);
    CHECK(total(steps) == weights.finite());
    // Nothing beyond half a step where nothing is clipped. Each bin is within six standard errors of even, but
    // that the largest weight of a scale is a level: an atom at zero.
    CHECK(steps.below + steps.above == 0);
    if (granularity != "tensor") continue;
    const double even = static_cast<double>(weights.finite()) / 20;
    for (const std::uint32_t count : noise) CHECK(std::fabs(count - even) < 6 * std::sqrt(even));
  }
}
