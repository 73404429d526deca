#pragma once
// Answers to JavaScript: plain objects, and arrays that are copies.
#include <emscripten/bind.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/tensor.h"

namespace halfstep {

using emscripten::val;

inline val failure(const std::string& sentence) {
  val answer = val::object();
  answer.set("error", sentence);
  return answer;
}

inline val text(std::string_view s) { return val(std::string(s)); }
inline val number(std::uint64_t n) { return val(static_cast<double>(n)); }

// A std::string is Embind's copy of a Uint8Array.
inline std::span<const std::uint8_t> as_bytes(const std::string& bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

// A new typed array with these elements.
template <typename T>
val copy(const char* type, const T* data, std::size_t count) {
  return val::global(type).new_(val(emscripten::typed_memory_view(count, data)));
}

inline val floats(const std::vector<float>& x) { return copy("Float32Array", x.data(), x.size()); }
inline val floats(const std::vector<double>& x) { return copy("Float64Array", x.data(), x.size()); }

inline val numbers(const Shape& shape) {
  val array = val::array();
  for (const std::uint64_t dimension : shape) array.call<void>("push", number(dimension));
  return array;
}

}  // namespace halfstep
