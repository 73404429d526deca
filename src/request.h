#pragma once
// What a person asks of the quantizer, and how each word of it is spelled.
// The URL, an embed's attributes, the command's flags and the report use these spellings.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "result.h"

namespace halfstep {

enum class RangeRule { Absmax, Mse, Percentile, Number };

// `absmax`, `mse`, `percentile:P` with 0 < P ≤ 100, or a positive finite number in units of the weights.
struct Range {
  RangeRule rule = RangeRule::Absmax;
  double value = 0;

  bool operator==(const Range&) const = default;
};

enum class GranularityKind { Tensor, Channel, Group };

// `tensor`, `channel` (one scale per index of the first axis), or `group:G`
// (one scale per G consecutive weights of the last axis; the last group of a row may be shorter).
struct Granularity {
  GranularityKind kind = GranularityKind::Tensor;
  std::uint64_t group = 0;

  bool operator==(const Granularity&) const = default;
};

// `nearest` (half to even), `half-away` (half away from zero), `floor`, `stochastic` (seeded).
enum class Rounding { Nearest, HalfAway, Floor, Stochastic };

struct Request {
  std::string format = "int";
  int bits = 8;
  Range range;
  Granularity granularity;
  Rounding rounding = Rounding::Nearest;
  std::uint64_t seed = 1;  // of stochastic rounding

  bool operator==(const Request&) const = default;
};

Result<Range> parse_range(std::string_view text);
Result<Granularity> parse_granularity(std::string_view text);
Result<Rounding> parse_rounding(std::string_view text);

// The words a rounding may be, in the order a person should see them.
std::span<const std::string_view> rounding_names();

}  // namespace halfstep
