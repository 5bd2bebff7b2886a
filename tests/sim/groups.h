/// Groups for the simulator: clocks that are off by as much as clocks are, on a path of one's
/// choice.
///
/// Units: std::chrono, or in the name.
#pragma once

#include <string>

#include "sim/simulation.h"

namespace berkeley::sim {

/// A quiet local network: 100 µs and, exponentially distributed, another 10 µs each way.
Path quietPath();
Path sameBothWays(const Delay& delay);

/// A master and the slaves "s1", "s2", …: wrong by some 100 ms and 20 ppm, their rates wander by 1
/// ppb after a second.
Scenario groupOf(int slaves, std::uint64_t seed, const Path& path = quietPath());

/// The same with exact clocks, so that what the group does is all there is to see.
Scenario exactGroupOf(int slaves, std::uint64_t seed, const Path& path = quietPath());

}  // namespace berkeley::sim
