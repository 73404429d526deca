#pragma once
// A quantizer made ready for these weights: its format, and a range for every scale.
#include <vector>

#include "buffer.h"
#include "kernels/grouped.h"
#include "quantizers/formats.h"
#include "quantizers/layout.h"
#include "request.h"
#include "tensor/finite_runs.h"
#include "tensor/weights.h"

namespace halfstep {

struct Plan {
  Request request;
  const FormatRow* format;
  Layout layout;
  Buffer<Interval> ranges;      // one a segment
  Buffer<GroupScale> scales;    // one a segment of several under a grid, or stored together; else empty
  Codebook book;                // of a format with a grid or a design, else empty
  std::vector<Codebook> books;  // one a segment where a design is for each of several; `book` is then the largest

  Cells cells(std::size_t segment) const;
  // Weights under each of `scales` where a grouped kernel (kernels/grouped.h) can take them all; else 0.
  std::size_t grouped() const;
  bool has_book() const { return !book.levels.empty(); }
  // A weight's Q depends on its neighbours: BlockPass gives it. Of such a plan cells() is a lattice's step and range.
  bool in_blocks() const { return format->codec || format->lattice; }
  const BlockCodec* codec() const { return format->codec ? format->codec() : nullptr; }
  std::size_t block_weights() const {
    return format->lattice ? static_cast<std::size_t>(dimension(*format->lattice))
           : format->codec ? static_cast<std::size_t>(format->codec()->weights)
                           : 1;
  }
  // Codes from the lowest are below this; of a lattice those of lattice_codes.h.
  std::uint32_t code_levels() const;
  // The levels stand for themselves and not for multiples of a scale.
  bool designed() const { return format->design != nullptr; }
};

// Checks the request and finds the ranges; takes those of an earlier plan of the same weights where the
// request's are bound to be equal, and on an error leaves it whole. A codebook is designed on the index of the weights. Errors: an unknown
// format, bits or words it does not take, a design without an index, no memory.
Result<Plan> make_plan(const Weights& weights, const Request& request, Plan* earlier = nullptr,
                       const SortedIndex* index = nullptr);

// Calls visit(begin, count, cells) for every stretch of finite weights with one scale.
template <typename Visit>
void each_run(const Weights& weights, const Plan& plan, Visit&& visit) {
  for (std::size_t s = 0; s < plan.layout.segments(); ++s) {
    const Cells cells = plan.cells(s);
    each_finite_run(weights.x(), plan.layout.begin(s), plan.layout.end(s), weights.all_finite(),
                    [&](std::size_t begin, std::size_t count) { visit(begin, count, cells); });
  }
}

}  // namespace halfstep
