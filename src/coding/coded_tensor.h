#pragma once
// A quantized tensor as it is really stored: shape, scales, the coder's table and the coded weights.
//
//   8 bytes  "HALFSTQ3"
//   byte     coder: 0 fixed, 1 huffman, 2 rans
//   varints  rank and dimensions
//   byte     transform that is undone last: 0 none, 1 hadamard, then a byte log2 of its block; 2 columns
//   byte     dither that is taken off: 0 none, 1 subtractive-uniform, 2 subtractive-triangular
//   varint   seed, of a rotation or a dither
//   byte     granularity: 0 tensor, 1 channel, 2 group, 3 block; then varint weights of a group or block
//   varint   levels a code can take, up to 2¹⁶; codes are counted from the lowest
//   byte     rule: 0 Q = (code − z)Δ, 1 Q = (code − z + ½)Δ, 2 the first with a z for each Δ, 3 Q = level[code]·Δ, 4 that
//            of a format of blocks (quantizers/blocks.h), 5 the third with levels for each Δ, 6 Q = Δ times the point that
//            has the whole numbers code − z (quantizers/lattice_codes.h)
//   name     of rule 4: varint length, and GGUF's name in lower case
//   byte     of rule 6: the lattice, 1 A2, 2 D4, 3 E8
//   byte     but of rule 4: how scales Δ are stored: 0 float32, 1 float16, 2 and 3 e8m0, 4 e4m3, 5 nested, 6 not at all
//            (stored_scales.h)
//   varint   z of rules 0, 1 and 6, of the last a multiple of 4
//   levels   of rule 3: float32 each, rising; of rule 5 a varint of how many, and them, for each Δ
//   rms      of columns: float32 for each index of the last axis
//   scales   each; of rule 4 of every block the bytes that are not its codes'
//   z        of rule 2: ⌈log2 levels⌉ bits each, the lowest bit first
//   streams  of the coder: the codes of all weights in order. Of rule 6 those of whole vectors, as a stream for each table
//            of quotients in order, of fewer levels each
//   4 bytes  CRC-32 of all before
// A stream is varint its codes, the coder's table, 4 bytes of how many bytes, and the coded codes; without codes it ends with
// their number. The last one is table and coded codes alone: what is left.
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
  std::size_t table_bytes = 0;   // of the coder's tables
  std::size_t stream_bytes = 0;  // of the coded weights alone

  std::span<const std::uint8_t> bytes() const { return storage.span().first(size); }
};

// Why this plan of these weights has no coded tensor: no weights or more than 2³⁰, codes of more than 16 bits.
Status can_code(const Weights& weights, const Plan& plan);

// The codes of all weights in order, each from the lowest; NaN has the code of 0, ±∞ that of an end. Of a lattice one for each
// coordinate of whole vectors. can_code().
// Errors: no memory.
Result<Buffer<std::uint16_t>> codes_of(const Weights& weights, const Plan& plan);

// Codes every weight. Under a transform these are the transformed weights, and `factors` what Transformed has of them.
// Errors: those of can_code, no memory.
Result<CodedTensor> encode_tensor(const Weights& weights, const Plan& plan, Coder coder, std::span<const float> factors = {});

struct DecodedTensor {
  Coder coder = Coder::Fixed;
  Shape shape;
  Buffer<std::uint16_t> codes;  // as codes_of has them
  // Q(x) with the transform undone, to the bit what was measured. Of NaN it is Q(0), under a transform of ±∞ too.
  Buffer<float> values;
};

// Any bytes at all end in a tensor or in one sentence. Memory is asked for only where the streams may hold as
// many codes as the shape says; a tensor with one code throughout takes no stream, and 2³⁰ weights at most.
Result<DecodedTensor> decode_tensor(std::span<const std::uint8_t> bytes);

}  // namespace halfstep
