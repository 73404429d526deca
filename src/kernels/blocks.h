#pragma once
// The loops of the block formats (quantizers/blocks.h): the scalar truth, and its SIMD twin with
// the same bytes and the same bits.
//
// q4_0 to q8_0 are encoded as ggml's quantize_row_*_ref does without fused multiply-add; mxfp4 by
// the exponent of the largest magnitude, ties to the smaller magnitude. Weights are finite. Where
// ggml's conversion to an integer is undefined, because 1/d overflows, codes stand for zero.
#include <cstddef>
#include <cstdint>

namespace halfstep {

// Every block is of 32 weights.
using EncodeBlocks = void(const float* x, std::size_t blocks, std::uint8_t* bytes);
using DecodeBlocks = void(const std::uint8_t* bytes, std::size_t blocks, float* x);

namespace scalar_blocks {
EncodeBlocks encode_q4_0, encode_q4_1, encode_q5_0, encode_q5_1, encode_q8_0, encode_mxfp4;
DecodeBlocks decode_q4_0, decode_q4_1, decode_q5_0, decode_q5_1, decode_q8_0, decode_mxfp4;
}  // namespace scalar_blocks

namespace simd_blocks {
EncodeBlocks encode_q4_0, encode_q4_1, encode_q5_0, encode_q5_1, encode_q8_0, encode_mxfp4;
DecodeBlocks decode_q4_0, decode_q4_1, decode_q5_0, decode_q5_1, decode_q8_0, decode_mxfp4;
}  // namespace simd_blocks

}  // namespace halfstep
