#pragma once
// NumPy's .npy, versions 1 to 3 (numpy/lib/format.py): magic, version, header length, and a Python
// dictionary literal with exactly the keys descr, fortran_order and shape; then the elements.
#include "tensor/directory.h"

namespace halfstep {

inline constexpr std::string_view kNpyMagic = "\x93NUMPY";

// The one array of the file, named after the file without its folder and ".npy". `head` holds at
// least the first 16 bytes, or the whole file. As NumPy does: a header of Python 2 ("3L") reads,
// "=" and "|" are the reader's own order (little endian), and bytes after the elements are ignored.
// Records, objects, negative or absurd shapes, and files shorter than their shape give a sentence.
Result<Directory> read_npy(std::span<const std::uint8_t> head, std::uint64_t file_bytes,
                           std::string_view file_name);

}  // namespace halfstep
