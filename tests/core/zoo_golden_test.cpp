// Formats with scales in blocks against tests/reference/zoo_golden.py, which worked the same
// weights from the standards.
#include "../reference/zoo_golden.h"

#include <doctest/doctest.h>

#include <set>

#include "blocks_weights.h"
#include "quantizers/minifloat.h"
#include "zoo.h"

using namespace halfstep;
using namespace zoo;

namespace {

float of_bits(std::uint32_t bits) { return __builtin_bit_cast(float, bits); }

// What a code of the standard stands for, before its scale.
float value_of(std::string_view format, std::uint8_t code, std::span<const float> levels) {
  if (format == "mxint8") return static_cast<float>(static_cast<std::int8_t>(code)) / 64;
  if (format.starts_with("nf4")) return levels[code];
  const MinifloatSpec& spec = format == "mxfp8-e4m3"   ? kE4m3
                              : format == "mxfp8-e5m2" ? kE5m2
                              : format == "mxfp6-e3m2" ? kE3m2
                              : format == "mxfp6-e2m3" ? kE2m3
                                                       : kE2m1;
  return decode(spec, code);
}

}  // namespace

TEST_CASE("zoo: scales, codes and values are those worked from the standards") {
  std::set<std::string_view> formats;
  for (const zoo_golden::Row& row : zoo_golden::kRows) {
    CAPTURE(row.format);
    CAPTURE(row.scale);
    Request request = request_of(row.format);
    request.scale = parse_scale(row.scale).value();
    std::vector<float> x;
    for (const std::uint32_t bits : row.x) x.push_back(of_bits(bits));
    const Answer a = answer(x, request);
    REQUIRE(a.plan.layout.segments() == row.scales.size());
    for (std::size_t s = 0; s < row.scales.size(); ++s) {
      CAPTURE(s);
      const Cells cells = a.plan.cells(s);
      CHECK(cells.book_scale == of_bits(row.scales[s]));
      const std::size_t begin = a.plan.layout.begin(s), count = a.plan.layout.end(s) - begin;
      std::vector<std::uint16_t> codes(count);
      kernels().encode(&x[begin], count, cells, 0, codes.data());
      for (std::size_t i = 0; i < count; ++i) {
        CAPTURE(i);
        CAPTURE(x[begin + i]);
        CHECK(cells.book_levels[codes[i]] ==
              value_of(row.format, row.codes[begin + i], cells.book_levels));
      }
    }
    std::uint64_t hash = 0xCBF29CE484222325u;
    for (const std::uint32_t bits : blocks_test::bits(a.q)) {
      for (int byte = 0; byte < 4; ++byte)
        hash = (hash ^ (bits >> 8 * byte & 255)) * 0x100000001B3u;
    }
    CHECK(hash == row.values);
    formats.insert(row.format);
  }
  CHECK(formats.size() == 9);
}
