#include "node/lab_slave.h"

#include <span>
#include <string>

#include "wire/lab.h"

namespace berkeley::node {
namespace {

/// Python writes whole microseconds and cuts off the rest.
constexpr std::chrono::microseconds kLabResolution{1};

}  // namespace

sync::Measurement measurementOf(HostTime told, HostTime arrived,
                                const net::Connection& connection) {
    const HostTime t1 = arrived - connection.roundTrip() - kLabResolution;
    return {{t1, told, told, arrived}, {told, {}}};
}

/// The text says what time it will be when it arrives.
void LabSlave::tell(const sync::Adjustment&) {
    const HostTime now = clock_.hostNow();
    const GroupTime arrival = clock_.state().line.groupTimeAt(now) + connection_.roundTrip() / 2;
    const std::string text = wire::toLabText(arrival.time_since_epoch(), zone_);
    connection_.send(std::as_bytes(std::span{text}));
}

}  // namespace berkeley::node
