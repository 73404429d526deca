// libFuzzer: clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Isrc
//   tests/fuzz/directory_fuzz.cpp src/tensor/*.cpp src/kernels/decode.cpp
#include <cstdlib>

#include "directory_check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (!halfstep::testing::check_directory({data, size}).empty()) std::abort();
  return 0;
}
