#include "request.h"

#include <cctype>
#include <cmath>
#include <cstdlib>

#include "tensor/wording.h"

namespace halfstep {

namespace {

constexpr std::string_view kRoundings[] = {"nearest", "half-away", "floor", "stochastic"};

// A whole decimal number in C's notation; NaN when the text is anything else.
double parse_number(std::string_view text) {
  const std::string copy(text);
  if (copy.empty() || !(std::isdigit(static_cast<unsigned char>(copy[0])) || copy[0] == '.')) return NAN;
  if (copy.find_first_of("xXpP") != std::string::npos) return NAN;
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  return end == copy.c_str() + copy.size() ? value : NAN;
}

}  // namespace

Result<Range> parse_range(std::string_view text) {
  if (text == "absmax") return Range{RangeRule::Absmax, 0};
  if (text == "mse") return Range{RangeRule::Mse, 0};
  constexpr std::string_view kPercentile = "percentile:";
  if (text.starts_with(kPercentile)) {
    const double p = parse_number(text.substr(kPercentile.size()));
    if (p > 0 && p <= 100) return Range{RangeRule::Percentile, p};
    return Error{"A percentile range is percentile:P with P above 0 and at most 100, not " + quoted(text) + "."};
  }
  const double number = parse_number(text);
  const float value = static_cast<float>(number);
  if (std::isfinite(value) && value > 0) return Range{RangeRule::Number, number};
  return Error{"The range is absmax, mse, percentile:P or a positive number float32 can hold, not " + quoted(text) +
               "."};
}

Result<Granularity> parse_granularity(std::string_view text) {
  if (text == "tensor") return Granularity{GranularityKind::Tensor, 0};
  if (text == "channel") return Granularity{GranularityKind::Channel, 0};
  constexpr std::string_view kGroup = "group:";
  if (text.starts_with(kGroup)) {
    const double group = parse_number(text.substr(kGroup.size()));
    if (group >= 1 && group <= 0x1p32 && group == std::floor(group)) {
      return Granularity{GranularityKind::Group, static_cast<std::uint64_t>(group)};
    }
    return Error{"A group is group:G with a whole number G of weights, not " + quoted(text) + "."};
  }
  return Error{"The granularity is tensor, channel or group:G, not " + quoted(text) + "."};
}

Result<Rounding> parse_rounding(std::string_view text) {
  for (std::size_t i = 0; i < std::size(kRoundings); ++i) {
    if (text == kRoundings[i]) return static_cast<Rounding>(i);
  }
  return Error{"The rounding is nearest, half-away, floor or stochastic, not " + quoted(text) + "."};
}

std::span<const std::string_view> rounding_names() { return kRoundings; }

}  // namespace halfstep
