#pragma once
// A value, or one sentence for a person that says why there is none.
#include <string>
#include <utility>
#include <variant>

namespace halfstep {

struct Error {
  std::string sentence;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}
  Result(Error error) : state_(std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() { return *std::get_if<0>(&state_); }
  const T& value() const { return *std::get_if<0>(&state_); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }
  const std::string& error() const { return std::get_if<1>(&state_)->sentence; }

 private:
  std::variant<T, Error> state_;
};

// Success, or one sentence.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : sentence_(std::move(error.sentence)) {}
  bool ok() const { return sentence_.empty(); }
  explicit operator bool() const { return ok(); }
  const std::string& error() const { return sentence_; }

 private:
  std::string sentence_;
};

}  // namespace halfstep
