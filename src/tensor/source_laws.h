#pragma once
// The table behind sources.h: each row is a law of probability, how it is drawn, and its entropy.
#include <cstdint>
#include <span>

#include "tensor/sources.h"

namespace halfstep {

// What a draw may depend on; the parameters are complete and within their bounds.
struct SourceDraw {
  std::uint64_t seed;
  std::uint64_t count;
  std::uint64_t rows;
  double scale;
  std::span<const double> parameters;
};

struct SourceLaw {
  SourceInfo info;
  // Writes weights begin … begin + out.size() − 1.
  void (*fill)(const SourceDraw& draw, std::uint64_t begin, std::span<float> out);
  // h of the standard form in nats; null where there is no closed form.
  double (*entropy_nats)(std::span<const double> parameters);
  std::uint64_t channels = 1;  // where nobody chose how many
};

std::span<const SourceLaw> source_laws();

}  // namespace halfstep
