// The formats against their definitions: step, levels, zero point, and what rounding to nearest promises.
#include "quantizers/formats.h"

#include <doctest/doctest.h>

#include <set>

#include "inputs.h"
#include "oracle.h"

using namespace halfstep;

namespace {

constexpr std::string_view kUniform[] = {"int", "uint", "midrise"};

const FormatRow& row(std::string_view name) {
  const auto found = find_format(name);
  REQUIRE(found.ok());
  return *found.value();
}

// Ends of ordinary ranges, lopsided ones, and zero at an end.
const std::vector<Interval> kOrdinary{{-1, 1},        {-0.1f, 0.1f}, {-3.7e-5f, 3.7e-5f}, {-1234.5f, 1234.5f}, {0, 2.5f},
                                      {-0.3f, 0},     {-1, 0.37f},   {-0.001f, 7},        {-1e-30f, 3e-30f},   {-3e30f, 1e30f},
                                      {-1e-6f, 1}};
const std::vector<Interval> kExtreme{{-FLT_MAX, FLT_MAX}, {0, FLT_MAX}, {-FLT_MAX, 0}, {-FLT_MAX, 1}, {-FLT_MIN, FLT_MIN},
                                     {-FLT_TRUE_MIN, FLT_TRUE_MIN}, {0, FLT_TRUE_MIN}, {-37 * FLT_TRUE_MIN, 90 * FLT_TRUE_MIN}};

// Calls each(format, bits, range) for the formats with formulas of section 4.
template <typename Each>
void walk(const std::vector<Interval>& ranges, Each&& each) {
  for (const std::string_view name : kUniform) {
    const FormatRow& format = row(name);
    for (int bits = 1; bits <= 16; ++bits) {
      for (const Interval& range : ranges) {
        const float r = std::max(-range.low, range.high);
        CAPTURE(name);
        CAPTURE(bits);
        CAPTURE(range.low);
        CAPTURE(range.high);
        each(format, bits, format.symmetric ? Interval{-r, r} : range);
      }
    }
  }
}

float value_of(std::int32_t k, const Cells& c) { return (static_cast<float>(k) + c.offset) * c.step; }

// Weights over the range: both ends, all kinds of places, ties and their neighbours.
std::vector<float> samples(const Interval& range, const Cells& c, std::uint64_t seed) {
  inputs::Random random(seed);
  std::vector<float> x{range.low, range.high, 0, -0.0f};
  const double width = static_cast<double>(range.high) - static_cast<double>(range.low);
  for (int i = 0; i < 200; ++i) {
    x.push_back(static_cast<float>(static_cast<double>(range.low) + width * random.uniform()));
    const double k = std::floor(random.uniform() * c.levels()) + c.low;
    const auto tie = static_cast<float>((k + 0.5 + static_cast<double>(c.offset)) * static_cast<double>(c.step));
    for (const float near : {tie, std::nextafter(tie, FLT_MAX), std::nextafter(tie, -FLT_MAX)}) {
      if (near >= range.low && near <= range.high) x.push_back(near);
    }
  }
  std::sort(x.begin(), x.end());
  return x;
}

std::vector<float> quantized(const std::vector<float>& x, const Cells& c) {
  std::vector<float> q(x.size());
  kernels().reconstruct(x.data(), x.size(), c, 0, q.data());
  return q;
}

}  // namespace

TEST_CASE("formats: the table has the formats of the design, each named once") {
  std::set<std::string_view> names;
  for (const FormatRow& format : formats()) {
    CHECK(names.insert(format.name).second);
    CHECK(format.bits_min >= 1);
    CHECK(format.bits_max <= 19);
    CHECK(format.bits_min <= format.bits_max);
    CHECK_FALSE(format.label.empty());
    CHECK_FALSE(format.summary.empty());
    CHECK(&row(format.name) == &format);
  }
  for (const std::string_view name : kUniform) {
    CHECK(names.count(name) == 1);
    CHECK(row(name).bits_min == 1);
    CHECK(row(name).bits_max == 16);
    CHECK(row(name).symmetric == (name != "uint"));
    CHECK(row(name).has_zero_point == (name == "uint"));
  }
}

TEST_CASE("formats: an unknown name is answered with the known ones") {
  for (const std::string& name : {std::string(), std::string("INT"), std::string("int "), std::string("int\0", 4), std::string(1 << 20, 'x')}) {
    const auto found = find_format(name);
    REQUIRE_FALSE(found.ok());
    CHECK(found.error().find("midrise") != std::string::npos);
    CHECK(found.error().size() < 500);
    CHECK(found.error().find('\n') == std::string::npos);
  }
}

// OCP Microscaling v1.0 has E8M0 scales alone; how a range becomes one is the person's.
TEST_CASE("formats: a standard's scales are of its own types") {
  const std::vector<float> x{1, -2, 3};
  for (const FormatRow& row : formats()) {
    if (row.family != "microscaling") continue;
    for (std::size_t i = 0; i < scale_names().size(); ++i) {
      const auto type = static_cast<ScaleType>(i);
      const bool own = row.name == "nvfp4" ? type == ScaleType::E4m3 : type == ScaleType::E8m0 || type == ScaleType::E8m0Ceil;
      Request request;
      request.format = row.name;
      request.bits = row.bits_min;
      request.granularity = row.granularity;
      request.scale = type;
      const Status taken = check_words(row, request);
      CAPTURE(row.name);
      CAPTURE(scale_names()[i]);
      CHECK(taken.ok() == own);
      if (!own && row.name == "mxfp4" && type == ScaleType::Nested) {
        CHECK(taken.error() == "The format mxfp4 stores its scales as e8m0 or e8m0-ceil, not as nested.");
      }
    }
  }
}

TEST_CASE("formats: steps, ends and zero points are those of section 4") {
  walk(kOrdinary, [](const FormatRow& format, int bits, Interval range) {
    const Cells cells = format.cells(bits, range);
    const Cells expected = oracle::cells(std::string(format.name), bits, range.low, range.high, Rounding::Nearest, 0);
    CHECK(cells.step == expected.step);
    CHECK(cells.offset == expected.offset);
    CHECK(cells.low == expected.low);
    CHECK(cells.high == expected.high);
    CHECK(cells.range_low == range.low);
    CHECK(cells.range_high == range.high);
  });
}

TEST_CASE("formats: levels are 2^b, one less for int so that it is symmetric") {
  walk(kOrdinary, [](const FormatRow& format, int bits, Interval range) {
    const std::uint32_t all = 1u << bits;
    CHECK(format.cells(bits, range).levels() == (format.name == "int" && bits > 1 ? all - 1 : all));
  });
}

TEST_CASE("formats: published values") {
  // int8 over ±127 has step 1; uint8 over [0, 255] step 1 and zero point 0; over [−1, 3] zero point 64, 63.75 rounded.
  CHECK(row("int").cells(8, {-127, 127}).step == 1);
  CHECK(row("uint").cells(8, {0, 255}).step == 1);
  CHECK(row("uint").cells(8, {0, 255}).low == 0);
  CHECK(row("uint").cells(8, {-1, 3}).low == -64);
  CHECK(row("uint").cells(8, {-1, 1}).step == 2.0f / 255);
  CHECK(row("uint").cells(8, {-255, 0}).low == -255);
  CHECK(row("midrise").cells(3, {-4, 4}).step == 1);
  // One bit is the sign quantizer ±r.
  const std::vector<float> x{-3, -0.1f, 0, 0.1f, 3};
  CHECK(quantized(x, row("int").cells(1, {-2, 2})) == std::vector<float>{-2, -2, 2, 2, 2});
  CHECK(quantized(x, row("midrise").cells(1, {-2, 2})) == std::vector<float>{-1, -1, 1, 1, 1});
}

TEST_CASE("formats: every granular weight is within half a step, and float32's rounding of kΔ") {
  walk(kOrdinary, [](const FormatRow& format, int bits, Interval range) {
    Cells cells = format.cells(bits, range);
    const auto x = samples(range, cells, static_cast<std::uint64_t>(bits));
    // An affine range that Δ divides unevenly may end a rounding of its width beyond half a step.
    const double width = static_cast<double>(range.high) - static_cast<double>(range.low);
    const double ends = format.symmetric ? 0 : width * 0x1p-24;
    for (const Rounding rounding : {Rounding::Nearest, Rounding::HalfAway}) {
      cells.rounding = rounding;
      const auto q = quantized(x, cells);
      double worst = -INFINITY;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double value = x[i], n = std::fabs(value - static_cast<double>(q[i]));
        worst = std::max(worst, n - (static_cast<double>(cells.step) / 2 + std::fabs(value) * 0x1p-23 + ends));
      }
      CHECK(worst <= 0);
    }
  });
}

TEST_CASE("formats: floor and stochastic stay within a step of a weight between the levels") {
  walk(kOrdinary, [](const FormatRow& format, int bits, Interval range) {
    Cells cells = format.cells(bits, range);
    const auto x = samples(range, cells, static_cast<std::uint64_t>(bits) + 50);
    for (const Rounding rounding : {Rounding::Floor, Rounding::Stochastic}) {
      cells.rounding = rounding;
      const auto q = quantized(x, cells);
      double worst = -INFINITY;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double value = x[i], n = value - static_cast<double>(q[i]);
        if (x[i] < value_of(cells.low, cells) || x[i] > value_of(cells.high, cells)) continue;
        const double slack = std::fabs(value) * 0x1p-23 + static_cast<double>(cells.step) * 0x1p-22;
        worst = std::max(worst, std::fabs(n) - static_cast<double>(cells.step) - slack);
        if (rounding == Rounding::Floor) worst = std::max(worst, -n - slack);
      }
      CHECK(worst <= 0);
    }
  });
}

TEST_CASE("formats: zero is a level of mid-tread formats, exactly") {
  for (const auto* ranges : {&kOrdinary, &kExtreme}) {
    walk(*ranges, [](const FormatRow& format, int bits, Interval range) {
      if (format.name == "midrise" || (format.name == "int" && bits == 1)) return;
      const Cells cells = format.cells(bits, range);
      CHECK(cells.low <= 0);
      CHECK(cells.high >= 0);
      CHECK(quantized({0}, cells)[0] == 0);
    });
  }
}

TEST_CASE("formats: Q never falls, and keeps what it made") {
  walk(kOrdinary, [](const FormatRow& format, int bits, Interval range) {
    Cells cells = format.cells(bits, range);
    const auto x = samples(range, cells, static_cast<std::uint64_t>(bits) + 100);
    for (const Rounding rounding : {Rounding::Nearest, Rounding::HalfAway, Rounding::Floor}) {
      cells.rounding = rounding;
      const auto q = quantized(x, cells);
      CHECK(std::is_sorted(q.begin(), q.end()));
      if (rounding != Rounding::Floor) CHECK(quantized(q, cells) == q);
    }
  });
}

TEST_CASE("formats: a step neither vanishes nor overflows") {
  walk(kExtreme, [](const FormatRow& format, int bits, Interval range) {
    const Cells cells = format.cells(bits, range);
    CHECK(cells.step > 0);
    CHECK(std::isfinite(cells.step));
    CHECK(std::isfinite(value_of(cells.low, cells)));
    CHECK(std::isfinite(value_of(cells.high, cells)));
    CHECK(cells.low <= cells.high);
    const std::vector<float> x{range.low, range.low / 2, 0, range.high / 2, range.high};
    const auto q = quantized(x, cells);
    CHECK(std::is_sorted(q.begin(), q.end()));
    // The step is the nearest float32: within half an ulp of the definition wherever that is a normal number.
    const Cells ideal = oracle::cells(std::string(format.name), bits, range.low, range.high, Rounding::Nearest, 0);
    if (std::isfinite(ideal.step) && ideal.step > FLT_MIN && std::isfinite(value_of(ideal.high, ideal)) &&
        std::isfinite(value_of(ideal.low, ideal))) {
      CHECK(cells.step == doctest::Approx(ideal.step).epsilon(0x1p-22));
    }
  });
}

TEST_CASE("formats: a range of zero has step zero") {
  for (const std::string_view name : kUniform) {
    for (const int bits : {1, 2, 8, 16}) {
      const Cells cells = row(name).cells(bits, {0, 0});
      CHECK(cells.step == 0);
      CHECK(cells.low <= 0);
      CHECK(cells.high >= 0);
      CHECK(quantized({0, 1, -1}, cells) == std::vector<float>{0, 0, 0});
    }
  }
}
