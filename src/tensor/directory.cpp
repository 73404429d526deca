#include "tensor/directory.h"

#include <algorithm>

#include "tensor/foreign.h"
#include "tensor/gguf.h"
#include "tensor/npy.h"
#include "tensor/safetensors.h"
#include "tensor/wording.h"

namespace halfstep {
namespace {

// Enough to tell the format, and what to read at once when less was given.
constexpr std::uint64_t kTell = 16;
constexpr std::uint64_t kFirstRead = 4096;

constexpr std::string_view kOpens = "; the lab opens .npy, .safetensors and .gguf files.";

// The mark, or as much of it as a file cut short has.
bool has_mark(std::span<const std::uint8_t> head, std::string_view mark) {
  return mark.starts_with(
      {reinterpret_cast<const char*>(head.data()), std::min(head.size(), mark.size())});
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

  if (has_mark(head, kNpyMagic)) return read_npy(head, file_bytes, file_name);
  if (has_mark(head, kGgufMagic)) return read_gguf(head, file_bytes);
  if (is_safetensors(head)) return read_safetensors(head, file_bytes);
  const std::string name = lower_case(file_name);
  const std::string_view kind = foreign_kind(head, name);
  if (!kind.empty())
    return Error{"This file looks like " + std::string(kind) + std::string(kOpens)};
  if (name.ends_with(".safetensors") || (head.size() > 8 && head[8] == '{')) {
    return read_safetensors(head, file_bytes);
  }
  if (name.ends_with(".npy"))
    return Error{"This .npy file does not begin with NumPy's mark" + std::string(kOpens)};
  if (name.ends_with(".gguf"))
    return Error{"This .gguf file does not begin with GGUF's mark" + std::string(kOpens)};
  return Error{"The lab does not recognize this file" + std::string(kOpens)};
}

std::string why_undecodable(const TensorEntry& entry) {
  // "|V2", but not "NVFP4".
  const std::size_t kind = entry.stored_dtype.find_last_of("V") + 1;
  const bool raw = kind > 0 && kind < entry.stored_dtype.size() && entry.stored_dtype[kind] <= '9';
  return "Tensor " + quoted(entry.name) + " is stored as " + quoted(entry.stored_dtype) +
         (raw ? ", raw bytes without a type (NumPy writes bfloat16 so)" : "") +
         ", which the lab does not decode; it decodes F64, F32, F16, BF16, I8, U8, I16, I32, "
         "and GGUF's Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K to Q6_K, IQ4_NL, IQ4_XS, TQ1_0, TQ2_0 and "
         "MXFP4.";
}

}  // namespace halfstep
