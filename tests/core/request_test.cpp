// Every word of a request, and what is no word.
#include "request.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

using namespace halfstep;

namespace {

// One line for a person, short whatever was typed.
void check_sentence(const std::string& error) {
  CHECK(error.size() > 10);
  CHECK(error.size() < 400);
  CHECK(error.back() == '.');
  CHECK(error.find('\n') == std::string::npos);
  CHECK(error.find('\0') == std::string::npos);
}

const std::vector<std::string> kGarbage{
    "",         " ",          "ABSMAX",        "absmax ",      " absmax",           "percentile",  "percentile:",
    "percentile:0", "percentile:-1", "percentile:100.0001", "percentile:nan", "percentile:inf", "percentile:1e400",
    "percentile:99x", "percentile: 99", "percentile:0x10", "percentile:99:1", "0",  "-1",          "+1",
    "nan",      "inf",        "infinity",      "1e400",        "1e39",              "1e-46",       "0x1p3",
    "1,5",      "1 ",         "1e",            ".",            "1.2.3",             "1e5x",        "\xff\xfe",
    "é",        "1\n",        "\t1",           "group",        "group:",            "mse:3",       "half",
    "none",     "Nearest"};

}  // namespace

TEST_CASE("request: ranges by word and by number") {
  CHECK(parse_range("absmax").value() == Range{RangeRule::Absmax, 0});
  CHECK(parse_range("mse").value() == Range{RangeRule::Mse, 0});
  CHECK(parse_range("percentile:99.9").value() == Range{RangeRule::Percentile, 99.9});
  CHECK(parse_range("percentile:100").value() == Range{RangeRule::Percentile, 100});
  CHECK(parse_range("percentile:1e-3").value() == Range{RangeRule::Percentile, 1e-3});
  CHECK(parse_range("0.25").value() == Range{RangeRule::Number, 0.25});
  CHECK(parse_range(".5").value() == Range{RangeRule::Number, 0.5});
  CHECK(parse_range("3.4e38").value() == Range{RangeRule::Number, 3.4e38});
  CHECK(parse_range("1e-45").value() == Range{RangeRule::Number, 1e-45});
  CHECK(parse_range("1e2").value() == Range{RangeRule::Number, 100});
}

TEST_CASE("request: granularities") {
  CHECK(parse_granularity("tensor").value() == Granularity{GranularityKind::Tensor, 0});
  CHECK(parse_granularity("channel").value() == Granularity{GranularityKind::Channel, 0});
  CHECK(parse_granularity("group:1").value() == Granularity{GranularityKind::Group, 1});
  CHECK(parse_granularity("group:128").value() == Granularity{GranularityKind::Group, 128});
  CHECK(parse_granularity("group:4294967296").value() == Granularity{GranularityKind::Group, std::uint64_t{1} << 32});
  for (const std::string text : {"group:0", "group:-1", "group:1.5", "group:4294967297", "group:1e300", "group:nan", "group:0x10",
                           "group:8 ", "group: 8", "group:8:8", "channel:2", "tensor:1", "Tensor", "row"}) {
    CAPTURE(text);
    const auto granularity = parse_granularity(text);
    REQUIRE_FALSE(granularity.ok());
    check_sentence(granularity.error());
  }
}

TEST_CASE("request: roundings, in the order shown") {
  const Rounding expected[] = {Rounding::Nearest,          Rounding::HalfAway,      Rounding::Floor,
                               Rounding::Stochastic,       Rounding::DitherUniform, Rounding::DitherTriangular,
                               Rounding::SubtractiveUniform, Rounding::SubtractiveTriangular};
  const std::string_view words[] = {"nearest",    "half-away",      "floor",
                                    "stochastic", "dither-uniform", "dither-triangular",
                                    "subtractive-uniform", "subtractive-triangular"};
  REQUIRE(rounding_names().size() == std::size(words));
  for (std::size_t i = 0; i < std::size(words); ++i) {
    CHECK(rounding_names()[i] == words[i]);
    CHECK(parse_rounding(words[i]).value() == expected[i]);
  }
}

TEST_CASE("request: garbage gets one sentence") {
  for (const std::string& text : kGarbage) {
    CAPTURE(text);
    const auto range = parse_range(text);
    const auto granularity = parse_granularity(text);
    const auto rounding = parse_rounding(text);
    REQUIRE_FALSE(range.ok());
    REQUIRE_FALSE(granularity.ok());
    REQUIRE_FALSE(rounding.ok());
    check_sentence(range.error());
    check_sentence(granularity.error());
    check_sentence(rounding.error());
  }
}

TEST_CASE("request: a text with a NUL inside is no number") {
  for (const std::string& text : {std::string("5\0", 2), std::string("5\0abc", 5), std::string("percentile:9\0z", 14)}) {
    CHECK_FALSE(parse_range(text).ok());
  }
  CHECK_FALSE(parse_granularity(std::string("group:4\0004", 9)).ok());
}

TEST_CASE("request: hostile lengths") {
  for (const char letter : {'1', '9', '.', 'a', '\xE2', '\n'}) {
    const std::string text(3'000'000, letter);
    for (const std::string& whole : {text, "percentile:" + text, "group:" + text}) {
      const auto range = parse_range(whole);
      const auto granularity = parse_granularity(whole);
      const auto rounding = parse_rounding(whole);
      REQUIRE_FALSE(range.ok());
      REQUIRE_FALSE(granularity.ok());
      REQUIRE_FALSE(rounding.ok());
      check_sentence(range.error());
      check_sentence(granularity.error());
      check_sentence(rounding.error());
    }
  }
  // A long way to spell a small number.
  CHECK(parse_range("0." + std::string(1000, '0') + "1e1001").value().value == doctest::Approx(1));
}
