#include "node/slave_session.h"

#include <utility>

#include "wire/native.h"

namespace berkeley::node {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
/// For compilers without class template argument deduction for aggregates.
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

}  // namespace

SlaveSession::SlaveSession(std::shared_ptr<net::Connection> connection,
                           const host::SteeredClock& clock, SharedGroup& group,
                           Leadership& leadership, const date::time_zone& zone,
                           FrameDeadline::Patience patience, Nanoseconds interval, Admit admit)
    : connection_(std::move(connection)),
      clock_(clock),
      group_(group),
      leadership_(leadership),
      zone_(zone),
      patience_(patience),
      interval_(interval),
      admit_(std::move(admit)),
      reader_(*connection_, clock, zone, patience) {}

void SlaveSession::authenticate() {
    (void)connection_->handshake(patience_);
    connection_->setRecordPatience(patience_);
}

bool SlaveSession::receive() {
    const PeerReader::Heard heard = reader_.read(reader_.patience());
    if (heard.receipt == net::Receipt::closed) {
        if (connection_->wasDeaf()) {
            throw wire::WireError("does not read what it is sent (--max-unread)",
                                  wire::Fault::unread);
        }
        return false;
    }
    for (const HostTime told : heard.labTimes) {
        receiveLabTime(told, heard.arrived);
    }
    for (const wire::Message& message : heard.messages) {
        if (!sentOn_) {
            receiveMessage(message, heard.arrived);
        }
    }
    return true;
}

void SlaveSession::receiveLabTime(HostTime told, HostTime arrived) {
    if (!leadership_.isActive()) {
        throw wire::WireError("speaks the lab's text, which a standby does not serve");
    }
    const sync::Measurement measurement = measurementOf(told, arrived, *connection_);
    if (const Slave* known = slave()) {
        (void)group_.record(known->id(), measurement);
    } else {
        joinLab(measurement);
    }
}

void SlaveSession::receiveMessage(const wire::Message& message, HostTime arrived) {
    std::visit(
        Overloaded{
            [&](const wire::Hello& hello) { receiveHello(hello); },
            [&](const wire::Report& report) {
                auto* native = std::get_if<NativeSlave>(&kind_);
                if (native == nullptr) {
                    throw wire::WireError("sent a report before it said hello");
                }
                native->receiveReport(report, arrived);
            },
            [&](const wire::MasterAnnouncement& announcement) {
                receiveAnnouncement(announcement);
            },
            [&](const sync::Membership& membership) { introduce(membership); },
            [&](const wire::UnknownMessage& unknown) { leaveAside(unknown); },
            [](const auto&) { throw wire::WireError("sent a message that only a master sends"); },
        },
        message);
}

void SlaveSession::receiveHello(const wire::Hello& hello) {
    if (slave() != nullptr) {
        throw wire::WireError("said hello twice");
    }
    requireKeyOf(hello.name);
    introduced_ = true;
    minorVersion_ = hello.minorVersion;
    const wire::Message greeting = leadership_.greeting(interval_);
    if (!std::holds_alternative<wire::Welcome>(greeting)) {
        greet(greeting);
        return;
    }
    admit_(hello.name);
    join(hello);
    greet();  // Anew: standBy() may meanwhile have sent on all slaves but this one.
}

void SlaveSession::receiveAnnouncement(const wire::MasterAnnouncement& announcement) {
    if (slave() != nullptr) {
        throw wire::WireError("announced a master, but said hello as a slave");
    }
    requireKeyOf(MasterRanks::nameOf(announcement.announcement.from));
    leadership_.heard(announcement);
    introduced_ = true;
}

void SlaveSession::introduce(const sync::Membership& membership) {
    if (slave() == nullptr) {
        throw wire::WireError("named its group before it said hello");
    }
    group_.introduce(slave()->id(), membership);
}

/// Ignores a message of a later version. As the first one it is an error: every version begins with
/// a message that all know.
void SlaveSession::leaveAside(const wire::UnknownMessage& unknown) const {
    if (!introduced_) {
        throw wire::WireError("began with a frame of the unknown type " +
                              std::to_string(unknown.type));
    }
}

void SlaveSession::requireKeyOf(const std::string& name) const {
    if (const auto owner = connection_->keyName(); owner && *owner != name) {
        throw wire::WireError(
            "says that it is \"" + name + "\", but has the key of \"" + *owner + '"',
            wire::Fault::key);
    }
}

void SlaveSession::join(const wire::Hello& hello) {
    group_.join(hello.name, toText(peer()), hello.frequencyPpb, clock_.hostNow(),
                [&](sync::SlaveId id) {
                    slave_ = &kind_.emplace<NativeSlave>(id, hello.name, *connection_, reader_,
                                                         clock_, group_, interval_);
                });
}

void SlaveSession::joinLab(const sync::Measurement& measurement) {
    const std::string name = toText(peer());
    admit_(name);
    group_.joinLab(name, measurement, [&](sync::SlaveId id) {
        slave_ = &kind_.emplace<LabSlave>(id, *connection_, clock_, zone_);
    });
}

void SlaveSession::greet() { greet(leadership_.greeting(interval_)); }

void SlaveSession::greet(const wire::Message& greeting) {
    if (const Slave* known = slave(); known == nullptr || known->isNative()) {
        connection_->send(wire::encode(greeting));
    }
    if (std::holds_alternative<wire::Redirect>(greeting)) {
        sentOn_ = true;
        close();
    }
}

void SlaveSession::close() {
    if (const Slave* known = slave()) {
        group_.leave(known->id());
    }
    connection_->shutdown();
}

std::string SlaveSession::label() const {
    const Slave* known = slave();
    return known == nullptr ? "" : known->label();
}

std::string SlaveSession::otherVersion() const {
    return minorVersion_ == wire::kMinorVersion
               ? ""
               : ", speaks protocol " + wire::toVersionText(minorVersion_);
}

}  // namespace berkeley::node
