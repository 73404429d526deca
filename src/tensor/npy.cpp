#include "tensor/npy.h"

#include "tensor/npy_descr.h"
#include "tensor/npy_header.h"
#include "tensor/wording.h"

namespace halfstep {
namespace {

// NumPy itself refuses headers above 10 000 bytes unless told to trust the file.
constexpr std::uint64_t kLongestHeader = std::uint64_t{1} << 20;

// "weights" from "/some/folder/weights.npy".
std::string array_name(std::string_view file_name) {
  const std::size_t slash = file_name.find_last_of("/\\");
  if (slash != std::string_view::npos) file_name.remove_prefix(slash + 1);
  if (file_name.size() > 4 && file_name.ends_with(".npy")) file_name.remove_suffix(4);
  return std::string(file_name.empty() ? "array" : file_name);
}

std::uint64_t little_endian(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

}  // namespace

Result<Directory> read_npy(std::span<const std::uint8_t> head, std::uint64_t file_bytes,
                           std::string_view file_name) {
  const std::size_t after_magic = kNpyMagic.size();
  const auto cut_short = [&] {
    return Error{"This .npy file is cut short: it ends inside its header, after " +
                 spell_bytes(file_bytes) + "."};
  };
  if (head.size() < after_magic + 2) return cut_short();
  const unsigned major = head[after_magic], minor = head[after_magic + 1];
  if (major < 1 || major > 3 || minor != 0) {
    return Error{"This .npy file has format version " + std::to_string(major) + "." +
                 std::to_string(minor) + "; the lab reads 1.0, 2.0 and 3.0."};
  }
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  const std::size_t header_begin = after_magic + 2 + length_bytes;
  if (head.size() < header_begin) return cut_short();
  const std::uint64_t length = little_endian(head.subspan(after_magic + 2, length_bytes));
  if (length > kLongestHeader) {
    return Error{"This .npy file claims a header of " + spell_bytes(length) +
                 "; the lab reads up to " + std::to_string(kLongestHeader) + "."};
  }
  const std::uint64_t data_begin = header_begin + length;
  if (data_begin > file_bytes) {
    return Error{"This .npy file is cut short: its header takes " + spell_bytes(data_begin) +
                 " and the file has " + std::to_string(file_bytes) + "."};
  }
  if (head.size() < data_begin) return Directory{data_begin, {}};

  const auto bytes = head.subspan(header_begin, static_cast<std::size_t>(length));
  auto header = read_npy_header({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!header) return Error{header.error()};
  const auto type = read_npy_descr(header->descr);
  if (!type) return Error{type.error()};
  const auto count = element_count(header->shape);
  if (!count) return Error{count.error()};

  const std::uint64_t available = file_bytes - data_begin;
  if (type.value().bytes != 0 && count.value() > available / type.value().bytes) {
    return Error{"This .npy file is cut short: " + spell_shape(header->shape) + " elements of " +
                 quoted(header->descr) + ", " + spell_bytes(type.value().bytes) +
                 " each, do not fit the " + spell_bytes(available) + " after its header."};
  }
  TensorEntry entry;
  entry.name = array_name(file_name);
  entry.decodable = type.value().dtype.has_value();
  entry.dtype = type.value().dtype.value_or(Dtype::F32);
  entry.stored_dtype = entry.decodable ? std::string(dtype_name(entry.dtype)) : header->descr;
  entry.big_endian = type.value().big_endian;
  entry.fortran_order = header->fortran_order;
  entry.shape = std::move(header->shape);
  entry.count = count.value();
  entry.begin = data_begin;
  entry.end = data_begin + entry.count * type.value().bytes;
  return Directory{0, {std::move(entry)}};
}

}  // namespace halfstep
