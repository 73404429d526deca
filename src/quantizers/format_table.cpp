// The rows of the table, and what a row needs of its own.
#include <cmath>

#include "quantizers/ecsq.h"
#include "quantizers/formats.h"
#include "quantizers/grids.h"
#include "quantizers/minifloat.h"

namespace halfstep {

namespace {

Design lloyd_max_design(const SortedIndex& index, int bits) { return lloyd_max(index, std::size_t{1} << bits); }
Design ecsq_design(const SortedIndex& index, int bits) { return ecsq(index, bits); }

template <const MinifloatSpec& spec>
Result<Codebook> float_grid(const Request& request) {
  return grid(spec, request.overflow == Overflow::Saturate);
}

Result<Codebook> own_float_grid(const Request& request) {
  const int mantissa = request.bits - 1 - request.exponent_bits;
  if (request.exponent_bits < 1 || request.exponent_bits > 8 || mantissa < 0 || mantissa > 10) {
    return Error{"A float of " + std::to_string(request.bits) + " bits is a sign, 1 to 8 exponent bits and 0 to 10 mantissa bits; " +
                 std::to_string(request.exponent_bits) + " exponent bits leave " + std::to_string(mantissa) + "."};
  }
  const MinifloatSpec spec = own_minifloat(request.exponent_bits, mantissa);
  const bool saturate = request.overflow == Overflow::Saturate;
  if (!saturate && spec.specials == Specials::None) {
    return Error{"A float of your own has an infinity to overflow to with 8 exponent bits alone; with " +
                 std::to_string(request.exponent_bits) + " all its codes are numbers, and it saturates."};
  }
  return grid(spec, saturate);
}

Result<Codebook> typed_grid(const Request& request) {
  Result<Codebook> typed = parse_levels(request.levels);
  if (typed && typed->levels.size() > std::size_t{1} << request.bits) {
    return Error{"A codebook of " + std::to_string(typed->levels.size()) + " levels takes more than " +
                 std::to_string(request.bits) + " bits a code."};
  }
  return typed;
}

Result<Codebook> nf4(const Request&) { return nf4_grid(); }
Result<Codebook> ternary(const Request&) { return ternary_grid(); }
Result<Codebook> sign(const Request&) { return sign_grid(); }
// k/64 for |k| ≤ 127, a tie to the even k.
Codebook int8_grid() {
  Codebook grid;
  for (int k = -127; k <= 127; ++k) grid.levels.push_back(static_cast<float>(k) / 64);
  for (int k = -127; k < 127; ++k) {
    const float middle = (static_cast<float>(k) + 0.5f) / 64;
    grid.edges.push_back(k % 2 == 0 ? std::nextafter(middle, INFINITY) : middle);
  }
  return grid;
}

// Two's complement of 8 bits with 6 behind the point; −2 is left unused, as OCP Microscaling v1.0 allows.
Result<Codebook> mxint8(const Request&) { return int8_grid(); }

constexpr unsigned kUniform = kTakesRange | kTakesGranularity | kTakesRounding | kTakesScale | kTakesTransform;
constexpr unsigned kGrid = kTakesRange | kTakesGranularity | kTakesScale | kTakesTransform;
constexpr Range kAbsmean{RangeRule::Absmean, 0};
constexpr Granularity kTensor{};
constexpr ScaleType kFloat32 = ScaleType::Float32, kE8m0 = ScaleType::E8m0;

constexpr Granularity block(std::uint64_t weights) { return {GranularityKind::Block, weights}; }

constexpr FormatRow uniform(FormatRow row, decltype(FormatRow::cells) cells, decltype(FormatRow::reach) reach) {
  row.family = "uniform";
  row.takes = kUniform;
  row.cells = cells;
  row.reach = reach;
  return row;
}
constexpr FormatRow designed(FormatRow row, decltype(FormatRow::design) design, bool entropy_coded) {
  row.family = "codebook";
  row.design = design;
  row.entropy_coded = entropy_coded;
  return row;
}
constexpr FormatRow leveled(FormatRow row, decltype(FormatRow::grid) grid, Granularity granularity = {},
                            ScaleType scale = kFloat32, Range range = {}) {
  row.takes |= kGrid;
  row.grid = grid;
  row.granularity = granularity;
  row.scale = scale;
  row.range = range;
  return row;
}
constexpr FormatRow cast(FormatRow row, decltype(FormatRow::grid) grid, double top) {
  row.takes = kTakesTransform | kTakesOverflow;
  row.grid = grid;
  row.scale = ScaleType::None;
  row.range = {RangeRule::Number, top};
  return row;
}
// As a standard fixes it; of OCP's power of two the rule alone is the person's.
constexpr FormatRow standard(FormatRow row, decltype(FormatRow::grid) grid, std::uint64_t weights, ScaleType scale) {
  row.family = "microscaling";
  row.takes = kTakesTransform | (scale == kE8m0 ? +kTakesScale : 0u);
  row.scales = bit(kE8m0) | bit(ScaleType::E8m0Ceil);
  row.grid = grid;
  row.granularity = block(weights);
  row.scale = scale;
  return row;
}

// As ggml stores it.
template <int index>
const BlockCodec* codec() {
  return &block_codecs()[index];
}
constexpr FormatRow gguf(FormatRow row, decltype(FormatRow::codec) codec, std::uint64_t weights) {
  row.family = "gguf";
  row.takes = kTakesTransform;
  row.codec = codec;
  row.scale = ScaleType::Own;
  row.granularity = block(weights);
  return row;
}
constexpr FormatRow vectors(FormatRow row, Lattice lattice) {
  row.family = "lattice";
  row.takes = kTakesRange | kTakesTransform;
  row.cells = midrise_cells;
  row.reach = midrise_reach;
  row.lattice = lattice;
  return row;
}

constexpr FormatRow asymmetric(FormatRow row) {
  row.symmetric = false;
  row.has_zero_point = true;
  return row;
}
constexpr FormatRow packed(FormatRow row, double bits) {
  row.packed_bits = bits;
  return row;
}

// Five ternary codes fit a byte: 3⁵ = 243.
constexpr double kTernaryBits = 8.0 / 5;
// Of 256 the last 16 by fours.
constexpr double kTrits256 = 8.0 * (48 + 4) / 256;

constexpr FormatRow kFormats[] = {
    uniform({"int", "int, symmetric", "", "k = clamp(round(x/Δ), −K, K), K = 2^(b−1) − 1, Δ = range/K; one bit is the sign",
             1, 16}, int_cells, int_reach),
    asymmetric(uniform({"uint", "uint, affine", "",
                        "k = clamp(round(x/Δ) + z, 0, 2^b − 1), Δ = (hi − lo)/(2^b − 1), z = round(−lo/Δ)", 1, 16},
                       uint_cells, uint_reach)),
    uniform({"midrise", "mid-rise", "", "Q = (k + ½)Δ, k = clamp(floor(x/Δ), −2^(b−1), 2^(b−1) − 1), Δ = range/2^(b−1)",
             1, 16}, midrise_cells, midrise_reach),

    designed({"lloyd-max", "Lloyd–Max codebook", "", "2^b levels, each the mean of its cell: the least noise of so many levels",
              1, 8, kTakesGranularity}, lloyd_max_design, false),
    designed({"ecsq", "entropy-constrained", "",
              "the least noise of codes whose entropy is b bits, as an entropy coder stores them", 1, 8}, ecsq_design, true),
    leveled({"nf4", "NF4", "codebook", "16 levels at the quantiles of a normal law, times the block’s largest magnitude (QLoRA)",
             4, 4}, nf4, block(64)),
    leveled({"nf4-double", "NF4, double quantized", "codebook", "NF4 whose scales are quantized to 8 bits in their turn (QLoRA)",
             4, 4}, nf4, block(64), ScaleType::Nested),
    leveled({"codebook", "typed codebook", "codebook", "levels of your own, times a scale that puts their end on the range’s",
             1, 8, kTakesLevels}, typed_grid),
    packed(leveled({"ternary", "ternary, BitNet b1.58", "codebook", "−1, 0 or 1 times the mean magnitude; five codes a byte", 2, 2},
                   ternary, kTensor, kFloat32, kAbsmean), kTernaryBits),
    leveled({"binary", "binary, sign", "codebook", "the sign times the mean magnitude", 1, 1}, sign, kTensor, kFloat32, kAbsmean),

    leveled({"e4m3", "FP8 E4M3", "float", "4 exponent and 3 mantissa bits, up to 448; no infinity (OCP FP8)", 8, 8, kTakesOverflow}, float_grid<kE4m3>),
    leveled({"e5m2", "FP8 E5M2", "float", "5 exponent and 2 mantissa bits, up to 57344 (OCP FP8)", 8, 8, kTakesOverflow}, float_grid<kE5m2>),
    leveled({"e3m2", "FP6 E3M2", "float", "3 exponent and 2 mantissa bits, up to 28 (OCP MX)", 6, 6}, float_grid<kE3m2>),
    leveled({"e2m3", "FP6 E2M3", "float", "2 exponent and 3 mantissa bits, up to 7.5 (OCP MX)", 6, 6}, float_grid<kE2m3>),
    leveled({"e2m1", "FP4 E2M1", "float", "0, ½, 1, 1½, 2, 3, 4, 6 and their negatives (OCP MX)", 4, 4}, float_grid<kE2m1>),
    leveled({"float", "a float of your own", "float", "a sign, e exponent bits and b − 1 − e mantissa bits, 2^(e−1) − 1 the bias", 2, 19,
             kTakesExponent | kTakesOverflow}, own_float_grid),
    cast({"bf16", "BF16", "float", "the upper half of a float32, cast without a scale", 16, 16}, float_grid<kBf16>, 0x1.FEp127),
    cast({"fp16", "FP16", "float", "IEEE half precision, cast without a scale", 16, 16}, float_grid<kFp16>, 65504),

    standard({"mxfp8-e4m3", "MXFP8 E4M3", "", "E4M3 in blocks of 32 under a power of two (OCP Microscaling)", 8, 8},
             float_grid<kE4m3>, 32, kE8m0),
    standard({"mxfp8-e5m2", "MXFP8 E5M2", "", "E5M2 in blocks of 32 under a power of two (OCP Microscaling)", 8, 8},
             float_grid<kE5m2>, 32, kE8m0),
    standard({"mxfp6-e3m2", "MXFP6 E3M2", "", "E3M2 in blocks of 32 under a power of two (OCP Microscaling)", 6, 6},
             float_grid<kE3m2>, 32, kE8m0),
    standard({"mxfp6-e2m3", "MXFP6 E2M3", "", "E2M3 in blocks of 32 under a power of two (OCP Microscaling)", 6, 6},
             float_grid<kE2m3>, 32, kE8m0),
    standard({"mxfp4", "MXFP4", "", "E2M1 in blocks of 32 under a power of two (OCP Microscaling)", 4, 4}, float_grid<kE2m1>, 32,
             kE8m0),
    standard({"mxint8", "MXINT8", "", "k/64, |k| ≤ 127, in blocks of 32 under a power of two (OCP Microscaling)", 8, 8}, mxint8, 32,
             kE8m0),
    standard({"nvfp4", "NVFP4", "", "E2M1 in blocks of 16 under an E4M3 scale, and one float32 for the tensor", 4, 4},
             float_grid<kE2m1>, 16, ScaleType::E4m3),

    gguf({"q4_0", "Q4_0", "", "d·(k − 8), d the signed extreme over −8, as float16 (GGUF)", 4, 4}, codec<0>, 32),
    gguf({"q4_1", "Q4_1", "", "d·k + m, d and m of the block’s ends, as float16 (GGUF)", 4, 4}, codec<1>, 32),
    gguf({"q5_0", "Q5_0", "", "d·(k − 16), d the signed extreme over −16, as float16 (GGUF)", 5, 5}, codec<2>, 32),
    gguf({"q5_1", "Q5_1", "", "d·k + m, d and m of the block’s ends, as float16 (GGUF)", 5, 5}, codec<3>, 32),
    gguf({"q8_0", "Q8_0", "", "d·k, d the largest magnitude over 127, as float16 (GGUF)", 8, 8}, codec<4>, 32),
    gguf({"q2_k", "Q2_K", "", "d·s·k − m·t, 4-bit s and t for each 16 weights, float16 d and m for 256 (GGUF)", 2, 2}, codec<5>, 256),
    gguf({"q3_k", "Q3_K", "", "d·(s − 32)·(k − 4), a 6-bit s for each 16 weights, a float16 d for 256 (GGUF)", 3, 3}, codec<6>, 256),
    gguf({"q4_k", "Q4_K", "", "d·s·k − m·t, 6-bit s and t for each 32 weights, float16 d and m for 256 (GGUF)", 4, 4}, codec<7>, 256),
    gguf({"q5_k", "Q5_K", "", "d·s·k − m·t, 6-bit s and t for each 32 weights, float16 d and m for 256 (GGUF)", 5, 5}, codec<8>, 256),
    gguf({"q6_k", "Q6_K", "", "d·s·(k − 32), an 8-bit s for each 16 weights, a float16 d for 256 (GGUF)", 6, 6}, codec<9>, 256),
    gguf({"iq4_nl", "IQ4_NL", "", "d times one of 16 uneven levels, d as float16 (GGUF)", 4, 4}, codec<10>, 32),
    gguf({"iq4_xs", "IQ4_XS", "", "d·(s − 32) times one of 16 uneven levels, a 6-bit s for each 32 weights (GGUF)", 4, 4}, codec<11>, 256),
    packed(gguf({"tq1_0", "TQ1_0", "", "d·(k − 1), five ternary codes a byte, a float16 d for 256 (GGUF)", 2, 2}, codec<12>, 256),
           kTrits256),
    gguf({"tq2_0", "TQ2_0", "", "d·(k − 1), four ternary codes a byte, a float16 d for 256 (GGUF)", 2, 2}, codec<13>, 256),

    vectors({"a2", "lattice A2", "",
             "pairs of weights to the nearest point of a hexagonal lattice, 2^b steps a range; its P points within reach take ½ log₂ P bits a weight",
             1, 12}, Lattice::A2),
    vectors({"d4", "lattice D4", "",
             "fours of weights to the nearest point of D4, 2^b steps a range; its P points within reach take ¼ log₂ P bits a weight",
             1, 12}, Lattice::D4),
    vectors({"e8", "lattice E8", "",
             "eights of weights to the nearest point of E8, 2^b steps a range; its P points within reach take ⅛ log₂ P bits a weight",
             1, 12}, Lattice::E8),
};

}  // namespace

std::span<const FormatRow> formats() { return kFormats; }

}  // namespace halfstep
