#pragma once
// The tensor types of GGUF as published: numbers from ggml's docs/gguf.md and ggml.h, weights and
// bytes of a block from gguf-py's GGML_QUANT_SIZES, in its own terms.
#include <cstdint>
#include <string_view>

namespace halfstep::testing {

struct GgmlSize {
  std::uint32_t number;
  std::string_view name;
  std::uint64_t weights;
  std::uint64_t bytes;
};

inline constexpr std::uint64_t QK_K = 256;

// Those the lab decodes.
inline constexpr GgmlSize kDecodedGgml[] = {
    {0, "F32", 1, 4},
    {1, "F16", 1, 2},
    {30, "BF16", 1, 2},
    {28, "F64", 1, 8},
    {24, "I8", 1, 1},
    {25, "I16", 1, 2},
    {26, "I32", 1, 4},
    {2, "Q4_0", 32, 2 + 16},
    {3, "Q4_1", 32, 2 + 2 + 16},
    {6, "Q5_0", 32, 2 + 4 + 16},
    {7, "Q5_1", 32, 2 + 2 + 4 + 16},
    {8, "Q8_0", 32, 2 + 32},
    {10, "Q2_K", 256, 2 + 2 + QK_K / 16 + QK_K / 4},
    {11, "Q3_K", 256, 2 + QK_K / 4 + QK_K / 8 + 12},
    {12, "Q4_K", 256, 2 + 2 + QK_K / 2 + 12},
    {13, "Q5_K", 256, 2 + 2 + QK_K / 2 + QK_K / 8 + 12},
    {14, "Q6_K", 256, 2 + QK_K / 2 + QK_K / 4 + QK_K / 16},
    {20, "IQ4_NL", 32, 2 + 16},
    {23, "IQ4_XS", 256, 2 + 2 + QK_K / 2 + QK_K / 64},
    {34, "TQ1_0", 256, 2 + 4 * 13},
    {35, "TQ2_0", 256, 2 + 64},
    {39, "MXFP4", 32, 1 + 16},
};

// Those it lists. Q8_1 and Q8_K as in ggml-common.h: half, half, 32 × int8; float, 256 × int8, 16 ×
// int16.
inline constexpr GgmlSize kListedGgml[] = {
    {9, "Q8_1", 32, 2 + 2 + 32},
    {15, "Q8_K", 256, 4 + QK_K + QK_K / 8},
    {16, "IQ2_XXS", 256, 2 + QK_K / 4},
    {17, "IQ2_XS", 256, 2 + QK_K / 4 + QK_K / 32},
    {18, "IQ3_XXS", 256, 2 + QK_K / 4 + QK_K / 8},
    {19, "IQ1_S", 256, 2 + QK_K / 8 + QK_K / 16},
    {21, "IQ3_S", 256, 2 + QK_K / 4 + QK_K / 8 + QK_K / 32 + 4},
    {22, "IQ2_S", 256, 2 + QK_K / 4 + QK_K / 16},
    {27, "I64", 1, 8},
    {29, "IQ1_M", 256, QK_K / 8 + QK_K / 16 + QK_K / 32},
    {40, "NVFP4", 64, 4 + 32},
    {41, "Q1_0", 128, 2 + 16},
};

}  // namespace halfstep::testing
