#include "tensor/ggml_types.h"

namespace halfstep {
namespace {

// clang-format off
constexpr GgmlType kTypes[] = {
    {0, true, 1, 4, "F32"},
    {1, true, 1, 2, "F16"},
    {2, true, 32, 18, "Q4_0"},
    {3, true, 32, 20, "Q4_1"},
    {6, true, 32, 22, "Q5_0"},
    {7, true, 32, 24, "Q5_1"},
    {8, true, 32, 34, "Q8_0"},
    {9, false, 32, 36, "Q8_1"},
    {10, true, 256, 84, "Q2_K"},
    {11, true, 256, 110, "Q3_K"},
    {12, true, 256, 144, "Q4_K"},
    {13, true, 256, 176, "Q5_K"},
    {14, true, 256, 210, "Q6_K"},
    {15, false, 256, 292, "Q8_K"},
    {16, false, 256, 66, "IQ2_XXS"},
    {17, false, 256, 74, "IQ2_XS"},
    {18, false, 256, 98, "IQ3_XXS"},
    {19, false, 256, 50, "IQ1_S"},
    {20, true, 32, 18, "IQ4_NL"},
    {21, false, 256, 110, "IQ3_S"},
    {22, false, 256, 82, "IQ2_S"},
    {23, true, 256, 136, "IQ4_XS"},
    {24, true, 1, 1, "I8"},
    {25, true, 1, 2, "I16"},
    {26, true, 1, 4, "I32"},
    {27, false, 1, 8, "I64"},
    {28, true, 1, 8, "F64"},
    {29, false, 256, 56, "IQ1_M"},
    {30, true, 1, 2, "BF16"},
    // Taken back by ggml, but files have them: the blocks of Q4_0 and IQ4_NL, of several rows in turn.
    {31, false, 32, 18, "Q4_0_4_4"},
    {32, false, 32, 18, "Q4_0_4_8"},
    {33, false, 32, 18, "Q4_0_8_8"},
    {34, true, 256, 54, "TQ1_0"},
    {35, true, 256, 66, "TQ2_0"},
    {36, false, 32, 18, "IQ4_NL_4_4"},
    {37, false, 32, 18, "IQ4_NL_4_8"},
    {38, false, 32, 18, "IQ4_NL_8_8"},
    {39, true, 32, 17, "MXFP4"},
    {40, false, 64, 36, "NVFP4"},
    {41, false, 128, 18, "Q1_0"},
};
// clang-format on

}  // namespace

std::span<const GgmlType> ggml_types() { return kTypes; }

const GgmlType* find_ggml_type(std::uint32_t number) {
  for (const GgmlType& type : kTypes) {
    if (type.number == number) return &type;
  }
  return nullptr;
}

}  // namespace halfstep
