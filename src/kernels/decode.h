#pragma once
// Stored elements to float32. `bytes` may have any alignment and holds exactly `count` elements;
// it does not overlap `out`. Every value is exact, but F64 and I32, which round to nearest even
// (F64 beyond float32 becomes ±∞). −0 stays −0, NaN stays NaN.
#include <cstddef>
#include <cstdint>

namespace halfstep::kernels {

void decode_f64(const std::uint8_t* bytes, bool big_endian, float* out, std::size_t count);
void decode_f32(const std::uint8_t* bytes, bool big_endian, float* out, std::size_t count);
void decode_f16(const std::uint8_t* bytes, bool big_endian, float* out, std::size_t count);
void decode_bf16(const std::uint8_t* bytes, bool big_endian, float* out, std::size_t count);
void decode_i8(const std::uint8_t* bytes, bool big_endian, float* out, std::size_t count);
void decode_u8(const std::uint8_t* bytes, bool big_endian, float* out, std::size_t count);
void decode_i16(const std::uint8_t* bytes, bool big_endian, float* out, std::size_t count);
void decode_i32(const std::uint8_t* bytes, bool big_endian, float* out, std::size_t count);

}  // namespace halfstep::kernels
