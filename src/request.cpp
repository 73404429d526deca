#include "request.h"

#include <cctype>
#include <cmath>
#include <cstdlib>

#include "tensor/wording.h"

namespace halfstep {

namespace {

constexpr std::string_view kRoundings[] = {"nearest",           "half-away",           "floor",
                                           "stochastic",        "dither-uniform",      "dither-triangular",
                                           "subtractive-uniform", "subtractive-triangular"};
constexpr std::string_view kRanges[] = {"absmax", "absmean", "mse", "percentile", "number"};
constexpr std::string_view kScales[] = {"float32", "float16", "e8m0", "e8m0-ceil", "e4m3", "nested", "none", "own"};
constexpr std::string_view kOverflows[] = {"saturate", "infinity"};

// The place of a word in its list; −1 where it is not there.
int place_of(std::string_view word, std::span<const std::string_view> list) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (word == list[i]) return static_cast<int>(i);
  }
  return -1;
}

Error not_one_of(std::string_view what, std::span<const std::string_view> list, std::string_view word) {
  std::string sentence = "The " + std::string(what) + " is ";
  for (std::size_t i = 0; i < list.size(); ++i) {
    sentence += (i == 0 ? "" : i + 1 == list.size() ? " or " : ", ") + std::string(list[i]);
  }
  return {sentence + ", not " + quoted(word) + "."};
}

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
  if (text == "absmean") return Range{RangeRule::Absmean, 0};
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
  return Error{"The range is absmax, absmean, mse, percentile:P or a positive number float32 can hold, not " + quoted(text) +
               "."};
}

Result<Granularity> parse_granularity(std::string_view text) {
  if (text == "tensor") return Granularity{GranularityKind::Tensor, 0};
  if (text == "channel") return Granularity{GranularityKind::Channel, 0};
  const bool block = text.starts_with("block:");
  if (block || text.starts_with("group:")) {
    const double group = parse_number(text.substr(6));
    if (group >= 1 && group <= 0x1p32 && group == std::floor(group)) {
      return Granularity{block ? GranularityKind::Block : GranularityKind::Group, static_cast<std::uint64_t>(group)};
    }
    return Error{"A group is group:G, and a block block:G, with a whole number G of weights, not " + quoted(text) + "."};
  }
  return Error{"The granularity is tensor, channel, group:G or block:G, not " + quoted(text) + "."};
}

Result<Rounding> parse_rounding(std::string_view text) {
  const int place = place_of(text, kRoundings);
  if (place < 0) return not_one_of("rounding", kRoundings, text);
  return static_cast<Rounding>(place);
}

Result<ScaleType> parse_scale(std::string_view text) {
  const int place = place_of(text, kScales);
  if (place < 0) return not_one_of("scale", kScales, text);
  return static_cast<ScaleType>(place);
}

Result<Transform> parse_transform(std::string_view text) {
  if (text == "none") return Transform{};
  if (text == "columns") return Transform{TransformKind::Columns, 0};
  constexpr std::string_view kHadamard = "hadamard:";
  if (text.starts_with(kHadamard)) {
    const double block = parse_number(text.substr(kHadamard.size()));
    for (std::uint32_t power = 2; power <= 65536; power *= 2) {
      if (block == power) return Transform{TransformKind::Hadamard, power};
    }
  }
  return Error{"The transform is none, columns or hadamard:B with B a power of two from 2 to 65536, not " + quoted(text) + "."};
}

Result<Overflow> parse_overflow(std::string_view text) {
  const int place = place_of(text, kOverflows);
  if (place < 0) return not_one_of("overflow", kOverflows, text);
  return static_cast<Overflow>(place);
}

std::span<const std::string_view> rounding_names() { return kRoundings; }
std::span<const std::string_view> range_names() { return kRanges; }
std::span<const std::string_view> scale_names() { return kScales; }

std::string spell(const Granularity& granularity) {
  switch (granularity.kind) {
    case GranularityKind::Tensor: return "tensor";
    case GranularityKind::Channel: return "channel";
    case GranularityKind::Group: return "group:" + std::to_string(granularity.group);
    case GranularityKind::Block: break;
  }
  return "block:" + std::to_string(granularity.group);
}

}  // namespace halfstep
