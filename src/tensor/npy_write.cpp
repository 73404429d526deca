#include "tensor/npy_write.h"

#include "tensor/npy.h"

namespace halfstep {

std::vector<std::uint8_t> npy_header(const Shape& shape) {
  std::string tuple;
  for (const std::uint64_t length : shape) {
    tuple += std::to_string(length) + (shape.size() == 1 ? "," : ", ");
  }
  if (shape.size() > 1) tuple.resize(tuple.size() - 2);
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + tuple + "), }";

  const std::size_t prefix = kNpyMagic.size() + 4;
  const std::size_t total = (prefix + header.size() + 1 + 63) / 64 * 64;
  header.resize(total - prefix - 1, ' ');
  header += '\n';

  std::vector<std::uint8_t> bytes(kNpyMagic.begin(), kNpyMagic.end());
  const std::size_t length = header.size();
  for (const std::size_t byte : {std::size_t{1}, std::size_t{0}, length & 0xFF, length >> 8}) {
    bytes.push_back(static_cast<std::uint8_t>(byte));
  }
  bytes.insert(bytes.end(), header.begin(), header.end());
  return bytes;
}

}  // namespace halfstep
