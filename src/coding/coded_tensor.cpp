#include "coding/coded_tensor.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "coding/coded_blocks.h"
#include "coding/crc32.h"
#include "coding/fixed.h"
#include "coding/stored_scales.h"
#include "kernels/dequantize.h"

namespace halfstep {

namespace {

constexpr std::string_view kMagic = "HALFSTQ2";
constexpr std::size_t kCheckBytes = 4;
constexpr std::uint64_t kMostWeights = std::uint64_t{1} << 30;
constexpr std::uint64_t kMostRank = 64;
constexpr std::uint64_t kMostLevels = std::uint64_t{1} << 16;

enum Rule : std::uint8_t { kLevelAtZero,
                           kEdgeAtZero,
                           kOwnZeroPoints,
                           kCodebook,
                           kBlocks };

Error no_memory() { return {"There is not enough memory left for the coded weights."}; }
Error damaged(std::string_view what) { return {"The coded tensor is damaged: " + std::string(what) + "."}; }

Rule rule_of(const Plan& plan) {
  if (plan.codec()) return kBlocks;
  if (plan.has_book()) return kCodebook;
  if (plan.format->has_zero_point) return kOwnZeroPoints;
  return plan.cells(0).offset == 0 ? kLevelAtZero : kEdgeAtZero;
}

std::uint32_t levels_of(const Plan& plan) {
  return plan.codec() ? static_cast<std::uint32_t>(plan.codec()->levels.size()) : plan.cells(0).levels();
}

void write_header(ByteWriter& out, const Weights& weights, const Plan& plan, Coder coder, ScaleType type) {
  for (const char c : kMagic) out.byte(static_cast<std::uint8_t>(c));
  out.byte(static_cast<std::uint8_t>(coder));
  out.varint(weights.shape.size());
  for (const std::uint64_t dimension : weights.shape) out.varint(dimension);
  const Granularity& granularity = plan.request.granularity;
  out.byte(static_cast<std::uint8_t>(granularity.kind));
  if (granularity.kind >= GranularityKind::Group) out.varint(granularity.group);
  const Rule rule = rule_of(plan);
  out.varint(levels_of(plan));
  out.byte(rule);
  if (rule == kBlocks) {
    out.varint(plan.codec()->name.size());
    for (const char c : plan.codec()->name) out.byte(static_cast<std::uint8_t>(c));
    return;
  }
  out.byte(static_cast<std::uint8_t>(type));
  if (rule < kOwnZeroPoints) out.varint(static_cast<std::uint64_t>(-plan.cells(0).low));
}

// The scales of a plan in their bytes.
struct StoredScales {
  ScaleType type = ScaleType::None;
  Buffer<std::uint8_t> bytes;
};

// False when memory for them is not to be had.
bool scales_of(const Plan& plan, StoredScales& out) {
  if (plan.designed()) return true;
  const std::size_t segments = plan.layout.segments();
  const auto scale_of = [&](const Cells& cells) { return plan.has_book() ? cells.book_scale : cells.step; };
  Buffer<float> ideal, stored, read;
  if (!ideal.allocate(segments) || !stored.allocate(segments) || !read.allocate(segments)) return false;
  for (std::size_t s = 0; s < segments; ++s) {
    stored[s] = scale_of(plan.cells(s));
    ideal[s] = scale_of(cells_of(*plan.format, plan.request, plan.has_book() ? &plan.book : nullptr, plan.ranges[s]));
  }
  // What its own type does not hold to the bit, near the ends of float32, is held as float32.
  for (const ScaleType type : {plan.request.scale, ScaleType::Float32}) {
    out.type = type;
    if (!out.bytes.allocate(static_cast<std::size_t>(stored_scale_bytes(type, segments)))) return false;
    pack_scales(type, ideal.span(), stored.span(), out.bytes.span());
    if (unpack_scales(type, out.bytes.span(), read.span()) &&
        std::memcmp(read.data(), stored.data(), segments * sizeof(float)) == 0) {
      break;
    }
  }
  return true;
}

std::uint64_t zero_point_bytes(Rule rule, std::uint64_t segments, std::uint32_t levels) {
  return rule == kOwnZeroPoints ? fixed_bytes(segments, fixed_width(levels)) : 0;
}

// False when memory for them is not to be had.
bool write_zero_points(const Plan& plan, std::span<std::uint8_t> out) {
  Buffer<std::uint16_t> zeros;
  if (!zeros.allocate(plan.layout.segments())) return false;
  for (std::size_t s = 0; s < zeros.size(); ++s) zeros[s] = static_cast<std::uint16_t>(-plan.cells(s).low);
  fixed_encode(zeros.span(), fixed_width(plan.cells(0).levels()), out);
  return true;
}

// What of the header tells how codes become values.
struct Scales {
  Rule rule = kLevelAtZero;
  ScaleType type = ScaleType::None;
  std::uint32_t levels = 1;
  std::int32_t zero = 0;
  std::span<const std::uint8_t> book, stored, zeros;
  const BlockCodec* codec = nullptr;        // of kBlocks, with
  std::span<const std::uint8_t> side = {};  // what it stores beside the codes

  float level(std::size_t k) const { return __builtin_bit_cast(float, load_word(&book[4 * k])); }
};

struct Header {
  Coder coder = Coder::Fixed;
  Shape shape;
  std::uint64_t count = 0;
  Granularity granularity;
  Scales scales;
};

bool read_shape(ByteReader& in, Header& header) {
  std::uint64_t rank;
  if (!in.varint(rank) || rank > kMostRank) return false;
  header.shape.resize(static_cast<std::size_t>(rank));
  for (std::uint64_t& dimension : header.shape) {
    if (!in.varint(dimension)) return false;
  }
  const Result<std::uint64_t> count = element_count(header.shape);
  if (!count || count.value() == 0 || count.value() > std::min<std::uint64_t>(kMostWeights, SIZE_MAX / sizeof(float))) {
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

Layout layout_of(const Header& header) {
  return Layout(static_cast<std::size_t>(header.count), header.shape, header.granularity);
}

// Finite and rising.
bool valid_levels(const Scales& scales) {
  for (std::size_t k = 0; k < scales.book.size() / 4; ++k) {
    if (!std::isfinite(scales.level(k)) || (k > 0 && !(scales.level(k - 1) < scales.level(k)))) return false;
  }
  return true;
}

bool read_scales(ByteReader& in, const Header& header, Scales& scales) {
  std::uint64_t levels, zero = 0;
  std::uint8_t rule, type;
  if (!in.varint(levels) || levels == 0 || levels > kMostLevels || !in.byte(rule) || rule > kBlocks) return false;
  if (rule == kBlocks) {
    std::uint64_t length;
    std::span<const std::uint8_t> name;
    if (!in.varint(length) || !in.take(length, name)) return false;
    scales.codec = find_block_codec({reinterpret_cast<const char*>(name.data()), name.size()});
    scales.levels = static_cast<std::uint32_t>(levels);
    return scales.codec && levels == scales.codec->levels.size() &&
           in.take(side_bytes(*scales.codec, header.count), scales.side);
  }
  if (!in.byte(type) || type > static_cast<std::uint8_t>(ScaleType::None)) return false;
  scales.levels = static_cast<std::uint32_t>(levels);
  scales.rule = static_cast<Rule>(rule);
  scales.type = static_cast<ScaleType>(type);
  if (scales.rule < kOwnZeroPoints && (!in.varint(zero) || zero >= levels)) return false;
  scales.zero = static_cast<std::int32_t>(zero);
  const std::size_t segments = layout_of(header).segments();
  return in.take(scales.rule == kCodebook ? 4 * levels : 0, scales.book) && valid_levels(scales) &&
         in.take(stored_scale_bytes(scales.type, segments), scales.stored) &&
         in.take(zero_point_bytes(scales.rule, segments, scales.levels), scales.zeros);
}

Result<Header> read_header(ByteReader& in) {
  Header header;
  std::span<const std::uint8_t> magic;
  std::uint8_t coder;
  if (!in.take(kMagic.size(), magic) || !in.byte(coder) || coder >= coder_names().size()) {
    return damaged("it names no coder");
  }
  header.coder = static_cast<Coder>(coder);
  if (!read_shape(in, header)) return damaged("it has no shape of 1 to 2^30 weights");
  if (!read_granularity(in, header.granularity)) return damaged("it has no granularity");
  if (!read_scales(in, header, header.scales)) return damaged("its scales can't be read");
  return header;
}

// Every code is below the levels. `steps` are empty where every scale is 1.
Status dequantize_all(const Header& header, std::span<const float> steps, DecodedTensor& tensor) {
  const Scales& scales = header.scales;
  if (scales.codec) {
    join_blocks(*scales.codec, tensor.codes.span(), scales.side, tensor.values.span());
    return {};
  }
  const Layout layout = layout_of(header);
  Buffer<float> levels;
  Buffer<std::uint16_t> zeros;
  if (!levels.allocate(scales.book.size() / 4) || (!scales.zeros.empty() && !zeros.allocate(layout.segments()))) {
    return no_memory();
  }
  for (std::size_t k = 0; k < levels.size(); ++k) levels[k] = scales.level(k);
  if (zeros.size() > 0 && !fixed_decode(scales.zeros, scales.levels, zeros.span())) {
    return damaged("a zero point is no code");
  }
  const float offset = scales.rule == kEdgeAtZero ? 0.5f : 0;
  for (std::size_t s = 0; s < layout.segments(); ++s) {
    const std::size_t begin = layout.begin(s), count = layout.end(s) - begin;
    const std::uint16_t* codes = tensor.codes.data() + begin;
    float* values = tensor.values.data() + begin;
    const float step = steps.empty() ? 1 : steps[s];
    if (scales.rule == kCodebook) {
      dequantize_book(codes, count, levels.data(), step, values);
    } else {
      dequantize(codes, count, zeros.size() > 0 ? zeros[s] : scales.zero, offset, step, values);
    }
  }
  return {};
}

}  // namespace

Status can_code(const Weights& weights, const Plan& plan) {
  const std::size_t count = weights.x().size();
  if (count == 0) return Error{"There are no weights to code."};
  if (count > kMostWeights) return Error{"A coded tensor holds up to 2^30 weights."};
  if (plan.request.transform.kind != TransformKind::None) {
    return Error{"A coded tensor knows no transform: its codes would be of other weights than these."};
  }
  if (plan.format->lattice) {
    return Error{"The codes of the format " + plan.request.format + " number points of several weights: they are not coded again."};
  }
  if (is_subtractive(plan.request.rounding)) {
    return Error{"A coded tensor holds codes, and with subtractive dither Q(x) is not told by the code alone."};
  }
  if (plan.request.overflow != Overflow::Saturate) {
    return Error{"A coded tensor holds finite levels, and a float that does not saturate has others."};
  }
  if (!plan.books.empty()) return Error{"A coded tensor holds one codebook, not one for each group."};
  if (levels_of(plan) > kMostLevels) return Error{"A coded tensor holds codes of up to 16 bits."};
  return {};
}

Result<Buffer<std::uint16_t>> codes_of(const Weights& weights, const Plan& plan) {
  const std::span<const float> x = weights.x();
  Buffer<std::uint16_t> codes;
  if (!codes.allocate(x.size())) return no_memory();
  if (plan.codec()) {
    split_blocks(weights, plan, codes.span(), {});
    return codes;
  }
  const bool no_nan = weights.all_finite();
  for (std::size_t s = 0; s < plan.layout.segments(); ++s) {
    const Cells cells = plan.cells(s);
    const std::size_t end = plan.layout.end(s);
    const auto encode = [&](const float* from, std::size_t at, std::size_t count) {
      kernels().encode(from, count, cells, static_cast<std::uint32_t>(at), codes.data() + at);
    };
    for (std::size_t at = plan.layout.begin(s); at < end; ++at) {
      std::size_t stop = no_nan ? end : at;
      while (stop < end && !std::isnan(x[stop])) ++stop;
      encode(x.data() + at, at, stop - at);
      constexpr float kZero = 0;
      if (stop < end) encode(&kZero, stop, 1);
      at = stop;
    }
  }
  return codes;
}

namespace {

// Its codes, and what is stored beside them.
struct Parts {
  Buffer<std::uint16_t> codes;
  StoredScales stored;
};

Result<Parts> take_apart(const Weights& weights, const Plan& plan) {
  Parts parts;
  if (const BlockCodec* codec = plan.codec()) {
    const std::size_t count = weights.x().size();
    Buffer<std::uint8_t>& side = parts.stored.bytes;
    if (!parts.codes.allocate(count) || !side.allocate(static_cast<std::size_t>(side_bytes(*codec, count)))) return no_memory();
    split_blocks(weights, plan, parts.codes.span(), side.span());
    return parts;
  }
  Result<Buffer<std::uint16_t>> codes = codes_of(weights, plan);
  if (!codes) return Error{codes.error()};
  parts.codes = std::move(codes.value());
  if (!scales_of(plan, parts.stored)) return no_memory();
  return parts;
}

}  // namespace

Result<CodedTensor> encode_tensor(const Weights& weights, const Plan& plan, Coder coder) {
  if (Status able = can_code(weights, plan); !able) return Error{able.error()};
  const std::uint32_t levels = levels_of(plan);
  const Result<Parts> parts = take_apart(weights, plan);
  if (!parts) return Error{parts.error()};
  const std::span<const std::uint16_t> codes = parts->codes.span();
  const StoredScales& stored = parts->stored;
  std::vector<std::uint32_t> counts(levels, 0);
  for (const std::uint16_t code : codes) ++counts[code];

  ByteWriter header;
  write_header(header, weights, plan, coder, stored.type);
  for (const float level : plan.book.levels) header.float32(level);
  const Encoder encoder(coder, counts);
  const auto table = encoder.table();
  const auto zeros = static_cast<std::size_t>(zero_point_bytes(rule_of(plan), plan.layout.segments(), levels));
  const std::uint64_t most = header.size() + stored.bytes.size() + std::uint64_t{zeros} + table.size() + encoder.most_bytes() + kCheckBytes;
  CodedTensor coded;
  if (most > SIZE_MAX || !coded.storage.allocate(static_cast<std::size_t>(most))) return no_memory();

  std::span<std::uint8_t> room = coded.storage.span();
  const auto skip = [&](std::size_t bytes) { room = room.subspan(bytes); };
  std::copy(header.bytes().begin(), header.bytes().end(), room.begin());
  skip(header.size());
  std::copy_n(stored.bytes.data(), stored.bytes.size(), room.begin());
  skip(stored.bytes.size());
  if (zeros > 0 && !write_zero_points(plan, room.first(zeros))) return no_memory();
  skip(zeros);
  std::copy(table.begin(), table.end(), room.begin());
  skip(table.size());
  coded.table_bytes = table.size();
  coded.stream_bytes = encoder.encode(codes, room.first(static_cast<std::size_t>(encoder.most_bytes())));
  skip(coded.stream_bytes);
  const auto checked = static_cast<std::size_t>(room.data() - coded.storage.data());
  store_word(room.data(), crc32(coded.storage.span().first(checked)));
  coded.size = checked + kCheckBytes;
  return coded;
}

Result<DecodedTensor> decode_tensor(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kMagic.size() || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) {
    return Error{"This is no coded tensor: it does not begin with " + std::string(kMagic) + "."};
  }
  if (bytes.size() < kMagic.size() + kCheckBytes) return damaged("it is cut short");
  const auto checked = bytes.first(bytes.size() - kCheckBytes);
  if (load_word(bytes.data() + checked.size()) != crc32(checked)) {
    return damaged("its check sum is another one, so it was cut short or changed");
  }
  ByteReader in(checked);
  const Result<Header> header = read_header(in);
  if (!header) return Error{header.error()};
  // No more scales than there are bytes for them.
  const Scales& scales = header->scales;
  Buffer<float> steps;
  if (!scales.stored.empty() && !steps.allocate(layout_of(header.value()).segments())) return no_memory();
  if (!unpack_scales(scales.type, scales.stored, steps.span())) return damaged("its scales can't be read");
  Decoder decoder(header->coder, header->scales.levels);
  if (!decoder.read_table(in)) return damaged("the table of its coder can't be read");
  const std::span<const std::uint8_t> stream = in.rest();
  if (!decoder.may_hold(stream.size(), header->count)) return damaged("it can't hold as many weights as its shape");

  DecodedTensor tensor;
  tensor.coder = header->coder;
  tensor.shape = header->shape;
  const auto count = static_cast<std::size_t>(header->count);
  if (!tensor.codes.allocate(count) || !tensor.values.allocate(count)) return no_memory();
  if (!decoder.decode(stream, tensor.codes.span())) return damaged("its codes do not end where its bytes do");
  if (Status done = dequantize_all(header.value(), steps.span(), tensor); !done) return Error{done.error()};
  return tensor;
}

}  // namespace halfstep
