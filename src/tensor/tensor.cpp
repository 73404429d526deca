#include "tensor/tensor.h"

#include "tensor/wording.h"

namespace halfstep {
namespace {

struct DtypeRow {
  Dtype dtype;
  std::string_view name;
  std::size_t bytes;
};

// In the order of the enumeration.
constexpr DtypeRow kDtypes[] = {
    {Dtype::F64, "F64", 8},
    {Dtype::F32, "F32", 4},
    {Dtype::F16, "F16", 2},
    {Dtype::BF16, "BF16", 2},
    {Dtype::I8, "I8", 1},
    {Dtype::U8, "U8", 1},
    {Dtype::I16, "I16", 2},
    {Dtype::I32, "I32", 4},
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

}  // namespace halfstep
