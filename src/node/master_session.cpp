#include "master_session.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "host/time_zone.h"
#include "time/units.h"
#include "wire/lab.h"
#include "wire/native.h"

namespace berkeley::node {
namespace {

using namespace std::chrono_literals;

/// How long a master may take to say a word after the slave's hello: it may be busy with many.
constexpr Nanoseconds kWelcome = 5s;
/// Of several masters another one may be active already.
constexpr Nanoseconds kWelcomeOfSeveral = 1s;
/// How much later than half an interval behind its time a master's message may be.
constexpr Nanoseconds kLate = 250ms;
/// How long a master may take for a frame, from its first byte to its last.
constexpr std::chrono::milliseconds kFramePatience = 5s;

/// With no other master to go to there is no hurry.
Nanoseconds silenceFor(Nanoseconds interval, bool hasOtherMasters) {
    return hasOtherMasters ? interval * 3 / 2 + kLate : interval * 5 + kWelcome;
}

Parting partingFor(const wire::Redirect& redirect) {
    if (redirect.host.empty()) {
        return {.reason = "stands by and knows of no active master"};
    }
    return {.reason = "stands by", .active = net::Endpoint{redirect.host, redirect.port}};
}

}  // namespace

MasterSession::MasterSession(net::Connection& connection, const net::Endpoint& master,
                             const SlaveConfig& config, const SlaveEvents& events,
                             host::SteeredClock& clock, spdlog::logger& logger, Wait aboutToWait)
    : connection_(connection),
      master_(master),
      config_(config),
      events_(events),
      clock_(clock),
      logger_(logger),
      aboutToWait_(std::move(aboutToWait)),
      moves_(logger),
      deadline_(kFramePatience),
      stamps_(clock.hostLine()),
      interval_(config.interval),
      silence_(config.hasOtherMasters() ? kWelcomeOfSeveral : kWelcome),
      heard_(Steady::now()) {}

Parting MasterSession::follow() {
    try {
        return config_.lab ? followLab() : followNative();
    } catch (const std::exception& error) {
        // The master broke the protocol, or told something that cannot be done.
        return {.reason = error.what()};
    }
}

Parting MasterSession::followNative() {
    wire::NativeDecoder decoder;
    std::array<std::byte, wire::kFrameSize * 4> buffer;
    while (!parting_) {
        const net::Connection::Patience frame = frameLeft(), silence = silenceLeft();
        const net::Connection::Patience patience = frame ? std::min(frame, silence) : silence;
        aboutToWait_(patience);
        const net::Received received = connection_.receive(buffer, patience);
        const HostTime read = clock_.hostNow();
        if (received.receipt == net::Receipt::closed) {
            return {.reason = "has closed the connection"};
        }
        if (received.receipt == net::Receipt::timeout) {
            continue;
        }
        heard_ = Steady::now();
        const auto messages = decoder.feed(std::span{buffer}.first(received.size));
        deadline_.fed(messages.size(), decoder.pending(), heard_);
        const HostTime t2 =
            stamps_.arrival(decoder.fedOneFrame() ? received.arrived : std::nullopt, read);
        for (const wire::Message& message : messages) {
            receiveMessage(message, t2);
        }
    }
    return *parting_;
}

/// How long to wait for the rest of a frame; nothing when none has begun.
net::Connection::Patience MasterSession::frameLeft() const {
    const net::Connection::Patience left = deadline_.left(Steady::now());
    if (left == 0ms) {
        throw wire::WireError(deadline_.lateText());
    }
    return left;
}

/// How long the master may still be silent. Throws when that was too long: it hangs, or its network
/// is cut off, and another one may be active by now.
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

/// On the spot, by the thread that received the poll: handing it to another one would cost several
/// times the error.
void MasterSession::answer(const wire::Poll& poll, HostTime t2) {
    wire::Report report;
    report.sequence = poll.sequence;
    report.solicited = true;
    report.received = t2;
    const std::optional<SystemTime> departed = connection_.departed();
    if (answered_ && answered_->sequence + 1 == poll.sequence) {
        // Whatever the clocks did, it left before the master could send the next poll.
        report.previousSent = std::min(stamps_.departure(departed, answered_->sent), t2);
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
        events_.timestamped(connection_.timestamps());
    }
    const sync::ClockState state = clock_.state();
    const HostTime now = clock_.hostNow();
    events_.synchronized(*change, state.line.groupTimeAt(now), state.line.boundAt(now));
}

/// Later ones say that the master is still there, which any message says.
void MasterSession::receiveWelcome(const wire::Welcome& welcome) {
    interval_ = welcome.interval;
    if (!std::exchange(welcomed_, true)) {
        logger_.info("connected to the master at {}{}", toText(master_),
                     welcome.minorVersion == wire::kMinorVersion
                         ? ""
                         : ", which speaks protocol " + wire::toVersionText(welcome.minorVersion));
        events_.joined(master_, welcome.interval);
        silence_ = silenceFor(welcome.interval, config_.hasOtherMasters());
    }
}

Parting MasterSession::followLab() {
    logger_.info("connected to the master at {}", toText(master_));
    events_.joined(master_, std::nullopt);
    wire::LabDecoder decoder{host::localTimeZone()};
    std::array<std::byte, 256> buffer;
    while (true) {
        const auto patience = decoder.ambiguous() ? wire::LabDecoder::kPatience : frameLeft();
        const auto [receipt, size, arrived] = connection_.receive(buffer, patience);
        if (receipt == net::Receipt::closed) {
            return {.reason = "has closed the connection"};
        }
        std::vector<HostTime> times;
        if (receipt == net::Receipt::data) {
            times = decoder.feed(std::span{buffer}.first(size));
        } else if (decoder.ambiguous()) {
            times.push_back(decoder.finish());
        }
        deadline_.fed(times.size(), decoder.pending(), Steady::now());
        for (const HostTime told : times) {
            events_.toldByLab(told);
        }
    }
}

}  // namespace berkeley::node
