#pragma once
// Weights that are hard on a search for scales: alike, of few values, far from zero. The same bits everywhere.
#include <cstddef>
#include <string_view>
#include <vector>

#include "blocks_weights.h"

namespace blocks_test {

struct Pattern {
  std::string_view name;
  float (*weight)(std::size_t i, Random& random);
};

inline constexpr Pattern kPatterns[] = {
    {"1.2345", [](std::size_t, Random&) { return 1.2345f; }},
    {"0.1", [](std::size_t, Random&) { return 0.1f; }},
    {"1", [](std::size_t, Random&) { return 1.0f; }},
    {"-0.3", [](std::size_t, Random&) { return -0.3f; }},
    {"777", [](std::size_t, Random&) { return 777.0f; }},
    {"-0.0123", [](std::size_t, Random&) { return -0.0123f; }},
    {"0 1", [](std::size_t i, Random&) { return static_cast<float>(i % 2); }},
    {"one-hot", [](std::size_t i, Random&) { return static_cast<float>(i % 256 == 37); }},
    {"0 or -2.7", [](std::size_t, Random& r) { return r.draw() & 1 ? -2.7f : 0; }},
    {"-0.7 or 0.7", [](std::size_t, Random& r) { return r.draw() & 1 ? -0.7f : 0.7f; }},
    {"three values", [](std::size_t, Random& r) { return static_cast<float>(r.draw() % 3) * 0.37f - 0.2f; }},
    {"-3 ... 3", [](std::size_t, Random& r) { return static_cast<float>(r.draw() % 7) - 3; }},
    {"bytes", [](std::size_t, Random& r) { return static_cast<float>(r.byte()) / 255; }},
    {"1 + z/64", [](std::size_t, Random& r) { return 1 + r.normal() * 0x1p-6f; }},
    {"1 + z/8", [](std::size_t, Random& r) { return 1 + r.normal() * 0x1p-3f; }},
    {"10 + z/128", [](std::size_t, Random& r) { return 10 + r.normal() * 0x1p-7f; }},
    {"z/16 - 50", [](std::size_t, Random& r) { return r.normal() * 0x1p-4f - 50; }},
    {"z, and 1000", [](std::size_t i, Random& r) { return i % 32 == 5 ? 1000 : r.normal(); }},
    {"sparse", [](std::size_t, Random& r) { return r.draw() % 16 == 0 ? r.normal() : 0; }},
    {"2^-20 z", [](std::size_t, Random& r) { return r.normal() * 0x1p-20f; }},
    {"2^14 z", [](std::size_t, Random& r) { return r.normal() * 0x1p14f; }},
    {"alternating", [](std::size_t i, Random& r) { return (i & 1 ? -1 : 1) * (1 + r.normal() * 0x1p-5f); }},
    {"ramp", [](std::size_t i, Random&) { return static_cast<float>(i % 256) / 256; }},
};

inline std::vector<float> pattern(std::string_view name, std::size_t count = 4096) {
  const Pattern* of = kPatterns;
  while (of->name != name) ++of;
  Random random{1};
  std::vector<float> x(count);
  for (std::size_t i = 0; i < count; ++i) x[i] = of->weight(i, random);
  return x;
}

}  // namespace blocks_test
