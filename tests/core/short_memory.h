#pragma once
// Memory that runs out when a test says so. Natively alone: under wasm the allocator is not ours to replace.
#include <cstddef>

#if !defined(__EMSCRIPTEN__)
#define HALFSTEP_SHORT_MEMORY 1

namespace tests {

// While it lives, the allocations of Buffer fail after `left` more.
class ShortMemory {
 public:
  explicit ShortMemory(std::size_t left);
  ShortMemory(const ShortMemory&) = delete;
  ~ShortMemory();
};

}  // namespace tests

#endif
