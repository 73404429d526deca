#include "coding/coded_header.h"

#include <algorithm>
#include <bit>
#include <cfloat>
#include <cmath>
#include <string>

#include "coding/coded_blocks.h"
#include "coding/fixed.h"
#include "coding/stored_scales.h"
#include "quantizers/lattice_codes.h"

namespace halfstep {

namespace {

constexpr std::uint64_t kMostRank = 64;
constexpr std::uint64_t kMostBlockBits = 16;  // of a rotation

// Bytes that say 0 for nothing, and count on from there.
std::uint8_t dither_byte(Rounding rounding) {
  return is_subtractive(rounding) ? static_cast<std::uint8_t>(1 + static_cast<int>(rounding) - static_cast<int>(Rounding::SubtractiveUniform)) : 0;
}

std::uint64_t last_axis(const Shape& shape) { return shape.empty() ? 1 : shape.back(); }

bool seeded(const Transform& transform, Rounding rounding) {
  return transform.kind == TransformKind::Hadamard || is_subtractive(rounding);
}

bool has_one_zero(CodedRule rule) {
  return rule == CodedRule::LevelAtZero || rule == CodedRule::EdgeAtZero || rule == CodedRule::Lattice;
}

void write_undone(ByteWriter& out, const Request& request) {
  out.byte(static_cast<std::uint8_t>(request.transform.kind));
  if (request.transform.kind == TransformKind::Hadamard) {
    out.byte(static_cast<std::uint8_t>(std::bit_width(request.transform.block) - 1));
  }
  out.byte(dither_byte(request.rounding));
  if (seeded(request.transform, request.rounding)) out.varint(request.seed);
}

bool read_undone(ByteReader& in, CodedHeader& header) {
  std::uint8_t kind, block = 0, dither;
  if (!in.byte(kind) || kind > static_cast<std::uint8_t>(TransformKind::Columns)) return false;
  header.transform.kind = static_cast<TransformKind>(kind);
  if (header.transform.kind == TransformKind::Hadamard) {
    if (!in.byte(block) || block == 0 || block > kMostBlockBits) return false;
    header.transform.block = std::uint32_t{1} << block;
  }
  if (!in.byte(dither) || dither > dither_byte(Rounding::SubtractiveTriangular)) return false;
  if (dither > 0) header.rounding = dither == 1 ? Rounding::SubtractiveUniform : Rounding::SubtractiveTriangular;
  return !seeded(header.transform, header.rounding) || in.varint(header.seed);
}

bool read_shape(ByteReader& in, CodedHeader& header) {
  std::uint64_t rank;
  if (!in.varint(rank) || rank > kMostRank) return false;
  header.shape.resize(static_cast<std::size_t>(rank));
  for (std::uint64_t& dimension : header.shape) {
    if (!in.varint(dimension)) return false;
  }
  const Result<std::uint64_t> count = element_count(header.shape);
  if (!count || count.value() == 0 || count.value() > std::min<std::uint64_t>(kMostCodedWeights, SIZE_MAX / sizeof(float))) {
    return false;
  }
  header.count = count.value();
  return true;
}

bool read_granularity(ByteReader& in, Granularity& granularity) {
  std::uint8_t kind;
  if (!in.byte(kind) || kind > static_cast<std::uint8_t>(GranularityKind::Block)) return false;
  granularity.kind = static_cast<GranularityKind>(kind);
  return granularity.kind < GranularityKind::Group || (in.varint(granularity.group) && granularity.group > 0);
}

bool read_codec(ByteReader& in, CodedHeader& header) {
  std::uint64_t length;
  std::span<const std::uint8_t> name;
  if (!in.varint(length) || !in.take(length, name)) return false;
  header.codec = find_block_codec({reinterpret_cast<const char*>(name.data()), name.size()});
  return header.codec && header.levels == header.codec->levels.size();
}

bool read_lattice(ByteReader& in, CodedHeader& header) {
  std::uint8_t lattice;
  if (!in.byte(lattice) || lattice == 0 || lattice > static_cast<std::uint8_t>(Lattice::E8)) return false;
  header.lattice = static_cast<Lattice>(lattice);
  return header.layout().segments() == 1;
}

bool read_zero(ByteReader& in, CodedHeader& header) {
  std::uint64_t zero;
  if (!in.varint(zero) || zero >= header.levels || (header.rule == CodedRule::Lattice && zero % 4 != 0)) return false;
  header.zero = static_cast<std::int32_t>(zero);
  return true;
}

bool read_books(ByteReader& in, CodedHeader& header) {
  const std::size_t books = header.rule == CodedRule::OwnCodebooks ? header.layout().segments() : header.rule == CodedRule::Codebook;
  const std::span<const std::uint8_t> rest = in.rest();
  std::vector<float> levels;
  for (std::size_t book = 0; book < books; ++book) {
    if (!read_book(in, header, levels)) return false;
  }
  header.books = rest.first(rest.size() - in.rest().size());
  return true;
}

bool read_factors(ByteReader& in, CodedHeader& header) {
  const bool columns = header.transform.kind == TransformKind::Columns;
  if (!in.take(columns ? 4 * last_axis(header.shape) : 0, header.factors)) return false;
  for (std::size_t i = 0; i < header.factors.size(); i += 4) {
    const float factor = __builtin_bit_cast(float, load_word(&header.factors[i]));
    if (!(factor > 0 && factor <= FLT_MAX)) return false;
  }
  return true;
}

// What codes mean, but for the transform.
bool read_rule(ByteReader& in, CodedHeader& header) {
  std::uint64_t levels;
  std::uint8_t rule, type;
  if (!in.varint(levels) || levels == 0 || levels > kMostCodedLevels || !in.byte(rule) ||
      rule > static_cast<std::uint8_t>(CodedRule::Lattice)) {
    return false;
  }
  header.levels = static_cast<std::uint32_t>(levels);
  header.rule = static_cast<CodedRule>(rule);
  if (header.rule == CodedRule::Blocks) return read_codec(in, header);
  if (header.rule == CodedRule::Lattice && !read_lattice(in, header)) return false;
  if (!in.byte(type) || type > static_cast<std::uint8_t>(ScaleType::None)) return false;
  header.type = static_cast<ScaleType>(type);
  return (!has_one_zero(header.rule) || read_zero(in, header)) && read_books(in, header);
}

bool take_scales(ByteReader& in, CodedHeader& header) {
  if (header.codec) return in.take(side_bytes(*header.codec, header.count), header.scales);
  const std::size_t segments = header.layout().segments();
  return in.take(stored_scale_bytes(header.type, segments), header.scales) &&
         in.take(zero_point_bytes(header.rule, segments, header.levels), header.zeros);
}

}  // namespace

Error coded_damage(std::string_view what) { return {"The coded tensor is damaged: " + std::string(what) + "."}; }

CodedRule coded_rule(const Plan& plan) {
  if (plan.codec()) return CodedRule::Blocks;
  if (plan.format->lattice) return CodedRule::Lattice;
  if (!plan.books.empty()) return CodedRule::OwnCodebooks;
  if (plan.has_book()) return CodedRule::Codebook;
  if (plan.format->has_zero_point) return CodedRule::OwnZeroPoints;
  return plan.cells(0).offset == 0 ? CodedRule::LevelAtZero : CodedRule::EdgeAtZero;
}

std::uint64_t zero_point_bytes(CodedRule rule, std::uint64_t segments, std::uint32_t levels) {
  return rule == CodedRule::OwnZeroPoints ? fixed_bytes(segments, fixed_width(levels)) : 0;
}

void write_header(ByteWriter& out, const Weights& weights, const Plan& plan, Coder coder, ScaleType type) {
  for (const char c : kCodedMagic) out.byte(static_cast<std::uint8_t>(c));
  out.byte(static_cast<std::uint8_t>(coder));
  out.varint(weights.shape.size());
  for (const std::uint64_t dimension : weights.shape) out.varint(dimension);
  write_undone(out, plan.request);
  const Granularity& granularity = plan.request.granularity;
  out.byte(static_cast<std::uint8_t>(granularity.kind));
  if (granularity.kind >= GranularityKind::Group) out.varint(granularity.group);
  const CodedRule rule = coded_rule(plan);
  out.varint(plan.code_levels());
  out.byte(static_cast<std::uint8_t>(rule));
  if (rule == CodedRule::Blocks) {
    out.varint(plan.codec()->name.size());
    for (const char c : plan.codec()->name) out.byte(static_cast<std::uint8_t>(c));
    return;
  }
  if (rule == CodedRule::Lattice) out.byte(static_cast<std::uint8_t>(*plan.format->lattice));
  out.byte(static_cast<std::uint8_t>(type));
  if (rule == CodedRule::Lattice) {
    out.varint(plan.code_levels() / 2);
  } else if (has_one_zero(rule)) {
    out.varint(static_cast<std::uint64_t>(-plan.cells(0).low));
  }
  for (const Codebook& book : plan.books) {
    out.varint(book.levels.size());
    for (const float level : book.levels) out.float32(level);
  }
  if (rule == CodedRule::Codebook) {
    for (const float level : plan.book.levels) out.float32(level);
  }
}

Result<CodedHeader> read_header(ByteReader& in) {
  CodedHeader header;
  std::span<const std::uint8_t> magic;
  std::uint8_t coder;
  if (!in.take(kCodedMagic.size(), magic) || !in.byte(coder) || coder >= coder_names().size()) {
    return coded_damage("it names no coder");
  }
  header.coder = static_cast<Coder>(coder);
  if (!read_shape(in, header)) return coded_damage("it has no shape of 1 to 2^30 weights");
  if (!read_undone(in, header)) return coded_damage("its transform or dither can't be read");
  if (!read_granularity(in, header.granularity)) return coded_damage("it has no granularity");
  if (!read_rule(in, header)) return coded_damage("what its codes mean can't be read");
  if (!read_factors(in, header)) return coded_damage("the factors of its columns can't be read");
  if (!take_scales(in, header)) return coded_damage("its scales can't be read");
  return header;
}

bool read_book(ByteReader& books, const CodedHeader& header, std::vector<float>& levels) {
  std::uint64_t count = header.levels;
  if (header.rule == CodedRule::OwnCodebooks && (!books.varint(count) || count == 0 || count > header.levels)) return false;
  levels.resize(static_cast<std::size_t>(count));
  for (std::size_t k = 0; k < levels.size(); ++k) {
    if (!books.float32(levels[k]) || !std::isfinite(levels[k]) || (k > 0 && !(levels[k - 1] < levels[k]))) return false;
  }
  return true;
}

}  // namespace halfstep
