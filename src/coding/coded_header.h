#pragma once
// What stands before the codes of a coded tensor (coded_tensor.h has its bytes): how they become values.
#include <cstdint>
#include <span>
#include <string_view>

#include "coding/bytes.h"
#include "coding/coder.h"
#include "quantizers/layout.h"
#include "quantizers/plan.h"
#include "result.h"
#include "tensor/weights.h"

namespace halfstep {

inline constexpr std::string_view kCodedMagic = "HALFSTQ3";
inline constexpr std::uint64_t kMostCodedWeights = std::uint64_t{1} << 30;
inline constexpr std::uint64_t kMostCodedLevels = std::uint64_t{1} << 16;

enum class CodedRule : std::uint8_t { LevelAtZero,
                                      EdgeAtZero,
                                      OwnZeroPoints,
                                      Codebook,
                                      Blocks,
                                      OwnCodebooks,
                                      Lattice };

// Spans are of the bytes that were read.
struct CodedHeader {
  Coder coder = Coder::Fixed;
  Shape shape;
  std::uint64_t count = 0;
  Transform transform;
  Rounding rounding = Rounding::Nearest;  // a subtractive one, or this for all others
  std::uint64_t seed = 0;
  Granularity granularity;
  std::uint32_t levels = 1;
  CodedRule rule = CodedRule::LevelAtZero;
  const BlockCodec* codec = nullptr;  // of blocks
  Lattice lattice = Lattice::Z;
  ScaleType type = ScaleType::None;
  std::int32_t zero = 0;
  std::span<const std::uint8_t> books;    // levels as they are written
  std::span<const std::uint8_t> factors;  // of columns
  std::span<const std::uint8_t> scales;   // of blocks what they store beside the codes
  std::span<const std::uint8_t> zeros;

  Layout layout() const { return Layout(static_cast<std::size_t>(count), shape, granularity); }
};

Error coded_damage(std::string_view what);

CodedRule coded_rule(const Plan& plan);
// Bytes of zero points, one a scale; none but for the rule that has them.
std::uint64_t zero_point_bytes(CodedRule rule, std::uint64_t segments, std::uint32_t levels);

// All up to the levels; `type` is that of the scales.
void write_header(ByteWriter& out, const Weights& weights, const Plan& plan, Coder coder, ScaleType type);
// All up to the streams. What it answers fits together: as many scales as the shape has, levels that rise, finite factors.
Result<CodedHeader> read_header(ByteReader& in);

// The next codebook of header.books; false where there is none.
bool read_book(ByteReader& books, const CodedHeader& header, std::vector<float>& levels);

}  // namespace halfstep
