/// A slave that speaks the lab's text: it is not polled, reports when it wants to, and is told the
/// time.
///
/// Thread safety: as for Slave.
#pragma once

#include <date/tz.h>

#include <optional>

#include "host/steered_clock.h"
#include "net/connection.h"
#include "node/slave.h"
#include "sync/burst.h"

namespace berkeley::node {

/// Returns what a lab report amounts to. It shows only when it was sent, which is as good as the
/// answer to a poll that the master sent one round trip before the report arrived.
sync::Measurement measurementOf(HostTime told, HostTime arrived, const net::Connection& connection);

class LabSlave final : public Slave {
  public:
    /// The references must outlive it.
    LabSlave(sync::SlaveId id, net::Connection& connection, const host::SteeredClock& clock,
             const date::time_zone& zone)
        : Slave(id, "lab"), connection_(connection), clock_(clock), zone_(zone) {}

    bool isNative() const override { return false; }
    void beginBurst() override {}
    /// Sends the group's time as local time.
    void tell(const sync::Adjustment& adjustment) override;
    std::optional<sync::TimestampKind> timestamps() const override { return std::nullopt; }

  private:
    net::Connection& connection_;
    const host::SteeredClock& clock_;
    const date::time_zone& zone_;
};

}  // namespace berkeley::node
