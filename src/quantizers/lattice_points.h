#pragma once
// How many points of a lattice clamped weights can take: what a code for a whole vector must tell
// apart.
#include "quantizers/lattice.h"

namespace halfstep {

// The points that nearest(lattice, x, range, q) gives, over all x. `range` is a whole number of
// steps from 1 on. They are more than the (2·range)^n that fit into the cube, whose faces cut
// through cells. Exact up to 2^53, beyond that to a relative 1e-14; of range 2^11 at most 2^97.
double points_within(Lattice lattice, int range);

}  // namespace halfstep
