#include "master_session.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "host/time_zone.h"
#include "time/units.h"
#include "wire/native.h"

namespace berkeley::node {
namespace {

using namespace std::chrono_literals;

/// How long a master may take to answer a slave's hello: it may be busy with many slaves.
constexpr Nanoseconds kWelcome = 5s;
/// The same with several masters: a different one may already be active.
constexpr Nanoseconds kWelcomeOfSeveral = 1s;
/// A master's message may be late by half an interval and this much more.
constexpr Nanoseconds kLate = 250ms;

constexpr const char* kClosed = " has closed the connection";

/// Returns how long a master may be silent: with no other master to try, there is no hurry.
Nanoseconds silenceFor(Nanoseconds interval, bool hasOtherMasters) {
    return hasOtherMasters ? interval * 3 / 2 + kLate : interval * 5 + kWelcome;
}

Parting partingFor(const wire::Redirect& redirect) {
    if (redirect.host.empty()) {
        return {.reason = " stands by and knows of no active master"};
    }
    return {.reason = " stands by", .active = net::Endpoint{redirect.host, redirect.port}};
}

}  // namespace

MasterSession::MasterSession(net::Connection& connection, const net::Endpoint& master,
                             const SlaveConfig& config, const Observers& observers,
                             host::SteeredClock& clock, spdlog::logger& logger, Wait aboutToWait)
    : connection_(connection),
      master_(master),
      config_(config),
      observers_(observers),
      clock_(clock),
      logger_(logger),
      aboutToWait_(std::move(aboutToWait)),
      moves_(logger),
      reader_(connection, clock, host::localTimeZone(), config.patience,
              config.lab ? PeerReader::Protocol::lab : PeerReader::Protocol::native),
      interval_(config.interval),
      silence_(config.hasOtherMasters() ? kWelcomeOfSeveral : kWelcome),
      heard_(Steady::now()) {}

Parting MasterSession::follow() {
    try {
        return config_.lab ? followLab() : followNative();
    } catch (const std::exception& error) {
        // The master broke the protocol, or asked for something that cannot be done.
        return {.reason = ": " + std::string{error.what()}};
    }
}

Parting MasterSession::followNative() {
    while (!parting_) {
        const net::Connection::Patience frame = reader_.patience(), silence = silenceLeft();
        const net::Connection::Patience patience = frame ? std::min(frame, silence) : silence;
        aboutToWait_(patience);
        const PeerReader::Heard heard = reader_.read(patience);
        if (heard.receipt == net::Receipt::closed) {
            return {.reason = kClosed};
        }
        if (heard.receipt == net::Receipt::data) {
            heard_ = Steady::now();
        }
        for (const wire::Message& message : heard.messages) {
            receiveMessage(message, heard.arrived);
        }
    }
    return *parting_;
}

/// Returns how long the master may still be silent. Throws when it has been silent too long: it
/// hangs, or its network is cut off, and a different one may be active by now.
net::Connection::Patience MasterSession::silenceLeft() const {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(heard_ + silence_ - Steady::now());
    if (left <= 0ms) {
        throw wire::WireError("has been silent for " + toSpanText(silence_));
    }
    return left;
}

void MasterSession::receiveMessage(const wire::Message& message, HostTime t2) {
    if (const auto* poll = std::get_if<wire::Poll>(&message)) {
        answer(*poll, t2);
    } else if (const auto* adjustment = std::get_if<sync::Adjustment>(&message)) {
        sync::Adjustment told = *adjustment;
        told.membership = membership_;
        adjust(told);
    } else if (const auto* membership = std::get_if<sync::Membership>(&message)) {
        membership_ = *membership;
    } else if (const auto* welcome = std::get_if<wire::Welcome>(&message)) {
        receiveWelcome(*welcome);
    } else if (const auto* redirect = std::get_if<wire::Redirect>(&message)) {
        parting_ = partingFor(*redirect);
    } else if (!std::holds_alternative<wire::UnknownMessage>(message)) {
        throw wire::WireError("sent a message that only a slave sends");
    }
}

/// Answers at once, on the thread that received the poll: handing it to another thread would cost
/// several times the error.
void MasterSession::answer(const wire::Poll& poll, HostTime t2) {
    wire::Report report;
    report.sequence = poll.sequence;
    report.solicited = true;
    report.received = t2;
    if (answered_) {
        const HostTime departed = reader_.departure(answered_->sent);
        if (answered_->sequence + 1 == poll.sequence) {
            // Whatever the clocks did, that answer left before the master could send this poll.
            report.previousSent = std::min(departed, t2);
        }
    }
    clock_.beginMeasurement();
    const sync::ClockState state = clock_.state();
    report.sent = clock_.hostNow();
    report.correction = state.line.at(report.sent);
    report.deviation = state.deviationAt(report.sent);
    connection_.sendStamped(wire::encode(report));
    answered_ = report;
}

void MasterSession::adjust(const sync::Adjustment& adjustment) {
    const std::optional<sync::Change> change =
        clock_.apply(adjustment, {toText(master_), interval_});
    if (!change) {
        throw wire::WireError("sent an adjustment that leads to a time that is not believable");
    }
    moves_.moved(*change);
    if (!std::exchange(adjusted_, true)) {
        logger_.info("the connection to the master at {} has {}", toText(master_),
                     toText(connection_.timestamps()));
        notify(observers_, &Observer::timestamped, connection_.timestamps());
    }
    const sync::ClockState state = clock_.state();
    const HostTime now = clock_.hostNow();
    notify(observers_, &Observer::synchronized, *change, state.line.groupTimeAt(now),
           state.line.boundAt(now));
}

/// Only the first welcome is news: later ones say that the master is still there, as any message
/// does.
void MasterSession::receiveWelcome(const wire::Welcome& welcome) {
    interval_ = welcome.interval;
    if (!std::exchange(welcomed_, true)) {
        logger_.info("connected to the master at {}{}", toText(master_),
                     welcome.minorVersion == wire::kMinorVersion
                         ? ""
                         : ", which speaks protocol " + wire::toVersionText(welcome.minorVersion));
        notify(observers_, &Observer::joined, master_, welcome.interval);
        silence_ = silenceFor(welcome.interval, config_.hasOtherMasters());
    }
}

Parting MasterSession::followLab() {
    logger_.info("connected to the master at {}", toText(master_));
    notify(observers_, &Observer::joined, master_, std::nullopt);
    while (true) {
        const PeerReader::Heard heard = reader_.read(reader_.patience());
        if (heard.receipt == net::Receipt::closed) {
            return {.reason = kClosed};
        }
        for (const HostTime told : heard.labTimes) {
            notify(observers_, &Observer::toldByLab, told);
        }
    }
}

}  // namespace berkeley::node
