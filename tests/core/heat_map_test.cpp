// The matrix in cells against a loop over its weights, each looked up by its row and column.
#include "heat_map.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "inputs.h"
#include "quantizers/block_pass.h"
#include "staged.h"

using namespace halfstep;

namespace {

Request ask(const char* format, int bits, const char* granularity, const char* transform) {
  const FormatRow& row = *find_format(format).value();
  Request request;
  request.format = format;
  request.bits = bits;
  request.range = row.range;
  request.scale = row.scale;
  request.granularity =
      row.takes & kTakesGranularity ? parse_granularity(granularity).value() : row.granularity;
  request.transform = parse_transform(transform).value();
  return request;
}

// The scale of every weight, by the definition of its format: of int the magnitude of the range
// over K.
std::vector<float> scales_of(const Weights& seen, const Plan& plan) {
  std::vector<float> scales(seen.x().size(), std::numeric_limits<float>::quiet_NaN());
  if (plan.in_blocks()) {
    BlockPass pass(seen, plan);
    for (std::size_t at = 0; at < scales.size(); at += BlockPass::kStretch) {
      pass.quantize(at, std::min(BlockPass::kStretch, scales.size() - at));
      pass.each_part([&](const BlockPass::Part& part) {
        for (std::size_t i = 0; i < part.count; ++i)
          scales[at + part.begin + i] = std::fabs(part.scale);
      });
    }
  } else if (plan.request.format == "int") {
    const int K = (1 << (plan.request.bits - 1)) - 1;
    for (std::size_t s = 0; s < plan.layout.segments(); ++s) {
      float absmax = 0;
      for (std::size_t i = plan.layout.begin(s); i < plan.layout.end(s); ++i) {
        if (std::isfinite(seen.x()[i])) absmax = std::max(absmax, std::fabs(seen.x()[i]));
      }
      for (std::size_t i = plan.layout.begin(s); i < plan.layout.end(s); ++i)
        scales[i] = absmax / static_cast<float>(K);
    }
  }
  return scales;
}

bool same(float measured, double expected) {
  if (std::isnan(expected)) return std::isnan(measured);
  return std::fabs(static_cast<double>(measured) - expected) <= 2e-7 * std::fabs(expected);
}

struct Cell {
  double count = 0, xx = 0, nn = 0;
  double largest = NAN, scale = NAN;
};

void check_map(const Weights& weights, const Request& request, std::size_t rows,
               std::size_t columns, std::size_t down, std::size_t across) {
  const bool plain = request.transform.kind == TransformKind::None;
  Result<Transformed> transformed = Transformed::make(weights, request.transform, request.seed);
  REQUIRE(transformed.ok());
  const Weights& seen = plain ? weights : transformed->weights();
  const auto plan = make_plan(seen, request);
  REQUIRE(plan.ok());
  const auto made =
      heat_map(weights, plan.value(), plain ? nullptr : &transformed.value(), down, across);
  REQUIRE(made.ok());
  const HeatMap& map = made.value();
  REQUIRE(map.rows == rows);
  REQUIRE(map.columns == columns);
  CHECK(map.down() <= down);
  CHECK(map.across() <= across);
  // No coarser than it must be.
  CHECK((map.cell_rows == 1 || (map.cell_rows - 1) * down < rows));
  CHECK((map.cell_columns == 1 || (map.cell_columns - 1) * across < columns));

  const std::size_t count = weights.x().size();
  std::vector<float> q(count);
  quantize(seen, plan.value(), 0, q);
  if (!plain) transformed->undo(0, q);
  const std::vector<float> scales = scales_of(seen, plan.value());
  std::vector<Cell> cells(map.down() * map.across());
  REQUIRE(map.largest.size() == cells.size());
  REQUIRE(map.rms.size() == cells.size());
  REQUIRE(map.noise.size() == cells.size());
  REQUIRE(map.scale.size() == cells.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns && row * columns + column < count; ++column) {
      const std::size_t i = row * columns + column;
      Cell& cell = cells[row / map.cell_rows * map.across() + column / map.cell_columns];
      if (!std::isfinite(weights.x()[i])) continue;
      const double x = weights.x()[i], y = seen.x()[i], n = x - static_cast<double>(q[i]);
      cell.count += 1;
      cell.xx += y * y;
      cell.nn += n * n;
      if (!(cell.largest >= std::fabs(y))) cell.largest = std::fabs(y);
    }
    for (std::size_t column = 0; column < columns && row * columns + column < count; ++column) {
      Cell& cell = cells[row / map.cell_rows * map.across() + column / map.cell_columns];
      const double scale = scales[row * columns + column];
      if (!(cell.scale >= scale)) cell.scale = scale;
    }
  }
  for (std::size_t k = 0; k < cells.size(); ++k) {
    CAPTURE(k);
    const Cell& cell = cells[k];
    const bool some = cell.count > 0;
    const bool all = same(map.largest[k], cell.largest) &&
                     same(map.rms[k], some ? std::sqrt(cell.xx / cell.count) : NAN) &&
                     same(map.noise[k], some ? std::sqrt(cell.nn / cell.count) : NAN) &&
                     same(map.scale[k], some ? cell.scale : NAN);
    REQUIRE(all);
  }
}

// One hot column in seventeen.
std::vector<float> hot(std::size_t count, std::size_t columns) {
  auto x = inputs::normal(count, 5);
  for (std::size_t i = 0; i < count; ++i) x[i] *= i % columns % 17 == 4 ? 30.0f : 1.0f;
  return x;
}

}  // namespace

TEST_CASE("heat map: every cell is what its weights are, for scales of any kind") {
  const struct {
    Shape shape;
    std::size_t rows, columns;
  } tensors[] = {
      {{7, 33}, 7, 33}, {{130, 131}, 130, 131}, {{3, 5, 2}, 3, 10}, {{300, 257}, 300, 257}};
  for (const auto& tensor : tensors) {
    const Shape& shape = tensor.shape;
    const std::size_t rows = tensor.rows, columns = tensor.columns;
    const Weights weights = tests::weights_of(hot(rows * columns, columns), shape);
    CAPTURE(rows);
    for (const char* granularity : {"tensor", "channel", "group:8"}) {
      CAPTURE(granularity);
      for (const char* transform : {"none", "hadamard:64", "columns"}) {
        CAPTURE(transform);
        check_map(weights, ask("int", 4, granularity, transform), rows, columns, 16, 32);
        check_map(weights, ask("int", 4, granularity, transform), rows, columns, 1, 1);
        check_map(weights, ask("int", 4, granularity, transform), rows, columns, 1000, 1000);
      }
    }
    for (const char* transform : {"none", "hadamard:4096"}) {
      for (const char* format : {"q4_0", "q6_k", "d4"}) {
        CAPTURE(format);
        check_map(weights, ask(format, find_format(format).value()->bits_min, "tensor", transform),
                  rows, columns, 10, 10);
      }
    }
  }
}

TEST_CASE("heat map: more weights than are quantized at a time") {
  const Weights weights = tests::weights_of(hot(311 * 433, 433), {311, 433});
  for (const char* transform : {"none", "hadamard:65536"}) {
    check_map(weights, ask("int", 3, "group:100", transform), 311, 433, 128, 128);
    check_map(weights, ask("q5_1", 5, "tensor", transform), 311, 433, 128, 128);
  }
}

TEST_CASE("heat map: one row or one column is folded into rows of a power of two") {
  const struct {
    Shape shape;
    std::size_t rows, columns;
  } tensors[] = {{{}, 1, 1},           {{1}, 1, 1},       {{2}, 1, 2},         {{7}, 4, 2},
                 {{64}, 8, 8},         {{1, 90}, 12, 8},  {{1000, 1}, 32, 32}, {{1, 1, 127}, 16, 8},
                 {{1, 1, 129}, 9, 16}, {{10000}, 79, 128}};
  for (const auto& tensor : tensors) {
    const Shape& shape = tensor.shape;
    const std::size_t rows = tensor.rows, columns = tensor.columns;
    std::size_t count = 1;
    for (const auto axis : shape) count *= static_cast<std::size_t>(axis);
    CAPTURE(count);
    check_map(tests::weights_of(inputs::normal(count, 2), shape), ask("int", 4, "tensor", "none"),
              rows, columns, 20, 20);
  }
}

TEST_CASE(
    "heat map: weights that are not finite count nowhere, and a cell of them alone has nothing") {
  auto x = inputs::normal(40 * 24, 9);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (i % 24 < 4) x[i] = i % 3 ? NAN : INFINITY;
    if (i % 97 == 0) x[i] = -INFINITY;
  }
  const Weights weights = tests::weights_of(x, {40, 24});
  for (const char* transform : {"none", "hadamard:32"}) {
    for (const char* format : {"int", "q4_0"})
      check_map(weights, ask(format, 4, "group:8", transform), 40, 24, 40, 6);
  }
  const auto plan = make_plan(weights, ask("int", 4, "tensor", "none"));
  REQUIRE(plan.ok());
  const auto map = heat_map(weights, plan.value(), nullptr, 40, 6);
  REQUIRE(map.ok());
  CHECK(std::isnan(map->largest[0]));
  CHECK(std::isnan(map->scale[0]));
  CHECK(map->largest[1] > 0);
}

TEST_CASE(
    "heat map: no weights make no cells, and levels that stand for themselves have no scale") {
  for (const Shape& shape : {Shape{0}, Shape{0, 4}, Shape{4, 0}}) {
    const Weights none = tests::weights_of({}, shape);
    const auto plan = make_plan(none, ask("int", 4, "tensor", "none"));
    REQUIRE(plan.ok());
    const auto map = heat_map(none, plan.value(), nullptr, 8, 8);
    REQUIRE(map.ok());
    CHECK(map->largest.empty());
  }
  const Weights weights = tests::weights_of(inputs::normal(64, 1), {8, 8});
  const auto plan = make_plan(weights, ask("bf16", 16, "tensor", "none"));
  REQUIRE(plan.ok());
  const auto map = heat_map(weights, plan.value(), nullptr, 8, 8);
  REQUIRE(map.ok());
  for (const float scale : map->scale) CHECK(std::isnan(scale));
}
