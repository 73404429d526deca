#pragma once
// The codes of a coded tensor (coded_tensor.h has their bytes) by a coder: one stream, or of a lattice's points one for each
// table of quotients (quantizers/lattice_codes.h).
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "buffer.h"
#include "coding/coder.h"
#include "quantizers/lattice.h"
#include "result.h"

namespace halfstep {

class StreamWriter {
 public:
  // Each code is below `levels`; of a lattice those of whole vectors. They outlive the writer. Errors: no memory.
  static Result<StreamWriter> make(Coder coder, std::span<const std::uint16_t> codes, std::uint32_t levels,
                                   std::optional<Lattice> lattice);

  // All streams are no longer.
  std::uint64_t most_bytes() const;
  // Writes them to the front of `room`, most_bytes() long; the bytes written.
  std::size_t write(std::span<std::uint8_t> room);
  // Of the tables, and of the coded codes alone, as written.
  std::size_t table_bytes() const { return table_bytes_; }
  std::size_t stream_bytes() const { return stream_bytes_; }

 private:
  struct Stream {
    std::span<const std::uint16_t> codes;
    std::optional<Encoder> encoder;  // where there are codes
  };

  std::vector<Stream> streams_;
  Buffer<std::uint16_t> quotients_;
  std::size_t table_bytes_ = 0, stream_bytes_ = 0;
};

class StreamReader {
 public:
  StreamReader(Coder coder, std::uint32_t levels, std::optional<Lattice> lattice)
      : coder_(coder), levels_(levels), lattice_(lattice) {}

  // Reads all but the coded codes, `count` of them: an error where that can't be read, or where there can't be as many.
  Status open(ByteReader& in, std::uint64_t count);
  // `codes` has room for as many. An error where there are others, and where there is no memory.
  Status decode(std::span<std::uint16_t> codes) const;

 private:
  struct Stream {
    std::size_t count;
    Decoder decoder;
    std::span<const std::uint8_t> bytes;
  };

  Coder coder_;
  std::uint32_t levels_;
  std::optional<Lattice> lattice_;
  std::vector<Stream> streams_;
};

}  // namespace halfstep
