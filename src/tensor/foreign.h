#pragma once
#include <cstdint>
#include <span>
#include <string_view>

namespace halfstep {

// What a file that is no .npy, no .safetensors and no .gguf looks like, with its article ("a GGUF
// model"), from its first bytes and its name in lower case; empty when it looks like nothing known.
std::string_view foreign_kind(std::span<const std::uint8_t> head, std::string_view lower_name);

}  // namespace halfstep
