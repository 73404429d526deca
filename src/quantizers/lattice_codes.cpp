#include "quantizers/lattice_codes.h"

#include <cmath>

namespace halfstep {

std::int32_t code_of_zero(Lattice lattice, double reach) {
  // A point lies less than its unit beyond the range.
  const double most = (reach / lattice_unit(lattice) + 1) * (lattice == Lattice::A2 || lattice == Lattice::E8 ? 2 : 1);
  return 4 * static_cast<std::int32_t>(std::ceil(most / 4));
}

QuotientCounts::QuotientCounts(Lattice lattice, std::uint32_t levels) : lattice_(lattice) {
  for (std::size_t table = 0; table < quotient_tables(lattice); ++table) {
    tables_.emplace_back(quotients(table, levels), 0);
  }
}

void QuotientCounts::add(std::span<const std::uint16_t> codes) {
  each_quotient(lattice_, codes, [&](std::size_t table, std::uint32_t quotient) { ++tables_[table][quotient]; });
}

}  // namespace halfstep
