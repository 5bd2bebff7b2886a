/// A slave that speaks the lab's text: it is not polled, reports when it wants to, and is told what
/// time it is.
///
/// Thread safety: as Slave.
#pragma once

#include <date/tz.h>

#include <optional>

#include "host/steered_clock.h"
#include "net/connection.h"
#include "node/slave.h"
#include "sync/burst.h"

namespace berkeley::node {

/// A lab report shows only when it was sent. That is as good as the answer to a poll which the
/// master would have sent one round trip before the report came.
sync::Measurement measurementOf(HostTime told, HostTime arrived, const net::Connection& connection);

class LabSlave final : public Slave {
  public:
    /// The references outlive it.
    LabSlave(sync::SlaveId id, net::Connection& connection, const host::SteeredClock& clock,
             const date::time_zone& zone)
        : Slave(id, "lab"), connection_(connection), clock_(clock), zone_(zone) {}

    bool isNative() const override { return false; }
    void beginBurst() override {}
    /// The local time.
    void tell(const sync::Adjustment& adjustment) override;
    std::optional<sync::TimestampKind> timestamps() const override { return std::nullopt; }

  private:
    net::Connection& connection_;
    const host::SteeredClock& clock_;
    const date::time_zone& zone_;
};

}  // namespace berkeley::node
