#include "kernels/decode.h"

#include <bit>
#include <cstring>
#include <string>

#include "tensor/wording.h"

namespace halfstep {
namespace {

static_assert(std::endian::native == std::endian::little);

std::uint8_t swapped(std::uint8_t bits) { return bits; }
std::uint16_t swapped(std::uint16_t bits) { return __builtin_bswap16(bits); }
std::uint32_t swapped(std::uint32_t bits) { return __builtin_bswap32(bits); }
std::uint64_t swapped(std::uint64_t bits) { return __builtin_bswap64(bits); }

float as_float(std::uint32_t bits) { return __builtin_bit_cast(float, bits); }

template <typename Bits, bool kSwap, typename Convert>
void decode_each(const std::uint8_t* bytes, float* out, std::size_t count, Convert convert) {
  for (std::size_t i = 0; i < count; ++i) {
    Bits bits;
    std::memcpy(&bits, bytes + i * sizeof(Bits), sizeof(Bits));
    if constexpr (kSwap) bits = swapped(bits);
    const float value = convert(bits);
    std::memcpy(out + i, &value, sizeof(value));
  }
}

template <typename Bits, typename Convert>
void decode_all(const std::uint8_t* bytes, bool big_endian, float* out, std::size_t count,
                Convert convert) {
  if (big_endian) {
    decode_each<Bits, true>(bytes, out, count, convert);
  } else {
    decode_each<Bits, false>(bytes, out, count, convert);
  }
}

// IEEE binary16 by its three exponent cases, with masks instead of branches so that it vectorizes,
// and without float32 denormals, which are slow on some processors.
float from_f16(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000u) << 16;
  const std::uint32_t magnitude = (half & 0x7FFFu) << 13;
  const std::uint32_t special = 0u - static_cast<std::uint32_t>(magnitude >= (31u << 23));
  const std::uint32_t denormal = 0u - static_cast<std::uint32_t>(magnitude < (1u << 23));
  const std::uint32_t rebiased = magnitude + (112u << 23) + (special & (112u << 23));
  // A denormal is its fraction in units of 2^-24: put it under the exponent of 2^-14, take that
  // away.
  const float fraction = as_float(magnitude + (113u << 23)) - as_float(113u << 23);
  const std::uint32_t small = __builtin_bit_cast(std::uint32_t, fraction);
  return as_float(sign | (denormal & small) | (~denormal & rebiased));
}

void decode_f64(const std::uint8_t* bytes, bool big_endian, float* out, std::size_t count) {
  decode_all<std::uint64_t>(bytes, big_endian, out, count, [](std::uint64_t bits) {
    return static_cast<float>(__builtin_bit_cast(double, bits));
  });
}

void decode_f32(const std::uint8_t* bytes, bool big_endian, float* out, std::size_t count) {
  if (!big_endian) {
    std::memcpy(out, bytes, count * sizeof(float));
  } else {
    decode_each<std::uint32_t, true>(bytes, out, count, as_float);
  }
}

void decode_f16(const std::uint8_t* bytes, bool big_endian, float* out, std::size_t count) {
  decode_all<std::uint16_t>(bytes, big_endian, out, count, from_f16);
}

void decode_bf16(const std::uint8_t* bytes, bool big_endian, float* out, std::size_t count) {
  decode_all<std::uint16_t>(bytes, big_endian, out, count, [](std::uint16_t bits) {
    return as_float(static_cast<std::uint32_t>(bits) << 16);
  });
}

void decode_i8(const std::uint8_t* bytes, bool big_endian, float* out, std::size_t count) {
  decode_all<std::uint8_t>(bytes, big_endian, out, count, [](std::uint8_t bits) {
    return static_cast<float>(static_cast<std::int8_t>(bits));
  });
}

void decode_u8(const std::uint8_t* bytes, bool big_endian, float* out, std::size_t count) {
  decode_all<std::uint8_t>(bytes, big_endian, out, count,
                           [](std::uint8_t bits) { return static_cast<float>(bits); });
}

void decode_i16(const std::uint8_t* bytes, bool big_endian, float* out, std::size_t count) {
  decode_all<std::uint16_t>(bytes, big_endian, out, count, [](std::uint16_t bits) {
    return static_cast<float>(static_cast<std::int16_t>(bits));
  });
}

void decode_i32(const std::uint8_t* bytes, bool big_endian, float* out, std::size_t count) {
  decode_all<std::uint32_t>(bytes, big_endian, out, count, [](std::uint32_t bits) {
    return static_cast<float>(static_cast<std::int32_t>(bits));
  });
}

// In the order of the enumeration.
constexpr void (*kDecoders[])(const std::uint8_t* bytes, bool big_endian, float* out, std::size_t count) = {
    decode_f64,
    decode_f32,
    decode_f16,
    decode_bf16,
    decode_i8,
    decode_u8,
    decode_i16,
    decode_i32,
};

}  // namespace

Status decode(Dtype dtype, bool big_endian, std::span<const std::uint8_t> bytes, std::span<float> out) {
  const std::size_t size = dtype_bytes(dtype);
  if (bytes.size() % size != 0 || bytes.size() / size != out.size()) {
    return Error{std::to_string(out.size()) + " elements of " + std::string(dtype_name(dtype)) +
                 " can't be decoded from " + spell_bytes(bytes.size()) + "."};
  }
  if (!out.empty()) kDecoders[static_cast<std::size_t>(dtype)](bytes.data(), big_endian, out.data(), out.size());
  return {};
}

}  // namespace halfstep
