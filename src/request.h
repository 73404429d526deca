#pragma once
// What a person asks of the quantizer, and how each word of it is spelled.
// The URL, an embed's attributes, the command's flags and the report use these spellings.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "result.h"

namespace halfstep {

enum class RangeRule { Absmax, Absmean, Mse, Percentile, Number };

// `absmax`, `absmean` (the mean magnitude), `mse`, `percentile:P` with 0 < P ≤ 100, or a positive finite number in
// units of the weights.
struct Range {
  RangeRule rule = RangeRule::Absmax;
  double value = 0;

  bool operator==(const Range&) const = default;
};

enum class GranularityKind { Tensor, Channel, Group, Block };

// `tensor`, `channel` (one scale per index of the first axis), `group:G` (one scale per G consecutive weights of
// the last axis; the last group of a row may be shorter), or `block:G` (the same over the whole tensor as one row).
struct Granularity {
  GranularityKind kind = GranularityKind::Tensor;
  std::uint64_t group = 0;

  bool operator==(const Granularity&) const = default;
};

// How a scale is stored: `float32`, `float16`, `e8m0` (a power of two by the floor rule of OCP Microscaling v1.0),
// `e8m0-ceil` (the least power of two that clips nothing), `e4m3` (over one float32 for the tensor, as NVFP4),
// `nested` (quantized once more, as QLoRA), or `none`: the levels stand where their format has them. `own` is no choice:
// it is what a storage layout with scales inside has.
enum class ScaleType { Float32, Float16, E8m0, E8m0Ceil, E4m3, Nested, None, Own };
// Types of scales as a set of bits.
constexpr unsigned bit(ScaleType type) { return 1u << static_cast<unsigned>(type); }

// `nearest` (half to even), `half-away` (half away from zero), `floor`, `stochastic`; and nearest after a dither d is
// added, which the last two take off again: `dither-uniform`, `dither-triangular`, `subtractive-uniform`,
// `subtractive-triangular`. From stochastic on they draw for every weight, seeded.
enum class Rounding {
  Nearest,
  HalfAway,
  Floor,
  Stochastic,
  DitherUniform,
  DitherTriangular,
  SubtractiveUniform,
  SubtractiveTriangular
};

// Q is not a function of x alone.
constexpr bool is_random(Rounding rounding) { return rounding >= Rounding::Stochastic; }
constexpr bool is_dithered(Rounding rounding) { return rounding > Rounding::Stochastic; }
// Q is not a function of the code alone.
constexpr bool is_subtractive(Rounding rounding) { return rounding >= Rounding::SubtractiveUniform; }
constexpr bool is_triangular(Rounding rounding) {
  return rounding == Rounding::DitherTriangular || rounding == Rounding::SubtractiveTriangular;
}

enum class TransformKind { None, Hadamard, Columns };

// What is done to the weights before the quantizer, and undone after: `none`; `hadamard:B`, a randomized rotation of
// each B consecutive weights, B a power of two from 2 to 65536, seeded; or `columns`, each index of the last axis
// divided by its own rms, which is stored as a float32.
struct Transform {
  TransformKind kind = TransformKind::None;
  std::uint32_t block = 0;

  bool operator==(const Transform&) const = default;
};

// What a float of few bits makes of what rounds beyond its largest value: `saturate` to that value; `infinity` by the
// codes that IEEE 754 and OCP keep for it, ±∞ or, where the format has no infinity, NaN.
enum class Overflow { Saturate, Infinity };

struct Request {
  std::string format = "int";
  int bits = 8;
  Range range;
  Granularity granularity;
  Rounding rounding = Rounding::Nearest;
  std::uint64_t seed = 1;  // of a random rounding and of a rotation
  ScaleType scale = ScaleType::Float32;
  int exponent_bits = 4;  // of a float of one's own
  std::string levels = {};  // of a typed codebook: numbers between commas
  Transform transform = {};
  Overflow overflow = Overflow::Saturate;

  bool operator==(const Request&) const = default;
};

Result<Range> parse_range(std::string_view text);
Result<Granularity> parse_granularity(std::string_view text);
Result<Rounding> parse_rounding(std::string_view text);
Result<ScaleType> parse_scale(std::string_view text);
Result<Transform> parse_transform(std::string_view text);
Result<Overflow> parse_overflow(std::string_view text);

// The words they may be, in the order of their enumerators.
std::span<const std::string_view> rounding_names();
std::span<const std::string_view> range_names();  // percentile and number without what follows them
std::span<const std::string_view> scale_names();
// The spelling that parse_granularity reads.
std::string spell(const Granularity& granularity);

}  // namespace halfstep
