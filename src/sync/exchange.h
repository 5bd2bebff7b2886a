/// One exchange between master and slave, and what it proves about their unsteered clocks.
///
/// Units: nanoseconds. Thread safety: values and pure functions. Source: RFC 5905 section 8 (the
/// four timestamps); the interval is [t3 - t4, t2 - t1], however asymmetric the path is.
#pragma once

#include <optional>

#include "time/interval.h"
#include "time/timeline.h"

namespace berkeley::sync {

/// t1 and t4 are read on the master's unsteered clock, t2 and t3 on the slave's.
struct Exchange {
    HostTime t1;  ///< the poll leaves the master
    HostTime t2;  ///< the poll reaches the slave
    HostTime t3;  ///< the report leaves the slave
    HostTime t4;  ///< the report reaches the master
};

/// What one exchange proves. An offset is slave minus master, here as everywhere.
struct Sample {
    HostTime when;    ///< master's time at which the interval holds: when the report arrived
    Interval offset;  ///< certain to contain the offset at `when`, but for the drift in `duration`
    Nanoseconds delay{};     ///< round trip without the slave's own time; never negative
    Nanoseconds duration{};  ///< from t1 to t4
};

/// Returns nothing if the four times contradict each other: an answer precedes its question, or the
/// slave claims to have taken longer than the whole exchange, by more than any clock worth
/// listening to can be fast (kFastestPpb).
std::optional<Sample> toSample(const Exchange& exchange);

}  // namespace berkeley::sync
