#include "coding/coded_values.h"

#include <algorithm>
#include <array>
#include <cfloat>

#include "coding/coded_blocks.h"
#include "coding/fixed.h"
#include "coding/stored_scales.h"
#include "kernels/dequantize.h"
#include "transform.h"

namespace halfstep {

namespace {

Error no_memory() { return {"There is not enough memory left for the decoded weights."}; }

void values_of_points(const CodedHeader& header, float step, std::span<const std::uint16_t> codes, std::span<float> values) {
  const auto n = static_cast<std::size_t>(dimension(header.lattice));
  std::array<std::int32_t, 8> whole;
  std::array<float, 8> q;
  for (std::size_t begin = 0; begin < values.size(); begin += n) {
    for (std::size_t i = 0; i < n; ++i) whole[i] = codes[begin + i] - header.zero;
    from_whole(header.lattice, whole.data(), q.data());
    for (std::size_t i = 0; i < std::min(n, values.size() - begin); ++i) {
      values[begin + i] = std::clamp(q[i] * step, -FLT_MAX, FLT_MAX) + 0.0f;
    }
  }
}

Status values_of_segments(const CodedHeader& header, std::span<const float> steps, std::span<const std::uint16_t> codes,
                          std::span<float> values) {
  const Layout layout = header.layout();
  Buffer<std::uint16_t> zeros;
  if (!header.zeros.empty() && !zeros.allocate(layout.segments())) return no_memory();
  if (zeros.size() > 0 && !fixed_decode(header.zeros, header.levels, zeros.span())) {
    return coded_damage("a zero point is no code");
  }
  ByteReader books(header.books);
  std::vector<float> levels;
  Cells cells;
  cells.offset = header.rule == CodedRule::EdgeAtZero ? 0.5f : 0;
  cells.rounding = header.rounding;
  cells.seed = header.seed;
  for (std::size_t s = 0; s < layout.segments(); ++s) {
    const std::size_t begin = layout.begin(s);
    const std::span<const std::uint16_t> own = codes.subspan(begin, layout.end(s) - begin);
    cells.step = cells.book_scale = steps.empty() ? 1 : steps[s];
    cells.low = zeros.size() > 0 ? -std::int32_t{zeros[s]} : -header.zero;
    if (header.rule == CodedRule::OwnCodebooks || (header.rule == CodedRule::Codebook && s == 0)) {
      read_book(books, header, levels);
      cells.book_levels = levels;
    }
    if (header.rule == CodedRule::OwnCodebooks && *std::max_element(own.begin(), own.end()) >= levels.size()) {
      return coded_damage("a code is beyond its levels");
    }
    dequantize(own.data(), own.size(), cells, static_cast<std::uint32_t>(begin), values.data() + begin);
  }
  return {};
}

Status undo_transform(const CodedHeader& header, std::span<float> values) {
  if (header.transform.kind == TransformKind::None) return {};
  Buffer<float> factors;
  if (!factors.allocate(header.factors.size() / 4)) return no_memory();
  for (std::size_t i = 0; i < factors.size(); ++i) {
    factors[i] = __builtin_bit_cast(float, load_word(&header.factors[4 * i]));
  }
  undo(header.transform, header.seed, factors.span(), 0, values);
  for (float& value : values) value += 0.0f;
  return {};
}

}  // namespace

std::uint64_t codes_in(const CodedHeader& header) {
  const auto n = static_cast<std::uint64_t>(dimension(header.lattice));
  return (header.count + n - 1) / n * n;
}

Result<Buffer<float>> steps_of(const CodedHeader& header) {
  Buffer<float> steps;
  if (header.codec || header.scales.empty()) return steps;
  // No more of them than there are bytes for.
  if (!steps.allocate(header.layout().segments())) return no_memory();
  if (!unpack_scales(header.type, header.scales, steps.span())) return coded_damage("its scales can't be read");
  return steps;
}

Status values_of(const CodedHeader& header, std::span<const float> steps, std::span<const std::uint16_t> codes,
                 std::span<float> values) {
  if (header.codec) {
    join_blocks(*header.codec, codes, header.scales, values);
  } else if (header.rule == CodedRule::Lattice) {
    values_of_points(header, steps.empty() ? 1 : steps[0], codes, values);
  } else if (Status done = values_of_segments(header, steps, codes, values); !done) {
    return done;
  }
  return undo_transform(header, values);
}

}  // namespace halfstep
