#include "quantizers/grids.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "tensor/wording.h"

namespace halfstep {

namespace {

constexpr std::size_t kMostLevels = 256;

enum class Ties { ToEvenCode,
                  ToOddCode };

// Edges at the midpoints as float32 arithmetic has them.
Codebook halfway(std::vector<float> levels, Ties ties) {
  Codebook book;
  for (std::size_t k = 1; k < levels.size(); ++k) {
    const float middle = (levels[k - 1] + levels[k]) * 0.5f;
    // Of a tie between the codes k − 1 and k.
    const bool down = (k % 2 == 1) == (ties == Ties::ToEvenCode);
    book.edges.push_back(down ? std::nextafter(middle, std::numeric_limits<float>::infinity()) : middle);
  }
  book.levels = std::move(levels);
  return book;
}

std::string_view trimmed(std::string_view text) {
  const auto space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

// A decimal number as float32; not finite when the text is anything else, or too large.
float parse_level(std::string_view text) {
  const std::string copy(text);
  if (copy.empty() || copy.find_first_not_of("+-.0123456789eE") != std::string::npos) return NAN;
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  if (end != copy.c_str() + copy.size() || !(std::fabs(value) <= std::numeric_limits<float>::max())) return NAN;
  return static_cast<float>(value);
}

}  // namespace

Codebook nf4_grid() {
  constexpr float kLevels[] = {-1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f,
                               -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0.0f,
                               0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f,
                               0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1.0f};
  // As bitsandbytes prints them: the decimals of midpoints in double, some an ulp from the midpoint in float32.
  constexpr float kThresholds[] = {-0.8480964004993439f, -0.6106329262256622f, -0.4599952697753906f,
                                   -0.33967943489551544f, -0.23460740596055984f, -0.13791173323988914f,
                                   -0.045525018125772476f, 0.03979014977812767f, 0.1202552504837513f,
                                   0.2035212516784668f, 0.2920137718319893f, 0.3893125355243683f,
                                   0.5016634166240692f, 0.6427869200706482f, 0.8614784181118011f};
  Codebook book{{std::begin(kLevels), std::end(kLevels)}, {}};
  book.reciprocal = true;
  for (const float threshold : kThresholds) {
    book.edges.push_back(std::nextafter(threshold, std::numeric_limits<float>::infinity()));
  }
  return book;
}

Codebook ternary_grid() { return halfway({-1, 0, 1}, Ties::ToOddCode); }

Codebook sign_grid() { return halfway({-1, 1}, Ties::ToOddCode); }

Result<Codebook> parse_levels(std::string_view text) {
  const auto commas = static_cast<std::size_t>(std::count(text.begin(), text.end(), ','));
  if (commas == 0 || commas >= kMostLevels) {
    return Error{"A codebook is 2 to " + std::to_string(kMostLevels) + " numbers with commas between them, not " +
                 quoted(text) + "."};
  }
  std::vector<double> levels;
  for (std::size_t i = 0; i <= commas; ++i) {
    const std::string_view word = text.substr(0, text.find(','));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    const float level = parse_level(trimmed(word));
    if (!std::isfinite(level)) {
      return Error{"A level is a decimal number float32 can hold, not " + quoted(trimmed(word)) + "."};
    }
    if (std::find(levels.begin(), levels.end(), level) != levels.end()) {
      return Error{"The levels of a codebook differ as float32, but " + quoted(trimmed(word)) + " is there twice."};
    }
    levels.push_back(level);
  }
  return nearest_codebook(levels);
}

Codebook dynamic_map() {
  std::vector<float> levels(256);
  float* up = &levels[128];
  float* down = &levels[126];
  // The middle j of 2^k parts is (2·2^k + 18j + 9)/(20·2^k), its decade 10^(k−6): all whole but for one division.
  double parts = 1, divisor = 20e6;
  for (int k = 0; k < 7; ++k, parts *= 2, divisor /= 5) {
    for (double j = 0; j < parts; ++j, ++up, --down) {
      *up = static_cast<float>((2 * parts + 18 * j + 9) / divisor);
      *down = -*up;
    }
  }
  levels[255] = 1;
  return halfway(std::move(levels), Ties::ToEvenCode);
}

void double_quantized(std::span<const float> scales, const Codebook& map, const PutDoubleQuantized& put) {
  double sum = 0;
  for (const float scale : scales) sum += static_cast<double>(scale);
  const float mean = static_cast<float>(sum / static_cast<double>(scales.size()));
  for (std::size_t begin = 0; begin < scales.size(); begin += kScalesABlock) {
    const std::size_t end = std::min(begin + kScalesABlock, scales.size());
    float absmax = 0;
    for (std::size_t i = begin; i < end; ++i) absmax = std::max(absmax, std::fabs(scales[i] - mean));
    // Below the normal numbers, where a reciprocal overflows, differences are dropped.
    const float reciprocal = absmax > 0x1p-126f ? 1 / absmax : 0;
    for (std::size_t i = begin; i < end; ++i) put(i, map.code((scales[i] - mean) * reciprocal), absmax, mean);
  }
}

void double_quantize(std::span<const float> scales, std::span<float> out) {
  const Codebook map = dynamic_map();
  double_quantized(scales, map, [&](std::size_t i, std::size_t code, float absmax, float mean) {
    out[i] = map.levels[code] * absmax + mean;
  });
}

double double_quantized_bits(std::size_t scales) {
  if (scales == 0) return 0;
  const std::size_t blocks = (scales + kScalesABlock - 1) / kScalesABlock;
  return 8 * static_cast<double>(scales) + 32 * static_cast<double>(blocks) + 32;
}

}  // namespace halfstep
