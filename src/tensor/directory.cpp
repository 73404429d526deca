#include "tensor/directory.h"

#include <algorithm>

#include "tensor/foreign.h"
#include "tensor/npy.h"
#include "tensor/safetensors.h"
#include "tensor/wording.h"

namespace halfstep {
namespace {

// Enough to tell the format, and what to read at once when less was given.
constexpr std::uint64_t kTell = 16;
constexpr std::uint64_t kFirstRead = 4096;

constexpr std::string_view kOpens = "; the lab opens .npy and .safetensors files.";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

bool is_npy(std::span<const std::uint8_t> head) {
  const std::string_view text(reinterpret_cast<const char*>(head.data()),
                              std::min(head.size(), kNpyMagic.size()));
  return kNpyMagic.starts_with(text);
}

// A header length the format allows, and the header's first byte.
bool is_safetensors(std::span<const std::uint8_t> head) {
  return head.size() > 8 && head[8] == '{' && head[4] == 0 && head[5] == 0 && head[6] == 0 &&
         head[7] == 0;
}

}  // namespace

Result<Directory> read_directory(std::span<const std::uint8_t> head, std::uint64_t file_bytes,
                                 std::string_view file_name) {
  if (file_bytes == 0) return Error{"This file is empty" + std::string(kOpens)};
  head = head.first(static_cast<std::size_t>(std::min<std::uint64_t>(head.size(), file_bytes)));
  if (head.size() < std::min(file_bytes, kTell))
    return Directory{std::min(file_bytes, kFirstRead), {}};

  if (is_npy(head)) return read_npy(head, file_bytes, file_name);
  if (is_safetensors(head)) return read_safetensors(head, file_bytes);
  const std::string name = lower(file_name);
  const std::string_view kind = foreign_kind(head, name);
  if (!kind.empty())
    return Error{"This file looks like " + std::string(kind) + std::string(kOpens)};
  if (name.ends_with(".safetensors") || (head.size() > 8 && head[8] == '{')) {
    return read_safetensors(head, file_bytes);
  }
  if (name.ends_with(".npy"))
    return Error{"This .npy file does not begin with NumPy's mark" + std::string(kOpens)};
  return Error{"The lab does not recognize this file" + std::string(kOpens)};
}

std::string why_undecodable(const TensorEntry& entry) {
  const bool raw = entry.stored_dtype.find('V') != std::string::npos;
  return "Tensor " + quoted(entry.name) + " is stored as " + quoted(entry.stored_dtype) +
         (raw ? ", raw bytes without a type (NumPy writes bfloat16 so)" : "") +
         ", which the lab does not decode; it decodes F64, F32, F16, BF16, I8, U8, I16 and I32.";
}

}  // namespace halfstep
