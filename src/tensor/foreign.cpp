#include "tensor/foreign.h"

#include <algorithm>

#include "tensor/utf8.h"

namespace halfstep {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::size_t at;
  std::string_view bytes;
  std::string_view kind;
};

constexpr Signature kSignatures[] = {
    {0, "ggml"sv, "a GGML model"},
    {0, "lmgg"sv, "a GGML model"},
    {0, "\x89HDF\r\n\x1a\n"sv, "an HDF5 file (Keras or .h5)"},
    {4, "TFL3"sv, "a TensorFlow Lite model"},
    {0, "\x80\x02"sv, "a Python pickle (.pt or .pkl)"},
    {0, "\x80\x03"sv, "a Python pickle (.pt or .pkl)"},
    {0, "\x80\x04"sv, "a Python pickle (.pt or .pkl)"},
    {0, "\x80\x05"sv, "a Python pickle (.pt or .pkl)"},
    {0, "\x89PNG"sv, "a PNG picture"},
    {0, "\xff\xd8\xff"sv, "a JPEG picture"},
    {0, "GIF8"sv, "a GIF picture"},
    {0, "%PDF"sv, "a PDF document"},
    {0, "RIFF"sv, "a RIFF file (WAV, WebP or AVI)"},
    {0, "\x1f\x8b"sv, "a gzip archive"},
    {0, "\x28\xb5\x2f\xfd"sv, "a Zstandard archive"},
    {0, "7z\xbc\xaf"sv, "a 7z archive"},
    {0, "\0asm"sv, "a WebAssembly module"},
    {0,
     "\x7f"
     "ELF"sv,
     "a program"},
};

struct Extension {
  std::string_view end;
  std::string_view kind;
};

constexpr Extension kZips[] = {
    {".npz", "an .npz archive of NumPy arrays, whose .npy files open one by one once unpacked"},
    {".pt", "a PyTorch checkpoint"},
    {".pth", "a PyTorch checkpoint"},
    {".bin", "a PyTorch checkpoint"},
    {".ckpt", "a PyTorch checkpoint"},
    {".keras", "a Keras model"},
};

// Formats without a signature of their own.
constexpr Extension kByName[] = {{".onnx", "an ONNX model"}, {".pb", "a TensorFlow graph"}};

template <std::size_t N>
std::string_view by_extension(const Extension (&table)[N], std::string_view lower_name) {
  for (const Extension& row : table) {
    if (lower_name.ends_with(row.end)) return row.kind;
  }
  return {};
}

// Text to the end of what is given, but for a last character cut in two.
bool is_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    const bool control = c < 0x20 && c != '\t' && c != '\n' && c != '\r';
    const std::size_t length = utf8_length(text, at);
    if (control || c == 0x7F || (length == 0 && at + 4 <= text.size())) return false;
    at += std::max<std::size_t>(length, 1);
  }
  return !text.empty();
}

}  // namespace

std::string_view foreign_kind(std::span<const std::uint8_t> head, std::string_view lower_name) {
  const std::string_view text(reinterpret_cast<const char*>(head.data()),
                              std::min<std::size_t>(head.size(), 512));
  for (const Signature& row : kSignatures) {
    if (text.size() >= row.at && text.substr(row.at).starts_with(row.bytes)) return row.kind;
  }
  if (text.starts_with("PK\x03\x04") || text.starts_with("PK\x05\x06")) {
    const std::string_view kind = by_extension(kZips, lower_name);
    return kind.empty() ? "a zip archive (.npz, PyTorch or Keras)" : kind;
  }
  if (text.starts_with("version https://git-lfs")) {
    return "a Git LFS pointer, not the weights it points to";
  }
  if (is_text(text)) return "text";
  return by_extension(kByName, lower_name);
}

}  // namespace halfstep
