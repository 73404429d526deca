#include "short_memory.h"

#ifdef HALFSTEP_SHORT_MEMORY
#include <cstdint>
#include <cstdlib>

namespace {

std::size_t left_over = SIZE_MAX;

}  // namespace

// Buffer's way to memory, before the C library's.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  if (left_over == 0) return nullptr;
  if (left_over != SIZE_MAX) --left_over;
  void* memory = nullptr;
  return posix_memalign(&memory, alignment, size) == 0 ? memory : nullptr;
}

namespace tests {

ShortMemory::ShortMemory(std::size_t left) { left_over = left; }
ShortMemory::~ShortMemory() { left_over = SIZE_MAX; }

}  // namespace tests
#endif
