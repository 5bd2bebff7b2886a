/// Runs a simulation and looks at its clocks again and again: what every scenario promises, and
/// what each one measures.
///
/// Units: std::chrono, or in the name. Thread safety: none.
#pragma once

#include <map>
#include <set>
#include <string>

#include "sim/simulation.h"

namespace berkeley::sim {

struct WatchOptions {
    Nanoseconds until{};
    Nanoseconds settled = std::chrono::seconds{10};  ///< spread and errors count from then on
    Nanoseconds step = std::chrono::milliseconds{100};
    /// Clocks that nothing can be promised for: they lie, or somebody sets them. "" is the
    /// master's.
    std::set<std::string> ignored{};
};

struct Watched {
    long checks = 0;        ///< of a slave's error against its bound and the master's
    long violations = 0;    ///< errors beyond both
    std::string violation;  ///< the first one, in words
    std::string hurry;      ///< the first clock that went backward or too fast, in words
    Nanoseconds spread{};   ///< largest
    std::map<std::string, Nanoseconds> errors;  ///< largest of each slave
    std::map<std::string, Nanoseconds> bounds;  ///< largest of each slave

    Nanoseconds worstError() const;
};

/// From where the simulation is to `until`. A clock counts from its first adjustment on, and unless
/// it is ignored: in the checks of rates and bounds, in errors and largest bounds also while it is
/// not connected, in the spread only while it is.
Watched watch(Simulation& simulation, const WatchOptions& options);

}  // namespace berkeley::sim
