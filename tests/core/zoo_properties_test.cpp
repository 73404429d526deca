// What a quantizer promises of itself: what it made it keeps, and order it keeps too.
#include <doctest/doctest.h>

#include <map>
#include <set>

#include "blocks_weights.h"
#include "quantizers/scales.h"
#include "zoo.h"

using namespace halfstep;
using namespace zoo;

namespace {

// The formats whose Q(Q(x)) may differ from Q(x), and why.
const std::map<std::string_view, std::string_view> kMoves{
    {"uint",
     "a whole zero point shifts the ends: their distance, and so the step, is another in its last "
     "place"},
    {"midrise", "the outer levels lie half a step inside the range"},
    {"nf4-double",
     "the mean of the scales, and the largest difference from it, are others once scales are "
     "rounded"},
    {"codebook", "of uneven ends; what reached only the smaller end has a smaller range"},
    {"ternary", "the mean magnitude counts what became zero"},
    {"nvfp4",
     "the tensor's scale is rounded: 6·448 of it are not the largest magnitude to the last place"},
    {"q2_k",
     "scales and mins are searched for the least error, and rounded to multiples of a float16"},
    {"q3_k", "scales are searched for the least error, and rounded to multiples of a float16"},
    {"q4_k",
     "scales and mins are searched for the least error, and rounded to multiples of a float16"},
    {"q5_k",
     "scales and mins are searched for the least error, and rounded to multiples of a float16"},
    {"q6_k", "scales are searched for the least error, and rounded to multiples of a float16"},
    {"iq4_nl",
     "the scale is searched for the least error over uneven levels, and rounded to float16"},
    {"iq4_xs",
     "scales are searched for the least error over uneven levels, and rounded to multiples of a "
     "float16"},
    {"a2", "the points are not on the range's ends, which move"},
    {"d4", "the points are not on the range's ends, which move"},
    {"e8", "the points are not on the range's ends, which move"}};

// Weights that float16 scales hold.
std::vector<std::vector<float>> ordinary(const Request& request, bool slow) {
  std::vector<std::vector<float>> all;
  for (const std::size_t n : {1u, 32u, 100u, 300u}) {
    for (auto& kind : hostile(n)) {
      if (kind.name.find("float32") != std::string::npos || kind.name == "from everywhere")
        continue;
      if (finite(kind.x).size() == n) all.push_back(std::move(kind.x));
    }
  }
  for (std::uint64_t seed = 0; seed < (slow || request.bits > 12 ? 5 : 50); ++seed) {
    const std::size_t n = seed % 3 == 0 ? 64 : seed % 3 == 1 ? 96 : 512;
    all.push_back(inputs::normal(n, seed, std::exp2(static_cast<double>(seed % 31) - 20)));
  }
  return all;
}

}  // namespace

TEST_CASE(
    "zoo: what a quantizer made it keeps to the bit, but for the formats that are listed with "
    "their reason") {
  std::set<std::string_view> moved;
  for (const FormatRow& row : formats()) {
    for (const int bits : widths_of(row)) {
      const Request request = request_of(row, bits);
      std::size_t changed = 0;
      for (const auto& x : ordinary(request, row.design != nullptr)) {
        const Answer once = answer(x, request), twice = answer(once.q, request);
        changed += blocks_test::bits(once.q) != blocks_test::bits(twice.q);
      }
      if (changed) moved.insert(row.name);
      CAPTURE(words(request));
      if (!kMoves.count(row.name)) CHECK(changed == 0);
    }
  }
  for (const auto& listed : kMoves) {
    CAPTURE(listed.first);
    CAPTURE(listed.second);
    CHECK(find_format(listed.first).ok());
    CHECK(moved.count(listed.first) == 1);
  }
}

TEST_CASE("zoo: under the scale it has, what a quantizer of single weights made it keeps") {
  for (const FormatRow& row : formats()) {
    const Request request = request_of(row, std::clamp(5, row.bits_min, row.bits_max));
    for (const auto& x : ordinary(request, true)) {
      const Answer once = answer(x, request);
      // Under codes chosen before their scale was rounded Q may lie in another cell.
      if (once.plan.in_blocks() || chosen_before(request.scale)) break;
      CAPTURE(words(request));
      CHECK(quantized(tests::weights_of(once.q, {x.size()}), once.plan) == once.q);
    }
  }
}

TEST_CASE("zoo: a larger weight of the same scale has no smaller Q") {
  std::vector<Request> requests = every_row();
  for (const Request& request : every_scale()) requests.push_back(request);
  for (const Request& request : requests) {
    const FormatRow& row = *find_format(request.format).value();
    // A lattice's point depends on the neighbours.
    if (row.lattice) continue;
    for (const std::size_t n : {7u, 300u}) {
      for (const auto& kind : hostile(n)) {
        std::vector<float> x = finite(kind.x);
        if (x.empty() || (row.codec && (kind.name.find("float32") != std::string::npos ||
                                        kind.name == "from everywhere")))
          continue;
        const std::size_t part = row.codec ? static_cast<std::size_t>(row.codec()->part)
                                 : request.granularity.kind == GranularityKind::Tensor
                                     ? x.size()
                                     : request.granularity.group;
        const auto each_part = [&](auto&& visit) {
          for (std::size_t begin = 0; begin < x.size(); begin += part)
            visit(begin, std::min(begin + part, x.size()));
        };
        each_part(
            [&](std::size_t begin, std::size_t end) { std::sort(&x[0] + begin, &x[0] + end); });
        const Answer a = answer(x, request);
        std::size_t falls = 0;
        each_part([&](std::size_t begin, std::size_t end) {
          falls += !std::is_sorted(&a.q[0] + begin, &a.q[0] + end);
        });
        CAPTURE(words(request));
        CAPTURE(kind.name);
        CHECK(falls == 0);
      }
    }
  }
}

TEST_CASE("zoo: an infinite weight takes the level that the largest finite one would") {
  std::vector<Request> requests = every_row();
  for (const Request& request : every_scale()) requests.push_back(request);
  for (const Request& request : requests) {
    std::vector<float> x = inputs::normal(100, 5);
    x[3] = inputs::kInf, x[70] = -inputs::kInf, x[71] = inputs::kInf;
    const Answer a = answer(x, request);
    // A block takes what is not finite as zero.
    if (a.plan.in_blocks()) continue;
    CAPTURE(words(request));
    for (const std::size_t i : {3u, 70u, 71u}) {
      const Cells cells = a.plan.cells(a.plan.layout.segment_of(i));
      const float end = x[i] > 0 ? FLT_MAX : -FLT_MAX;
      float q = 0;
      scalar_kernels().reconstruct(&end, 1, cells, 0, &q);
      CHECK(a.q[i] == q);
    }
  }
}

// One scale, and every kind of weight beside one another, so that the index and the direct pass may
// differ.
TEST_CASE("zoo: grids of one scale measured from the index are the direct pass") {
  std::size_t indexed = 0;
  for (Request request : every_row()) {
    const FormatRow& row = *find_format(request.format).value();
    if (!row.grid) continue;
    if (row.takes & kTakesGranularity) request.granularity = {};
    if (row.takes & kTakesScale && row.takes & kTakesRange) request.scale = ScaleType::Float32;
    const std::size_t n = row.takes & kTakesGranularity ? 3000
                          : row.granularity.group       ? row.granularity.group
                                                        : 3000;
    for (const auto& kind : hostile(n)) {
      const Answer a = answer(kind.x, request);
      if (a.plan.layout.segments() != 1 || a.weights.finite() == 0) continue;
      const Analysis direct = analyze(a.weights, a.plan, nullptr, scalar_kernels()),
                     quick = analyze(a.weights, a.plan, &a.index);
      CAPTURE(words(request));
      CAPTURE(kind.name);
      const NoiseReport &d = direct.report.noise, &q = quick.report.noise;
      CHECK(quick.counts == direct.counts);
      CHECK(std::fabs(q.mse - d.mse) <= 1e-9 * d.mse);
      CHECK(q.max_error == d.max_error);
      CHECK(q.overload == d.overload);
      CHECK(std::fabs(q.overload_mse - d.overload_mse) <= 1e-9 * d.mse);
      CHECK(std::fabs(q.bias - d.bias) <= 1e-9 * std::sqrt(d.mse));
      ++indexed;
    }
  }
  CHECK(indexed > 300);
}
