// Grids under scales of every size: the SIMD kernels against the scalar ones to the bit, and both
// against a search of every edge.
#include <doctest/doctest.h>

#include "kernels_walk.h"
#include "quantizers/cells.h"
#include "quantizers/grids.h"
#include "quantizers/minifloat.h"

using namespace halfstep;
using namespace tests;

namespace {

struct Book {
  std::string name;
  Codebook book;
};

std::vector<Book> books() {
  std::vector<Book> all{
      {"nf4", nf4_grid()}, {"ternary", ternary_grid()}, {"sign", sign_grid()}, {"e2m1", grid(kE2m1)}, {"e2m3", grid(kE2m3)}, {"e4m3", grid(kE4m3)}, {"e5m2", grid(kE5m2)}, {"fp16", grid(kFp16)}, {"bf16", grid(kBf16)}, {"dynamic map", dynamic_map()}, {"one level", {{0.5f}, {}}}, {"typed", parse_levels("-1, 0.3, 0.25, 7").value()}};
  inputs::Random random(9);
  std::vector<double> uneven;
  for (int i = 0; i < 100; ++i) uneven.push_back(random.normal());
  all.push_back({"uneven", nearest_codebook(uneven)});
  return all;
}

// Not powers of two, vanishing, huge, and none at all.
constexpr float kScales[] = {1, 0.3f, 7.1f, 0x1p-20f, 3e-39f, 3 * FLT_TRUE_MIN, FLT_TRUE_MIN,
                             1e30f, FLT_MAX, 0};

// Ties and their neighbours beside what inputs.h has.
std::vector<inputs::Named> weights(const Codebook& book, float scale) {
  auto all = inputs::around(scale, std::min(static_cast<double>(largest_level(book.levels)), 1e6), 259, 3);
  std::vector<float> edges;
  for (std::size_t i = 0; edges.size() < 259; ++i) {
    const float edge = book.edges.empty() ? 0.5f : book.edges[i * 7919 % book.edges.size()] * scale;
    const float near = i % 3 == 0 ? edge : std::nextafter(edge, i % 3 == 1 ? FLT_MAX : -FLT_MAX);
    edges.push_back(std::clamp(near, -FLT_MAX, FLT_MAX));
  }
  all.push_back({"edges and their neighbours", edges});
  return all;
}

struct Naive {
  std::vector<std::uint16_t> codes;
  std::vector<float> q;
};

Naive naive(const float* x, std::size_t n, const Codebook& book, float scale) {
  Naive answer;
  for (std::size_t i = 0; i < n; ++i) {
    const bool times = book.reciprocal && scale > FLT_MIN;
    const float place = scale == 0 ? 0 : times ? x[i] * (1 / scale)
                                               : x[i] / scale;
    std::size_t code = 0;
    while (code < book.edges.size() && book.edges[code] <= place) ++code;
    answer.codes.push_back(static_cast<std::uint16_t>(code));
    answer.q.push_back(scale == 0 ? 0 : book.levels[code] * scale + 0.0f);
  }
  return answer;
}

}  // namespace

TEST_CASE("kernels: grids under any scale, to the bit of a search of every edge") {
  std::size_t turn = 0, walked = 0;
  for (const Book& named : books()) {
    const float top = largest_level(named.book.levels);
    for (const float wished : kScales) {
      float scale = std::min(wished, FLT_MAX / std::max(top, 1.0f));
      while (!std::isfinite(top * scale)) scale = std::nextafter(scale, 0.0f);
      const float reach = std::min(top * scale, FLT_MAX);
      Cells cells = grid_cells(named.book, scale, {-reach * 0.8f, reach * 0.9f});
      CHECK((cells.step == 0) == (scale == 0));
      CHECK(std::isfinite(cells.step));
      for (const auto& kind : weights(named.book, scale)) {
        // fp16's edges are many.
        const std::size_t n = named.book.edges.size() > 1000 ? 33 : kLengths[turn % 14];
        AtTheEnd x({kind.x.data(), n}, turn++ % 4);
        const Naive expected = naive(x.data(), n, named.book, scale);
        oracle::Noise sums;
        for (std::size_t i = 0; i < n; ++i) sums.add(x.data()[i], expected.q[i], cells);
        std::vector<std::uint32_t> expected_counts(cells.levels());
        for (const std::uint16_t code : expected.codes) ++expected_counts[code];
        CAPTURE(named.name);
        CAPTURE(scale);
        CAPTURE(kind.name);
        CAPTURE(n);
        for (const Kernels* k : kBoth) {
          CAPTURE(k->name);
          std::vector<std::uint16_t> codes(n);
          std::vector<float> q(n);
          std::vector<std::uint32_t> counts(cells.levels());
          k->encode(x.data(), n, cells, 0, codes.data());
          k->reconstruct(x.data(), n, cells, 0, q.data());
          k->count_codes(x.data(), n, cells, 0, counts.data());
          CHECK(codes == expected.codes);
          CHECK(same_bits(q.data(), expected.q.data(), n));
          CHECK(counts == expected_counts);
          NoiseSums noise;
          k->noise(x.data(), n, cells, 0, noise);
          const double share = static_cast<double>(n) * kV;
          CHECK(within(noise.n, sums.n, share));
          CHECK(within(noise.nn, sums.nn, share));
          CHECK(within(noise.xn, sums.xn, share));
          CHECK(within(noise.overload_nn, sums.overload_nn, share));
          CHECK(noise.max == sums.max);
          CHECK(noise.granular_max == sums.granular_max);
          CHECK(noise.overload == sums.overload);
          ++walked;
        }
      }
    }
  }
  CHECK(walked > 1000);
}

TEST_CASE("kernels: a grid's blocked noise and square error stay within their bound") {
  for (const Book& named : books()) {
    for (const float scale : {1.0f, 0.3f, 7.1f, 0x1p-20f}) {
      const float reach = largest_level(named.book.levels) * scale;
      const Cells cells = grid_cells(named.book, scale, {-reach, reach});
      for (const auto& kind : weights(named.book, scale)) {
        const std::size_t n = 259;
        float most = 0;
        for (const float value : kind.x) most = std::max(most, std::fabs(value));
        if (!ordinary_scale(cells, most)) continue;
        const Naive expected = naive(kind.x.data(), n, named.book, scale);
        oracle::Noise sums;
        for (std::size_t i = 0; i < n; ++i) sums.add(kind.x[i], expected.q[i], cells);
        const double share = 14 * kU + static_cast<double>(n) * kV,
                     lost = static_cast<double>(n) * 0x1p-149;
        CAPTURE(named.name);
        CAPTURE(scale);
        CAPTURE(kind.name);
        for (const Kernels* k : kBoth) {
          NoiseSums noise;
          k->noise_blocked(kind.x.data(), n, cells, 0, noise);
          CHECK(within(noise.n, sums.n, share, lost));
          CHECK(within(noise.nn, sums.nn, share, lost));
          CHECK(within(noise.xn, sums.xn, share, lost));
          CHECK(noise.overload == sums.overload);
          const SquareError error = k->square_error(kind.x.data(), n, cells, 0);
          CHECK(within(error.total, sums.nn, share, lost));
          CHECK(within(error.clipped, sums.clipped, share, lost));
        }
      }
    }
  }
}
