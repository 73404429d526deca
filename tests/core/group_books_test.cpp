// A Lloyd–Max codebook for each group: each no worse than the tensor's, counted in full, and measured by its own levels.
#include <doctest/doctest.h>

#include <cmath>

#include "inputs.h"
#include "lab.h"
#include "segment.h"
#include "staged.h"

using namespace halfstep;

namespace {

// Rows of laws as different as channels may be; a NaN and a row of one value.
std::vector<float> rows() {
  std::vector<float> x = inputs::normal(16 * 200, 5);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t row = i / 200;
    x[i] = row == 7 ? 2.5f : row % 2 == 0 ? x[i] * static_cast<float>(row + 1) : std::fabs(x[i]) + 30;
  }
  x[450] = inputs::kNan;
  return x;
}

Plan plan_of(const Weights& weights, const SortedIndex& index, const char* granularity, int bits) {
  Request request;
  request.format = "lloyd-max";
  request.bits = bits;
  request.granularity = parse_granularity(granularity).value();
  auto plan = make_plan(weights, request, nullptr, &index);
  REQUIRE(plan.ok());
  return std::move(plan.value());
}

}  // namespace

TEST_CASE("codebooks of groups: noise, codes and cost by a plain loop, and less noise than one codebook") {
  const auto x = rows();
  const Weights weights = tests::weights_of(x, {16, 200});
  SortedIndex index;
  std::vector<float> finite;
  for (const float value : x) {
    if (std::isfinite(value)) finite.push_back(value);
  }
  REQUIRE(index.begin(finite).ok());
  while (index.advance() < 1) {
  }
  for (const int bits : {1, 2, 4}) {
    const double whole = analyze(weights, plan_of(weights, index, "tensor", bits)).report.noise.mse;
    for (const char* granularity : {"channel", "group:64", "block:100"}) {
      CAPTURE(granularity);
      const Plan plan = plan_of(weights, index, granularity, bits);
      const Analysis analysis = analyze(weights, plan);
      std::vector<float> q(x.size());
      quantize(weights, plan, 0, q);
      double nn = 0, n = 0, levels = 0, counted = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (!std::isfinite(x[i])) continue;
        const std::size_t s = plan.layout.segment_of(i);
        // The nearest level of the weight's own codebook, by looking at all.
        double best = INFINITY;
        for (const float level : plan.books[s].levels) best = std::min(best, std::fabs(double{x[i]} - level));
        CHECK(std::fabs(double{x[i]} - q[i]) == doctest::Approx(best));
        nn += std::pow(double{x[i]} - q[i], 2);
        n += 1;
      }
      for (const Codebook& book : plan.books) levels += static_cast<double>(book.levels.size());
      for (const std::uint32_t count : analysis.counts) counted += count;
      CHECK(counted == n);
      CHECK(analysis.counts.size() <= std::size_t{1} << bits);
      CHECK(analysis.report.noise.mse == doctest::Approx(nn / n).epsilon(1e-9));
      CHECK(analysis.report.noise.mse < whole);
      CHECK(analysis.report.quantizer.bits_per_weight == doctest::Approx(bits + 32 * levels / static_cast<double>(x.size())));
      CHECK(analysis.report.quantizer.levels <= 1 << bits);
      CHECK(halfstep::levels(plan, analysis).size() == plan.book.levels.size());
    }
  }
}

TEST_CASE("codebooks of groups: too many are refused in a sentence") {
  const Weights weights = tests::weights_of(inputs::normal(5000, 1), {5000});
  Request request;
  request.format = "lloyd-max";
  request.bits = 2;
  request.granularity = parse_granularity("block:1").value();
  const auto plan = make_plan(weights, request);
  REQUIRE_FALSE(plan.ok());
  CHECK(plan.error().find("5000") != std::string::npos);
}
