#pragma once
// Files as bytes, written here without the code under test.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/directory.h"

namespace halfstep::testing {

using Bytes = std::vector<std::uint8_t>;

inline void append(Bytes& bytes, std::string_view text) {
  bytes.insert(bytes.end(), text.begin(), text.end());
}

inline void append_little_endian(Bytes& bytes, std::uint64_t value, int size) {
  for (int i = 0; i < size; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

inline Bytes npy_file(std::string_view header, std::size_t data_bytes, int version = 1) {
  Bytes bytes;
  append(bytes, "\x93NUMPY");
  bytes.push_back(static_cast<std::uint8_t>(version));
  bytes.push_back(0);
  append_little_endian(bytes, header.size(), version == 1 ? 2 : 4);
  append(bytes, header);
  bytes.resize(bytes.size() + data_bytes);
  return bytes;
}

inline std::string npy_dict(std::string_view descr, std::string_view shape,
                            std::string_view fortran_order = "False") {
  return "{'descr': '" + std::string(descr) + "', 'fortran_order': " + std::string(fortran_order) +
         ", 'shape': " + std::string(shape) + ", }\n";
}

inline Bytes safetensors_file(std::string_view header, std::size_t data_bytes) {
  Bytes bytes;
  append_little_endian(bytes, header.size(), 8);
  append(bytes, header);
  bytes.resize(bytes.size() + data_bytes);
  return bytes;
}

// {"name":{"dtype":…,"shape":…,"data_offsets":…}} without the outer braces.
inline std::string tensor_json(std::string_view name, std::string_view dtype,
                               std::string_view shape, std::string_view offsets) {
  return "\"" + std::string(name) + "\":{\"dtype\":\"" + std::string(dtype) +
         "\",\"shape\":" + std::string(shape) + ",\"data_offsets\":" + std::string(offsets) + "}";
}

inline Result<Directory> whole_directory(const Bytes& file, std::string_view name = "file") {
  return read_directory(file, file.size(), name);
}

}  // namespace halfstep::testing
