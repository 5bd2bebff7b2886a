#include "node/native_slave.h"

#include <utility>

#include "wire/native.h"

namespace berkeley::node {

NativeSlave::NativeSlave(sync::SlaveId id, const std::string& name, net::Connection& connection,
                         PeerReader& reader, const host::SteeredClock& clock, SharedGroup& group,
                         Nanoseconds interval)
    : Slave(id, name),
      connection_(connection),
      reader_(reader),
      clock_(clock),
      group_(group),
      interval_(interval) {}

void NativeSlave::beginBurst() {
    const os::MutexLock guard{lock_};
    if (burst_.isOutstanding()) {
        return;
    }
    if (const int polls = group_.beginBurst(id(), interval_); polls > 0) {
        burst_.begin(polls);
        sendPoll();
    }
}

void NativeSlave::sendPoll() {
    connection_.sendStamped(wire::encode(wire::Poll{burst_.send(clock_.hostNow())}));
}

void NativeSlave::tell(const sync::Adjustment& adjustment) {
    const wire::Frame frame = wire::encode(adjustment);
    if (std::exchange(told_, adjustment.membership) != adjustment.membership) {
        connection_.send(wire::encode(adjustment.membership));
    }
    connection_.send(frame);
}

std::optional<sync::TimestampKind> NativeSlave::timestamps() const {
    return measured_ ? std::optional{connection_.timestamps()} : std::nullopt;
}

void NativeSlave::receiveReport(const wire::Report& report, HostTime t4) {
    if (!report.solicited) {
        return;
    }
    const sync::Burst::Answer answer = takeAnswer(report.sequence);
    const sync::Measurement latest{{answer.t1, report.received, report.sent, t4},
                                   {report.sent, report.correction, report.deviation}};
    const auto [completed, first] = completion_.add(answer, latest, report.previousSent);
    for (const std::optional<sync::Measurement>& measurement : {completed, first}) {
        if (measurement) {
            record(*measurement);
        }
    }
    if (answer.last) {
        endBurst();
    }
}

/// Does both under one lock, so that a burst that begins now finds either the old poll outstanding
/// or the next one.
sync::Burst::Answer NativeSlave::takeAnswer(std::uint32_t sequence) {
    const os::MutexLock guard{lock_};
    std::optional<sync::Burst::Answer> answer = burst_.take(sequence);
    if (!answer) {
        throw wire::WireError("answered a poll that it was not sent");
    }
    answer->t1 = reader_.departure(answer->t1);
    if (!answer->last) {
        sendPoll();
    }
    return *answer;
}

void NativeSlave::record(const sync::Measurement& measurement) {
    if (!group_.record(id(), measurement)) {
        throw wire::WireError(
            "took longer to answer, by its own clock, than the whole exchange lasted");
    }
}

void NativeSlave::endBurst() {
    group_.endBurst(id());
    measured_ = true;
}

}  // namespace berkeley::node
