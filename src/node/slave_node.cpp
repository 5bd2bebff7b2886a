#include "berkeley/node/slave_node.h"

#include <algorithm>
#include <array>
#include <variant>

#include "berkeley/node/frame_deadline.h"
#include "berkeley/time/units.h"

namespace berkeley {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr Nanoseconds kFirstRetry = 200ms;
constexpr Nanoseconds kLongestRetry = 4s;
/// Of several masters one is soon active again.
constexpr Nanoseconds kLongestRetryOfSeveral = 400ms;
/// While one of them does not answer, another one may be active already.
constexpr std::chrono::milliseconds kPatienceOfSeveral = 1s;
/// How long a master may take to say a word after the slave's hello: it may be busy with many.
constexpr Nanoseconds kWelcome = 5s;
/// How much later than half an interval behind its time a master's message may be.
constexpr Nanoseconds kLate = 250ms;
/// A connection that lasted this long was a good one: the next attempt follows soon.
constexpr Nanoseconds kGoodConnection = 5s;
/// By how much a busy machine may let a thread run too late.
constexpr Nanoseconds kScheduling = 10s;
/// How long a master may take for a frame, from its first byte to its last.
constexpr std::chrono::milliseconds kFramePatience = 5s;

/// How long to wait for the master's next bytes, and no longer than `silence`.
Connection::Patience patienceOf(const FrameDeadline& deadline,
                                Connection::Patience silence = std::nullopt) {
    const Connection::Patience left = deadline.left(Steady::now());
    if (left == 0ms) {
        throw WireError("began a frame and did not finish it within " +
                        toOptionText(deadline.patience()));
    }
    return left && silence ? std::min(left, silence) : left ? left : silence;
}

}  // namespace

SlaveNode::SlaveNode(SlaveConfig config, SlaveEvents events, SteeredClock& clock,
                     std::shared_ptr<spdlog::logger> logger)
    : config_(std::move(config)),
      events_(std::move(events)),
      clock_(clock),
      logger_(std::move(logger)),
      zone_(localTimeZone()),
      connector_(context_,
                 config_.key ? std::optional{NamedKey{config_.name, *config_.key}} : std::nullopt,
                 config_.masters.size() > 1 ? kPatienceOfSeveral : Connector::kPatience) {}

SlaveNode::~SlaveNode() { stop(); }

void SlaveNode::initiateSlaveClient() {
    sendThread_ = std::thread{[this] { startSendingTime(); }};
    receiveThread_ = std::thread{[this] { startReceivingTime(); }};
}

void SlaveNode::startSendingTime() {
    while (const std::shared_ptr<Connection> master = awaitConnection()) {
        if (config_.lab) {
            sendLabTime(*master);
        } else {
            sendReport(*master);
        }
        if (pause(config_.interval)) {
            return;
        }
    }
}

void SlaveNode::startReceivingTime() {
    MasterList masters{config_.masters};
    Backoff backoff{kFirstRetry, masters.size() > 1 ? kLongestRetryOfSeveral : kLongestRetry,
                    std::random_device{}()};
    while (const std::shared_ptr<Connection> master = connectToMaster(masters, backoff)) {
        const HostTime begin = clock_.hostNow();
        const Parting parting = follow(*master, masters);
        expectToGoOn(std::nullopt);
        setConnection(nullptr);
        events_.left();
        if (clock_.hostNow() - begin > kGoodConnection) {
            backoff.reset();
        }
        if (parting.active
                ? goTo(*parting.active, masters, backoff)
                : tryNext(masters, backoff,
                          "the master at " + toText(masters.current()) + " " + parting.reason)) {
            return;
        }
    }
}

std::shared_ptr<Connection> SlaveNode::connectToMaster(MasterList& masters, Backoff& backoff) {
    while (true) {
        try {
            std::shared_ptr<Connection> master = connector_.connect(masters.current());
            if (master && !config_.lab) {
                master->send(encode(Hello{config_.name, frequencyPpb()}));
            }
            return setConnection(master) ? master : nullptr;
        } catch (const std::runtime_error& error) {
            if (tryNext(masters, backoff, error.what())) {
                return nullptr;
            }
        }
    }
}

std::optional<double> SlaveNode::frequencyPpb() const {
    const ClockState state = clock_.state();
    return state.synchronized ? std::optional{state.adjustment.frequencyPpb}
                              : config_.rememberedPpb;
}

SlaveNode::Parting SlaveNode::follow(Connection& master, MasterList& masters) {
    try {
        if (!config_.lab) {
            return followNative(master, masters);
        }
        logger_->info("connected to the master at {}", toText(masters.current()));
        events_.joined(masters.current(), std::nullopt);
        followLab(master);
        return {.reason = "has closed the connection"};
    } catch (const std::exception& error) {
        // The master broke the protocol, or told something that cannot be done.
        return {.reason = error.what()};
    }
}

SlaveNode::Parting SlaveNode::followNative(Connection& master, MasterList& masters) {
    Conversation conversation{.master = master,
                              .masters = masters,
                              .stamps = StampConverter{clock_.hostLine()},
                              .interval = config_.interval,
                              .silence = masters.size() > 1 ? kPatienceOfSeveral : kWelcome};
    NativeDecoder decoder;
    FrameDeadline deadline{kFramePatience};
    auto heard = Steady::now();
    std::array<std::byte, kFrameSize * 4> buffer;
    while (!conversation.parting) {
        const auto patience = patienceOf(deadline, silenceLeft(conversation, heard));
        expectToGoOn(patience);
        const Received received = master.receive(buffer, patience);
        const HostTime read = clock_.hostNow();
        if (received.receipt == Receipt::closed) {
            return {.reason = "has closed the connection"};
        }
        if (received.receipt == Receipt::timeout) {
            continue;
        }
        heard = Steady::now();
        const auto messages = decoder.feed(std::span{buffer}.first(received.size));
        deadline.fed(messages.size(), decoder.pending(), heard);
        const HostTime t2 = conversation.stamps.arrival(
            decoder.fedOneFrame() ? received.arrived : std::nullopt, read);
        for (const Message& message : messages) {
            receiveMessage(conversation, message, t2);
        }
    }
    return *conversation.parting;
}

/// How long the master may still be silent. Throws when that was too long: it hangs, or its network
/// is cut off, and another one may be active by now.
Connection::Patience SlaveNode::silenceLeft(const Conversation& conversation,
                                            Steady::time_point heard) {
    if (!conversation.silence) {
        return std::nullopt;
    }
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(heard + *conversation.silence - Steady::now());
    if (left <= 0ms) {
        throw WireError("has been silent for " + toSpanText(*conversation.silence));
    }
    return left;
}

void SlaveNode::receiveMessage(Conversation& conversation, const Message& message, HostTime t2) {
    if (const auto* poll = std::get_if<Poll>(&message)) {
        answer(conversation, *poll, t2);
    } else if (const auto* adjustment = std::get_if<Adjustment>(&message)) {
        adjust(conversation, *adjustment);
    } else if (const auto* welcome = std::get_if<Welcome>(&message)) {
        receiveWelcome(conversation, *welcome);
    } else if (const auto* redirect = std::get_if<Redirect>(&message)) {
        conversation.parting = partingFor(*redirect);
    } else if (!std::holds_alternative<UnknownMessage>(message)) {
        throw WireError("sent a message that only a slave sends");
    }
}

/// Later ones say that the master is still there, which any message says.
void SlaveNode::receiveWelcome(Conversation& conversation, const Welcome& welcome) {
    conversation.interval = welcome.interval;
    if (!std::exchange(welcomed_, true)) {
        logger_->info("connected to the master at {}{}", toText(conversation.masters.current()),
                      welcome.minorVersion == kMinorVersion
                          ? ""
                          : ", which speaks protocol " + toVersionText(welcome.minorVersion));
        events_.joined(conversation.masters.current(), welcome.interval);
        conversation.silence = silenceFor(welcome.interval);
        conversation.masters.reached();
    }
}

/// With no other master to go to there is no hurry.
Nanoseconds SlaveNode::silenceFor(Nanoseconds interval) const {
    return config_.masters.size() > 1 ? interval * 3 / 2 + kLate : interval * 5 + kWelcome;
}

SlaveNode::Parting SlaveNode::partingFor(const Redirect& redirect) {
    if (redirect.host.empty()) {
        return {.reason = "stands by and knows of no active master"};
    }
    return {.reason = "stands by", .active = Endpoint{redirect.host, redirect.port}};
}

/// On the spot, by the thread that received the poll: handing it to another one would cost several
/// times the error.
void SlaveNode::answer(Conversation& conversation, const Poll& poll, HostTime t2) {
    Connection& master = conversation.master;
    std::optional<Report>& answered = conversation.answered;
    Report report;
    report.sequence = poll.sequence;
    report.solicited = true;
    report.received = t2;
    const std::optional<SystemTime> departed = master.departed();
    if (answered && answered->sequence + 1 == poll.sequence) {
        // Whatever the clocks did, it left before the master could send the next poll.
        report.previousSent = std::min(conversation.stamps.departure(departed, answered->sent), t2);
    }
    const ClockState state = clock_.state();
    report.sent = clock_.hostNow();
    report.correction = state.line.at(report.sent);
    report.deviation = state.deviationAt(report.sent);
    master.sendStamped(encode(report));
    answered = report;
}

void SlaveNode::adjust(Conversation& conversation, const Adjustment& adjustment) {
    const std::optional<Change> change =
        clock_.apply(adjustment, {toText(conversation.masters.current()), conversation.interval});
    if (!change) {
        throw WireError("sent an adjustment that leads to a time that is not believable");
    }
    if (!conversation.adjusted) {
        conversation.adjusted = true;
        logger_->info("the connection to the master at {} has {}",
                      toText(conversation.masters.current()),
                      toText(conversation.master.timestamps()));
        events_.timestamped(conversation.master.timestamps());
    }
    const ClockState state = clock_.state();
    const HostTime now = clock_.hostNow();
    events_.synchronized(*change, state.line.groupTimeAt(now), state.boundAt(now));
}

void SlaveNode::followLab(Connection& master) {
    LabDecoder decoder{zone_};
    FrameDeadline deadline{kFramePatience};
    std::array<std::byte, 256> buffer;
    while (true) {
        const auto patience = decoder.ambiguous() ? LabDecoder::kPatience : patienceOf(deadline);
        const auto [receipt, size, arrived] = master.receive(buffer, patience);
        if (receipt == Receipt::closed) {
            return;
        }
        std::vector<HostTime> times;
        if (receipt == Receipt::data) {
            times = decoder.feed(std::span{buffer}.first(size));
        } else if (decoder.ambiguous()) {
            times.push_back(decoder.finish());
        }
        deadline.fed(times.size(), decoder.pending(), Steady::now());
        for (const HostTime told : times) {
            events_.toldByLab(told);
        }
    }
}

void SlaveNode::sendReport(Connection& master) {
    const CorrectionLine line = clock_.state().line;
    const HostTime now = clock_.hostNow();
    master.send(encode(Report{.received = now, .sent = now, .correction = line.at(now)}));
}

void SlaveNode::sendLabTime(Connection& master) {
    const std::string text = toLabText(clock_.hostNow().time_since_epoch(), zone_);
    master.send(std::as_bytes(std::span{text}));
}

std::shared_ptr<Connection> SlaveNode::awaitConnection() {
    std::unique_lock guard{lock_};
    changed_.wait(guard, [&] { return stopping_ || connection_ != nullptr; });
    return stopping_ ? nullptr : connection_;
}

bool SlaveNode::setConnection(std::shared_ptr<Connection> connection) {
    const std::lock_guard guard{lock_};
    connection_ = std::move(connection);
    changed_.notify_all();
    return !stopping_;
}

bool SlaveNode::pause(Nanoseconds duration) {
    std::unique_lock guard{lock_};
    return changed_.wait_for(guard, duration, [&] { return stopping_; });
}

bool SlaveNode::tryNext(MasterList& masters, Backoff& backoff, const std::string& reason) {
    if (masters.failed()) {
        return pauseBeforeRetry(backoff, reason);
    }
    const auto level = std::exchange(welcomed_, false) ? spdlog::level::warn : spdlog::level::debug;
    logger_->log(level, "{}; trying {}", reason, toText(masters.current()));
    return isStopping();
}

bool SlaveNode::goTo(const Endpoint& active, MasterList& masters, Backoff& backoff) {
    welcomed_ = false;
    const std::string standby = toText(masters.current());
    if (masters.redirect(active)) {
        return pauseBeforeRetry(backoff, "no master is active yet");
    }
    logger_->debug("the master at {} stands by; going to {}", standby, toText(active));
    return isStopping();
}

bool SlaveNode::isStopping() const {
    const std::lock_guard guard{lock_};
    return stopping_;
}

void SlaveNode::expectToGoOn(Connection::Patience patience) {
    goesOnBefore_ = patience ? Steady::now() + *patience + kScheduling : Steady::time_point::max();
}

bool SlaveNode::isStuck() const { return Steady::now() > goesOnBefore_.load(); }

bool SlaveNode::pauseBeforeRetry(Backoff& backoff, const std::string& reason) {
    welcomed_ = false;
    if (isStopping()) {
        return true;
    }
    const Nanoseconds wait = backoff.next();
    logger_->warn("{}; trying again in {}", reason, toSpanText(wait));
    return pause(wait);
}

void SlaveNode::stop() {
    {
        const std::lock_guard guard{lock_};
        stopping_ = true;
        if (connection_) {
            connection_->shutdown();
        }
        changed_.notify_all();
    }
    connector_.cancel();
    for (std::thread* thread : {&sendThread_, &receiveThread_}) {
        if (thread->joinable()) {
            thread->join();
        }
    }
}

}  // namespace berkeley
