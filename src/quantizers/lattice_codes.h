#pragma once
// The codes of a lattice's points, a whole number for each coordinate, and what of it those before leave to be told.
//
// Of a point as lattice.h has it in whole numbers
//   A2  the second is as odd or even as the first
//   D4  the sum is even
//   E8  all are as odd or even as the first, and the sum is a multiple of 4
// so that a coordinate stands, once those before it are known, for one residue r modulo m, 1, 2 or 4, and is told by
// the quotient. Quotients of one residue have statistics of their own, and so a table for themselves. At high rate the
// tables' entropies together come to h − log2 of the volume of a cell: nothing is told twice.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "quantizers/lattice.h"

namespace halfstep {

// Codes are whole numbers + this, a multiple of 4, and at most twice this, for weights clamped to `reach` steps, up to 2¹³.
std::int32_t code_of_zero(Lattice lattice, double reach);

// What is left of a coordinate: code = modulus·quotient + residue.
struct Left {
  std::uint32_t modulus, residue;

  std::size_t table() const { return modulus - 1 + residue; }
};

// The largest modulus, that of the last coordinate.
constexpr std::uint32_t last_modulus(Lattice lattice) {
  return lattice == Lattice::Z ? 1 : lattice == Lattice::E8 ? 4
                                                            : 2;
}
// Tables of quotients, and of each how many a code below `levels` can have.
constexpr std::size_t quotient_tables(Lattice lattice) { return 2 * last_modulus(lattice) - 1; }
constexpr std::uint32_t quotients(std::size_t table, std::uint32_t levels) {
  const std::uint32_t modulus = table < 1 ? 1 : table < 3 ? 2
                                                          : 4;
  return (levels - 1) / modulus + 1;
}

// The coordinates of one vector after another: asked what is left of the next, and told its code.
class Coordinates {
 public:
  explicit Coordinates(Lattice lattice) : lattice_(lattice), dimension_(dimension(lattice)) {}

  Left left() const {
    const bool last = place_ + 1 == dimension_;
    const std::uint32_t modulus = last ? last_modulus(lattice_) : place_ > 0 && lattice_ == Lattice::E8 ? 2
                                                                                                        : 1;
    return {modulus, (last ? 0 - sum_ : first_) & (modulus - 1)};
  }
  void next(std::uint32_t code) {
    if (place_ == 0) first_ = code;
    sum_ += code;
    if (++place_ == dimension_) place_ = 0, sum_ = 0;
  }

 private:
  Lattice lattice_;
  int dimension_, place_ = 0;
  std::uint32_t first_ = 0, sum_ = 0;
};

// Calls visit(table, quotient) for each code of whole vectors.
template <typename Visit>
void each_quotient(Lattice lattice, std::span<const std::uint16_t> codes, Visit&& visit) {
  Coordinates coordinates(lattice);
  for (const std::uint16_t code : codes) {
    const Left left = coordinates.left();
    visit(left.table(), code / left.modulus);
    coordinates.next(code);
  }
}

// How often each quotient occurs, table by table.
class QuotientCounts {
 public:
  QuotientCounts(Lattice lattice, std::uint32_t levels);

  // Of whole vectors, each code below `levels`.
  void add(std::span<const std::uint16_t> codes);
  std::span<const std::vector<std::uint32_t>> tables() const { return tables_; }

 private:
  Lattice lattice_;
  std::vector<std::vector<std::uint32_t>> tables_;
};

}  // namespace halfstep
