#pragma once
// An array whose allocation may fail with an answer instead of an abort.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>

namespace halfstep {

// Uninitialized storage for `size()` elements of a trivial type, 16-byte aligned.
template <typename T>
class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Buffer() { std::free(data_); }

  // False when memory does not allow it; the buffer is then empty.
  [[nodiscard]] bool allocate(std::size_t size) {
    std::free(data_);
    data_ = nullptr;
    size_ = 0;
    if (size == 0) return true;
    if (size > (SIZE_MAX - 15) / sizeof(T)) return false;
    data_ = static_cast<T*>(std::aligned_alloc(16, (size * sizeof(T) + 15) / 16 * 16));
    if (!data_) return false;
    size_ = size;
    return true;
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  std::span<T> span() { return {data_, size_}; }
  std::span<const T> span() const { return {data_, size_}; }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace halfstep
