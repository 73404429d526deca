#include "tensor/tensor.h"

#include "kernels/decode.h"
#include "tensor/wording.h"

namespace halfstep {
namespace {

struct DtypeRow {
  Dtype dtype;
  std::string_view name;
  std::size_t bytes;
  void (*decode)(const std::uint8_t* bytes, bool big_endian, float* out, std::size_t count);
};

// In the order of the enumeration.
constexpr DtypeRow kDtypes[] = {
    {Dtype::F64, "F64", 8, kernels::decode_f64}, {Dtype::F32, "F32", 4, kernels::decode_f32},
    {Dtype::F16, "F16", 2, kernels::decode_f16}, {Dtype::BF16, "BF16", 2, kernels::decode_bf16},
    {Dtype::I8, "I8", 1, kernels::decode_i8},    {Dtype::U8, "U8", 1, kernels::decode_u8},
    {Dtype::I16, "I16", 2, kernels::decode_i16}, {Dtype::I32, "I32", 4, kernels::decode_i32},
};

constexpr std::uint64_t kMostElements = std::uint64_t{1} << 53;

const DtypeRow& row(Dtype dtype) { return kDtypes[static_cast<std::size_t>(dtype)]; }

}  // namespace

std::string_view dtype_name(Dtype dtype) { return row(dtype).name; }

std::size_t dtype_bytes(Dtype dtype) { return row(dtype).bytes; }

Result<Dtype> parse_dtype(std::string_view name) {
  for (const DtypeRow& candidate : kDtypes) {
    if (candidate.name == name) return candidate.dtype;
  }
  return Error{quoted(name) +
               " is not a type the lab decodes: F64, F32, F16, BF16, I8, U8, I16, I32."};
}

Result<std::uint64_t> element_count(const Shape& shape) {
  const auto too_many = [&] {
    return Error{"The shape " + spell_shape(shape) + " holds more than 2^53 elements."};
  };
  bool empty = false;
  for (const std::uint64_t length : shape) {
    if (length > kMostElements) return too_many();
    empty = empty || length == 0;
  }
  if (empty) return std::uint64_t{0};
  std::uint64_t count = 1;
  for (const std::uint64_t length : shape) {
    if (count > kMostElements / length) return too_many();
    count *= length;
  }
  return count;
}

Status decode(Dtype dtype, bool big_endian, std::span<const std::uint8_t> bytes,
              std::span<float> out) {
  const std::size_t size = dtype_bytes(dtype);
  if (bytes.size() % size != 0 || bytes.size() / size != out.size()) {
    return Error{std::to_string(out.size()) + " elements of " + std::string(dtype_name(dtype)) +
                 " can't be decoded from " + spell_bytes(bytes.size()) + "."};
  }
  if (!out.empty()) row(dtype).decode(bytes.data(), big_endian, out.data(), out.size());
  return {};
}

}  // namespace halfstep
