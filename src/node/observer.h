/// What a node tells those who look on: monitors, printers, feeds.
///
/// A node tells each of its observers in their order, from the thread that each event names. An
/// event must not block for long and must not throw, but for roleChanged(), whose exception has the
/// master stand by and try again. Units: std::chrono. Thread safety: an observer's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "net/endpoint.h"
#include "sync/cycle.h"
#include "sync/discipline.h"
#include "sync/timestamp_kind.h"

namespace berkeley::node {

/// Every event does nothing unless it is overridden.
class Observer {
  public:
    Observer() = default;
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;
    virtual ~Observer() = default;

    // A master's, from the sync thread.

    virtual void cycleStarted(std::uint32_t /*cycle*/, std::size_t /*slaves*/) {}
    virtual void cycleEnded(const sync::CycleStatus& /*status*/) {}
    /// There are fewer slaves than are needed, or a new group waits for more slaves.
    virtual void cycleSkipped(const std::vector<sync::ClockStatus>& /*slaves*/,
                              std::size_t /*needed*/) {}
    virtual void finished() {}  ///< the last of `MasterConfig::cycles` has ended

    // A slave's, from the receive thread.

    virtual void synchronized(const sync::Change& /*change*/, GroupTime /*now*/,
                              Nanoseconds /*bound*/) {}
    virtual void toldByLab(HostTime /*told*/) {}
    /// The master is one that leads a group; a lab master does not say its interval.
    virtual void joined(const net::Endpoint& /*master*/, std::optional<Nanoseconds> /*interval*/) {}
    /// With the first adjustment over a connection.
    virtual void timestamped(sync::TimestampKind /*timestamps*/) {}
    /// A connection is over, also one to a master that was not joined.
    virtual void left() {}

    // Of one of several masters, from the watching thread.

    /// Before the first sync cycle that it leads, and after the last one.
    virtual void roleChanged(bool /*active*/) {}
};

/// All outlive the node.
using Observers = std::vector<Observer*>;

/// As in notify(observers, &Observer::left).
template <class... Told, class... Given>
void notify(const Observers& observers, void (Observer::*event)(Told...), const Given&... given) {
    for (Observer* each : observers) {
        (each->*event)(given...);
    }
}

}  // namespace berkeley::node
