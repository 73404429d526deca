#pragma once
// Equal shares of a row of weights.
#include <cstddef>
#include <cstdint>

namespace halfstep {

// Where the i-th of `parts` equal shares of n begins: floor(i·n/parts). The product takes 64 bits,
// where wasm's size_t has 32.
template <typename Size = std::size_t>
constexpr Size share_begin(Size i, Size n, Size parts) {
  return static_cast<Size>(std::uint64_t{i} * n / parts);
}

}  // namespace halfstep
