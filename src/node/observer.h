/// What a node tells its observers: monitors, printers, feeds.
///
/// A node calls its observers in order, on the thread that is given for each event. A handler must
/// not block for long and must not throw, except roleChanged(): if it throws, the master stands by
/// and tries again. Units: std::chrono. Thread safety: each observer's own.
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

/// Every handler does nothing unless it is overridden.
class Observer {
  public:
    Observer() = default;
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;
    virtual ~Observer() = default;

    // A master's events, on the sync thread.

    virtual void cycleStarted(std::uint32_t /*cycle*/, std::size_t /*slaves*/) {}
    virtual void cycleEnded(const sync::CycleStatus& /*status*/) {}
    /// There are fewer slaves than needed, or a new group waits for more slaves.
    virtual void cycleSkipped(const std::vector<sync::ClockStatus>& /*slaves*/,
                              std::size_t /*needed*/) {}
    virtual void finished() {}  ///< the last of `MasterConfig::cycles` has ended

    // A slave's events, on the receive thread.

    virtual void synchronized(const sync::Change& /*change*/, GroupTime /*now*/,
                              Nanoseconds /*bound*/) {}
    virtual void toldByLab(HostTime /*told*/) {}
    /// The slave has joined a master that leads a group; a lab master does not say its interval.
    virtual void joined(const net::Endpoint& /*master*/, std::optional<Nanoseconds> /*interval*/) {}
    /// Comes with the first adjustment over a connection.
    virtual void timestamped(sync::TimestampKind /*timestamps*/) {}
    /// A connection has ended, even one to a master that was not joined.
    virtual void left() {}

    // Events of one of several masters, on the watching thread.

    /// Comes before the first sync cycle that it leads, and after the last one.
    virtual void roleChanged(bool /*active*/) {}
};

/// All must outlive the node.
using Observers = std::vector<Observer*>;

/// Notifies all of them, as in notify(observers, &Observer::left).
template <class... Told, class... Given>
void notify(const Observers& observers, void (Observer::*event)(Told...), const Given&... given) {
    for (Observer* each : observers) {
        (each->*event)(given...);
    }
}

}  // namespace berkeley::node
