#include "node/slave_session.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "time/units.h"

namespace berkeley::node {
namespace {

/// Python writes whole microseconds and cuts off the rest.
constexpr std::chrono::microseconds kLabResolution{1};

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
/// For compilers without class template argument deduction for aggregates.
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

using Steady = std::chrono::steady_clock;

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
      interval_(interval),
      admit_(std::move(admit)),
      deadline_(patience),
      stamps_(clock.hostLine()) {
    deadline_.begin(Steady::now());
}

void SlaveSession::authenticate() {
    (void)connection_->handshake(deadline_.patience());
    connection_->setRecordPatience(deadline_.patience());
}

bool SlaveSession::receive() {
    std::array<std::byte, 1024> buffer;
    const net::Received received = connection_->receive(buffer, patience());
    const HostTime read = clock_.hostNow();
    switch (received.receipt) {
        case net::Receipt::closed:
            if (connection_->wasDeaf()) {
                throw wire::WireError("does not read what it is sent (--max-unread)",
                                      wire::Fault::unread);
            }
            return false;
        case net::Receipt::timeout:
            receiveNothing();
            return true;
        case net::Receipt::data:
            break;
    }
    const std::span<const std::byte> bytes{buffer.data(), received.size};
    if (std::holds_alternative<std::monostate>(decoder_)) {
        chooseProtocol(bytes.front());
    }
    if (std::holds_alternative<wire::LabDecoder>(decoder_)) {
        receiveLab(bytes, read);
    } else {
        receiveNative(bytes, received, read);
    }
    return true;
}

void SlaveSession::receiveLab(std::span<const std::byte> bytes, HostTime read) {
    auto& decoder = std::get<wire::LabDecoder>(decoder_);
    const std::vector<HostTime> times = decoder.feed(bytes);
    deadline_.fed(times.size(), decoder.pending(), Steady::now());
    for (const HostTime time : times) {
        receiveLabTime(time, read);
    }
}

void SlaveSession::receiveNative(std::span<const std::byte> bytes, const net::Received& received,
                                 HostTime read) {
    auto& decoder = std::get<wire::NativeDecoder>(decoder_);
    const std::vector<wire::Message> messages = decoder.feed(bytes);
    deadline_.fed(messages.size(), decoder.pending(), Steady::now());
    const HostTime t4 =
        stamps_.arrival(decoder.fedOneFrame() ? received.arrived : std::nullopt, read);
    for (const wire::Message& message : messages) {
        if (!sentOn_) {
            receiveMessage(message, t4);
        }
    }
}

net::Connection::Patience SlaveSession::patience() const {
    const net::Connection::Patience left = deadline_.left(Steady::now());
    const auto* lab = std::get_if<wire::LabDecoder>(&decoder_);
    if (lab != nullptr && lab->ambiguous()) {
        return wire::LabDecoder::kPatience;
    }
    if (left == FrameDeadline::Patience::zero()) {
        throw wire::WireError(
            std::holds_alternative<std::monostate>(decoder_)
                ? "said nothing for " + toOptionText(deadline_.patience()) + " after it connected"
                : deadline_.lateText(),
            wire::Fault::silence);
    }
    return left;
}

void SlaveSession::receiveNothing() {
    auto* lab = std::get_if<wire::LabDecoder>(&decoder_);
    if (lab == nullptr || !lab->ambiguous()) {
        return;  // The deadline has passed, which patience() says.
    }
    // The report came when its last byte did.
    receiveLabTime(lab->finish(), clock_.hostNow() - wire::LabDecoder::kPatience);
    deadline_.fed(1, 0, Steady::now());
}

void SlaveSession::chooseProtocol(std::byte first) {
    if (std::isdigit(std::to_integer<unsigned char>(first)) != 0) {
        decoder_.emplace<wire::LabDecoder>(zone_);
    } else {
        decoder_.emplace<wire::NativeDecoder>();
    }
}

/// A lab report shows only when it was sent. That is as good as the answer to a poll which the
/// master would have sent one round trip before the report came.
void SlaveSession::receiveLabTime(HostTime time, HostTime t4) {
    if (!leadership_.isActive()) {
        throw wire::WireError("speaks the lab's text, to a master that stands by for another one");
    }
    const HostTime t1 = t4 - connection_->roundTrip() - kLabResolution;
    const sync::Measurement measurement{{t1, time, time, t4}, {time, {}}};
    if (const std::optional<sync::SlaveId> known = slave()) {
        (void)group_.record(*known, measurement);
        return;
    }
    const std::string name = toText(peer());
    admit_(name);
    const os::MutexLock guard{lock_};
    name_ = name;
    lab_ = true;
    slave_ = group_.joinLab(name_, measurement);
}

void SlaveSession::receiveMessage(const wire::Message& message, HostTime t4) {
    std::visit(
        Overloaded{
            [&](const wire::Hello& hello) { receiveHello(hello); },
            [&](const wire::Report& report) { receiveReport(report, t4); },
            [&](const wire::MasterAnnouncement& announcement) {
                receiveAnnouncement(announcement);
            },
            [&](const sync::Membership& membership) { introduce(membership); },
            [&](const wire::UnknownMessage& unknown) { leaveAside(unknown); },
            [](const auto&) { throw wire::WireError("sent a message that only a master sends"); },
        },
        message);
}

/// Of a peer of a later version; but any version begins with what all know.
void SlaveSession::leaveAside(const wire::UnknownMessage& unknown) const {
    if (!introduced_) {
        throw wire::WireError("began with a frame of type " + std::to_string(unknown.type) +
                              ", which is unknown");
    }
}

void SlaveSession::receiveHello(const wire::Hello& hello) {
    if (slave()) {
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
    greet();  // Anew: a master that has given up meanwhile may have sent on all but this one.
}

void SlaveSession::greet() { greet(leadership_.greeting(interval_)); }

void SlaveSession::greet(const wire::Message& greeting) {
    if (!isLab()) {
        connection_->send(wire::encode(greeting));
    }
    if (std::holds_alternative<wire::Redirect>(greeting)) {
        sentOn_ = true;
        close();
    }
}

bool SlaveSession::isLab() const {
    const os::MutexLock guard{lock_};
    return lab_;
}

void SlaveSession::receiveAnnouncement(const wire::MasterAnnouncement& announcement) {
    if (slave()) {
        throw wire::WireError("announced a master, but said hello as a slave");
    }
    requireKeyOf(MasterRanks::nameOf(announcement.announcement.from));
    leadership_.heard(announcement);
    introduced_ = true;
}

void SlaveSession::requireKeyOf(const std::string& name) const {
    if (const auto owner = connection_->keyName(); owner && *owner != name) {
        throw wire::WireError(
            "says that it is \"" + name + "\", but has the key of \"" + *owner + '"',
            wire::Fault::key);
    }
}

void SlaveSession::receiveReport(const wire::Report& report, HostTime t4) {
    if (!slave()) {
        throw wire::WireError("sent a report before it said hello");
    }
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

/// At once, under one lock, so that a burst that begins now finds either the old poll outstanding
/// or the next one.
sync::Burst::Answer SlaveSession::takeAnswer(std::uint32_t sequence) {
    const os::MutexLock guard{lock_};
    std::optional<sync::Burst::Answer> answer = burst_.take(sequence);
    if (!answer) {
        throw wire::WireError("answered a poll that it was not sent");
    }
    answer->t1 = stamps_.departure(connection_->departed(), answer->t1);
    if (!answer->last) {
        sendPoll();
    }
    return *answer;
}

void SlaveSession::record(const sync::Measurement& measurement) {
    if (!group_.record(*slave(), measurement)) {
        throw wire::WireError("took longer, by its own clock, than the exchange lasted");
    }
}

void SlaveSession::endBurst() {
    group_.endBurst(*slave());
    const os::MutexLock guard{lock_};
    measured_ = true;
}

void SlaveSession::beginBurst() {
    const os::MutexLock guard{lock_};
    if (!slave_ || lab_ || burst_.isOutstanding()) {
        return;
    }
    if (const int polls = group_.beginBurst(*slave_, interval_); polls > 0) {
        burst_.begin(polls);
        sendPoll();
    }
}

void SlaveSession::sendPoll() {
    connection_->sendStamped(wire::encode(wire::Poll{burst_.send(clock_.hostNow())}));
}

void SlaveSession::join(const wire::Hello& hello) {
    // The group may wake the sync thread, which must find the session complete.
    const os::MutexLock guard{lock_};
    slave_ = group_.join(hello.name, toText(peer()), hello.frequencyPpb, clock_.hostNow());
    name_ = hello.name;
}

void SlaveSession::introduce(const sync::Membership& membership) {
    const std::optional<sync::SlaveId> joined = slave();
    if (!joined) {
        throw wire::WireError("said of which group it is before it said hello");
    }
    group_.introduce(*joined, membership);
}

void SlaveSession::tell(const sync::Adjustment& adjustment) {
    if (!isLab()) {
        const wire::Frame frame = wire::encode(adjustment);
        if (std::exchange(told_, adjustment.membership) != adjustment.membership) {
            connection_->send(wire::encode(adjustment.membership));
        }
        connection_->send(frame);
        return;
    }
    // The text says what time it will be when it arrives.
    const HostTime now = clock_.hostNow();
    const GroupTime arrival = clock_.state().line.groupTimeAt(now) + connection_->roundTrip() / 2;
    const std::string text = wire::toLabText(arrival.time_since_epoch(), zone_);
    connection_->send(std::as_bytes(std::span{text}));
}

std::string SlaveSession::otherVersion() const {
    return minorVersion_ == wire::kMinorVersion
               ? ""
               : ", speaks protocol " + wire::toVersionText(minorVersion_);
}

void SlaveSession::close() {
    if (const std::optional<sync::SlaveId> left = slave()) {
        group_.leave(*left);
    }
    connection_->shutdown();
}

std::optional<sync::SlaveId> SlaveSession::slave() const {
    const os::MutexLock guard{lock_};
    return slave_;
}

std::string SlaveSession::label() const {
    const os::MutexLock guard{lock_};
    return slave_ ? " (" + (lab_ ? "lab" : name_) + ")" : "";
}

std::optional<sync::TimestampKind> SlaveSession::timestamps() const {
    const os::MutexLock guard{lock_};
    return measured_ ? std::optional{connection_->timestamps()} : std::nullopt;
}

}  // namespace berkeley::node
