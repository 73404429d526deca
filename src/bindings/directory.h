#pragma once
// The tensors of a file as JavaScript sees them (web/core/module.ts).
#include <string>

#include "bindings/values.h"

namespace halfstep {

// `head` is the file's first bytes. Entries, or how many bytes it takes.
val js_directory(const std::string& head, double file_bytes, const std::string& file_name);

}  // namespace halfstep
