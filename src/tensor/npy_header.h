#pragma once
// The header of a .npy file: a Python dictionary literal.
#include <string>
#include <string_view>

#include "tensor/tensor.h"

namespace halfstep {

struct NpyHeader {
  std::string descr;
  bool fortran_order = false;
  Shape shape;
};

// The part of Python's literals that NumPy writes: quotes of either kind, keys in any order,
// trailing commas, tuples of whole numbers with Python 2's "L", and up to 64 axes. Records (a descr
// that is a list or a tuple) and anything else give a sentence.
Result<NpyHeader> read_npy_header(std::string_view text);

}  // namespace halfstep
