#pragma once
// A quantized tensor as it is really stored: shape, scales, the coder's table and the coded weights.
//
//   8 bytes  "HALFSTQ2"
//   byte     coder: 0 fixed, 1 huffman, 2 rans
//   varints  rank and dimensions
//   byte     granularity: 0 tensor, 1 channel, 2 group, 3 block; then varint weights of a group or block
//   varint   levels a code can take, up to 2¹⁶; codes are counted from the lowest
//   byte     rule: 0 Q = (code − z)Δ, 1 Q = (code − z + ½)Δ, 2 the first with a z for each Δ, 3 Q = level[code]·Δ, 4 that
//            of a format of blocks (quantizers/blocks.h)
//   name     of rule 4: varint length, and GGUF's name in lower case; then no more of what is below up to the table, but
//            of every block the bytes that are not its codes'
//   byte     how scales Δ are stored: 0 float32, 1 float16, 2 and 3 e8m0, 4 e4m3, 5 nested, 6 not at all (stored_scales.h)
//   varint   z of rules 0 and 1
//   levels   of rule 3: float32 each, rising
//   scales   each
//   z        of rule 2: ⌈log2 levels⌉ bits each, the lowest bit first
//   table    of the coder
//   stream   of the coder: the codes of all weights in order, up to
//   4 bytes  CRC-32 of all before
// Varints have seven bits a byte, the lowest first. Little-endian throughout.
#include <cstdint>
#include <span>

#include "buffer.h"
#include "coding/coder.h"
#include "quantizers/plan.h"
#include "result.h"
#include "tensor/weights.h"

namespace halfstep {

struct CodedTensor {
  Buffer<std::uint8_t> storage;  // may be longer than what was written
  std::size_t size = 0;
  std::size_t table_bytes = 0;   // of the coder's table
  std::size_t stream_bytes = 0;  // of the coded weights alone

  std::span<const std::uint8_t> bytes() const { return storage.span().first(size); }
};

// Why this plan of these weights has no coded tensor: no weights or more than 2³⁰, a transform, codes of vectors, a Q that
// codes alone do not tell, a codebook for each group, codes of more than 16 bits.
Status can_code(const Weights& weights, const Plan& plan);

// The codes of all weights in order, each from the lowest; NaN has the code of 0, ±∞ that of an end. can_code().
// Errors: no memory.
Result<Buffer<std::uint16_t>> codes_of(const Weights& weights, const Plan& plan);

// Codes every weight. Errors: those of can_code, no memory.
Result<CodedTensor> encode_tensor(const Weights& weights, const Plan& plan, Coder coder);

struct DecodedTensor {
  Coder coder = Coder::Fixed;
  Shape shape;
  Buffer<std::uint16_t> codes;  // each from the lowest
  Buffer<float> values;         // Q(x), to the bit what was measured; of NaN it is Q(0)
};

// Any bytes at all end in a tensor or in one sentence. Memory is asked for only where the stream may hold as
// many codes as the shape says; a tensor with one code throughout takes no stream, and 2³⁰ weights at most.
Result<DecodedTensor> decode_tensor(std::span<const std::uint8_t> bytes);

}  // namespace halfstep
