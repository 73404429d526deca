#include "coding/coded_streams.h"

#include "coding/coded_header.h"
#include "quantizers/lattice_codes.h"

namespace halfstep {

namespace {

constexpr std::size_t kMostNumberBytes = 5;  // of a varint below 2³²
constexpr std::size_t kLengthBytes = 4;

Error no_memory() { return {"There is not enough memory left for the coded weights."}; }

}  // namespace

Result<StreamWriter> StreamWriter::make(Coder coder, std::span<const std::uint16_t> codes, std::uint32_t levels,
                                        std::optional<Lattice> lattice) {
  StreamWriter writer;
  if (!lattice) {
    std::vector<std::uint32_t> counts(levels, 0);
    for (const std::uint16_t code : codes) ++counts[code];
    writer.streams_.push_back({codes, Encoder(coder, counts)});
    return writer;
  }
  if (!writer.quotients_.allocate(codes.size())) return no_memory();
  QuotientCounts counts(*lattice, levels);
  counts.add(codes);
  std::vector<std::uint16_t*> next;
  std::uint16_t* at = writer.quotients_.data();
  for (const std::vector<std::uint32_t>& table : counts.tables()) {
    std::size_t count = 0;
    for (const std::uint32_t occurs : table) count += occurs;
    writer.streams_.push_back({{at, count}, {}});
    if (count > 0) writer.streams_.back().encoder.emplace(coder, table);
    next.push_back(at);
    at += count;
  }
  each_quotient(*lattice, codes, [&](std::size_t table, std::uint32_t quotient) {
    *next[table]++ = static_cast<std::uint16_t>(quotient);
  });
  return writer;
}

std::uint64_t StreamWriter::most_bytes() const {
  std::uint64_t most = 0;
  for (const Stream& stream : streams_) {
    most += kMostNumberBytes + kLengthBytes;
    if (stream.encoder) most += stream.encoder->table().size() + stream.encoder->most_bytes();
  }
  return most;
}

std::size_t StreamWriter::write(std::span<std::uint8_t> room) {
  std::uint8_t* const begin = room.data();
  const auto put = [&](std::span<const std::uint8_t> bytes) {
    std::copy(bytes.begin(), bytes.end(), room.begin());
    room = room.subspan(bytes.size());
  };
  for (const Stream& stream : streams_) {
    const bool last = &stream == &streams_.back();
    if (!last) {
      ByteWriter count;
      count.varint(stream.codes.size());
      put(count.bytes());
    }
    if (!stream.encoder) continue;
    put(stream.encoder->table());
    table_bytes_ += stream.encoder->table().size();
    std::uint8_t* const length = room.data();
    if (!last) room = room.subspan(kLengthBytes);
    const std::size_t bytes = stream.encoder->encode(stream.codes, room.first(static_cast<std::size_t>(stream.encoder->most_bytes())));
    if (!last) store_word(length, static_cast<std::uint32_t>(bytes));
    room = room.subspan(bytes);
    stream_bytes_ += bytes;
  }
  return static_cast<std::size_t>(room.data() - begin);
}

Status StreamReader::open(ByteReader& in, std::uint64_t count) {
  const std::size_t tables = lattice_ ? quotient_tables(*lattice_) : 1;
  for (std::size_t table = 0; table < tables; ++table) {
    const bool last = table + 1 == tables;
    std::uint64_t own = count;
    if (!last && (!in.varint(own) || own > count)) return coded_damage("it has no number of codes for each table");
    count -= own;
    Stream stream{static_cast<std::size_t>(own), Decoder(coder_, lattice_ ? quotients(table, levels_) : levels_), {}};
    if (own > 0) {
      std::uint32_t length = 0;
      if (!stream.decoder.read_table(in)) return coded_damage("the table of its coder can't be read");
      if ((!last && !in.word(length)) || !in.take(last ? in.rest().size() : length, stream.bytes)) {
        return coded_damage("one of its streams is cut short");
      }
      if (!stream.decoder.may_hold(stream.bytes.size(), own)) return coded_damage("it can't hold as many weights as its shape");
    }
    streams_.push_back(std::move(stream));
  }
  return in.rest().empty() ? Status() : coded_damage("its codes do not end where its bytes do");
}

Status StreamReader::decode(std::span<std::uint16_t> codes) const {
  const auto decode_one = [](const Stream& stream, std::span<std::uint16_t> to) {
    return stream.count == 0 || stream.decoder.decode(stream.bytes, to);
  };
  const Error other = coded_damage("its codes do not end where its bytes do");
  if (!lattice_) return decode_one(streams_.front(), codes) ? Status() : other;
  Buffer<std::uint16_t> quotients;
  if (!quotients.allocate(codes.size())) return no_memory();
  std::vector<std::span<std::uint16_t>> left_of;
  std::span<std::uint16_t> rest = quotients.span();
  for (const Stream& stream : streams_) {
    left_of.push_back(rest.first(stream.count));
    rest = rest.subspan(stream.count);
    if (!decode_one(stream, left_of.back())) return other;
  }
  Coordinates coordinates(*lattice_);
  for (std::uint16_t& code : codes) {
    const Left left = coordinates.left();
    std::span<std::uint16_t>& own = left_of[left.table()];
    if (own.empty()) return coded_damage("its codes are of other tables than are told");
    const std::uint32_t whole = left.modulus * own.front() + left.residue;
    if (whole >= levels_) return coded_damage("a code is beyond its levels");
    own = own.subspan(1);
    code = static_cast<std::uint16_t>(whole);
    coordinates.next(whole);
  }
  return {};
}

}  // namespace halfstep
