#include "coding/coded_tensor.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "coding/coded_blocks.h"
#include "coding/coded_header.h"
#include "coding/coded_streams.h"
#include "coding/coded_values.h"
#include "coding/crc32.h"
#include "coding/fixed.h"
#include "coding/stored_scales.h"
#include "quantizers/block_pass.h"

namespace halfstep {

namespace {

constexpr std::size_t kCheckBytes = 4;

Error no_memory() { return {"There is not enough memory left for the coded weights."}; }

// What stands beside the codes in bytes of its own: scales, and zero points.
struct Beside {
  ScaleType type = ScaleType::None;
  Buffer<std::uint8_t> scales, zeros;
};

// False when memory for them is not to be had.
bool pack_scales_of(const Plan& plan, Beside& out) {
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
    if (!out.scales.allocate(static_cast<std::size_t>(stored_scale_bytes(type, segments)))) return false;
    pack_scales(type, ideal.span(), stored.span(), out.scales.span());
    if (unpack_scales(type, out.scales.span(), read.span()) &&
        std::memcmp(read.data(), stored.data(), segments * sizeof(float)) == 0) {
      break;
    }
  }
  return true;
}

bool pack_zero_points(const Plan& plan, Beside& out) {
  const std::uint64_t bytes = zero_point_bytes(coded_rule(plan), plan.layout.segments(), plan.code_levels());
  if (bytes == 0) return true;
  Buffer<std::uint16_t> zeros;
  if (!zeros.allocate(plan.layout.segments()) || !out.zeros.allocate(static_cast<std::size_t>(bytes))) return false;
  for (std::size_t s = 0; s < zeros.size(); ++s) zeros[s] = static_cast<std::uint16_t>(-plan.cells(s).low);
  fixed_encode(zeros.span(), fixed_width(plan.code_levels()), out.zeros.span());
  return true;
}

// The codes of a format of blocks with what stands beside them; of others that alone.
bool pack_beside(const Weights& weights, const Plan& plan, std::span<std::uint16_t> codes, Beside& out) {
  const BlockCodec* codec = plan.codec();
  if (!codec) return pack_scales_of(plan, out) && pack_zero_points(plan, out);
  if (!out.scales.allocate(static_cast<std::size_t>(side_bytes(*codec, codes.size())))) return false;
  split_blocks(weights, plan, codes, out.scales.span());
  return true;
}

void number_points(const Weights& weights, const Plan& plan, std::span<std::uint16_t> codes) {
  BlockPass pass(weights, plan);
  for (std::size_t begin = 0; begin < weights.x().size(); begin += BlockPass::kStretch) {
    pass.quantize(begin, std::min(BlockPass::kStretch, weights.x().size() - begin));
    std::copy(pass.codes().begin(), pass.codes().end(), codes.begin() + static_cast<std::ptrdiff_t>(begin));
  }
}

void number_weights(const Weights& weights, const Plan& plan, std::span<std::uint16_t> codes) {
  const std::span<const float> x = weights.x();
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
}

// Writes to the front of what is left of a room.
class RoomWriter {
 public:
  explicit RoomWriter(std::span<std::uint8_t> room) : begin_(room.data()), left_(room) {}

  void put(std::span<const std::uint8_t> bytes) {
    std::copy(bytes.begin(), bytes.end(), left_.begin());
    skip(bytes.size());
  }
  void put(std::span<const float> values) {
    for (const float value : values) put(value);
  }
  void skip(std::size_t bytes) { left_ = left_.subspan(bytes); }
  std::span<std::uint8_t> left() const { return left_; }
  std::span<const std::uint8_t> written() const { return {begin_, left_.data()}; }

 private:
  void put(float value) {
    store_word(left_.data(), __builtin_bit_cast(std::uint32_t, value));
    skip(4);
  }

  std::uint8_t* begin_;
  std::span<std::uint8_t> left_;
};

}  // namespace

Status can_code(const Weights& weights, const Plan& plan) {
  const std::size_t count = weights.x().size();
  if (count == 0) return Error{"There are no weights to code."};
  if (count > kMostCodedWeights) return Error{"A coded tensor holds up to 2^30 weights."};
  if (plan.request.overflow != Overflow::Saturate) {
    return Error{"A coded tensor holds finite levels, and a float that does not saturate has others."};
  }
  if (plan.code_levels() > kMostCodedLevels) return Error{"A coded tensor holds codes of up to 16 bits."};
  return {};
}

Result<Buffer<std::uint16_t>> codes_of(const Weights& weights, const Plan& plan) {
  const std::size_t vector = plan.format->lattice ? plan.block_weights() : 1;
  Buffer<std::uint16_t> codes;
  if (!codes.allocate((weights.x().size() + vector - 1) / vector * vector)) return no_memory();
  if (plan.codec()) {
    split_blocks(weights, plan, codes.span(), {});
  } else if (plan.format->lattice) {
    number_points(weights, plan, codes.span());
  } else {
    number_weights(weights, plan, codes.span());
  }
  return codes;
}

Result<CodedTensor> encode_tensor(const Weights& weights, const Plan& plan, Coder coder, std::span<const float> factors) {
  if (Status able = can_code(weights, plan); !able) return Error{able.error()};
  Result<Buffer<std::uint16_t>> codes = codes_of(weights, plan);
  if (!codes) return Error{codes.error()};
  Beside beside;
  if (!pack_beside(weights, plan, codes->span(), beside)) return no_memory();
  ByteWriter header;
  write_header(header, weights, plan, coder, beside.type);
  Result<StreamWriter> streams = StreamWriter::make(coder, codes->span(), plan.code_levels(), plan.format->lattice);
  if (!streams) return Error{streams.error()};

  const std::uint64_t most = std::uint64_t{header.size()} + 4 * factors.size() + beside.scales.size() + beside.zeros.size() +
                             streams->most_bytes() + kCheckBytes;
  CodedTensor coded;
  if (most > SIZE_MAX || !coded.storage.allocate(static_cast<std::size_t>(most))) return no_memory();
  RoomWriter room(coded.storage.span());
  room.put(header.bytes());
  room.put(factors);
  room.put(beside.scales.span());
  room.put(beside.zeros.span());
  room.skip(streams->write(room.left()));
  store_word(room.left().data(), crc32(room.written()));
  coded.size = room.written().size() + kCheckBytes;
  coded.table_bytes = streams->table_bytes();
  coded.stream_bytes = streams->stream_bytes();
  return coded;
}

Result<DecodedTensor> decode_tensor(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kCodedMagic.size() || std::memcmp(bytes.data(), kCodedMagic.data(), kCodedMagic.size()) != 0) {
    return Error{"This is no coded tensor: it does not begin with " + std::string(kCodedMagic) + "."};
  }
  if (bytes.size() < kCodedMagic.size() + kCheckBytes) return coded_damage("it is cut short");
  const auto checked = bytes.first(bytes.size() - kCheckBytes);
  if (load_word(bytes.data() + checked.size()) != crc32(checked)) {
    return coded_damage("its check sum is another one, so it was cut short or changed");
  }
  ByteReader in(checked);
  const Result<CodedHeader> header = read_header(in);
  if (!header) return Error{header.error()};
  const Result<Buffer<float>> steps = steps_of(header.value());
  if (!steps) return Error{steps.error()};
  const bool points = header->rule == CodedRule::Lattice;
  StreamReader streams(header->coder, header->levels, points ? std::optional(header->lattice) : std::nullopt);
  if (Status opened = streams.open(in, codes_in(header.value())); !opened) return Error{opened.error()};

  DecodedTensor tensor;
  tensor.coder = header->coder;
  tensor.shape = header->shape;
  if (!tensor.codes.allocate(static_cast<std::size_t>(codes_in(header.value()))) ||
      !tensor.values.allocate(static_cast<std::size_t>(header->count))) {
    return no_memory();
  }
  if (Status decoded = streams.decode(tensor.codes.span()); !decoded) return Error{decoded.error()};
  if (Status done = values_of(header.value(), steps->span(), tensor.codes.span(), tensor.values.span()); !done) {
    return Error{done.error()};
  }
  return tensor;
}

}  // namespace halfstep
