#include "berkeley/node/slave_node.h"

#include <algorithm>
#include <array>
#include <variant>

#include "berkeley/node/frame_deadline.h"
#include "berkeley/time/units.h"

namespace berkeley {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kFirstRetry = 200ms;
constexpr Nanoseconds kLongestRetry = 4s;
/// A connection that lasted this long was a good one: the next attempt follows soon.
constexpr Nanoseconds kGoodConnection = 5s;
/// How long a master may take for a frame, from its first byte to its last.
constexpr std::chrono::milliseconds kFramePatience = 5s;
/// The microseconds of a lab time may be missing because they are zero, or because they are still
/// to come.
constexpr std::chrono::milliseconds kLabPatience = 200ms;

/// How long to wait for the master's next bytes.
Connection::Patience patienceOf(const FrameDeadline& deadline) {
    const Connection::Patience left = deadline.left(std::chrono::steady_clock::now());
    if (left == 0ms) {
        throw WireError("began a frame and did not finish it within " +
                        toOptionText(deadline.patience()));
    }
    return left;
}

}  // namespace

SlaveNode::SlaveNode(SlaveConfig config, SlaveEvents events, SteeredClock& clock,
                     std::shared_ptr<spdlog::logger> logger)
    : config_(std::move(config)),
      events_(std::move(events)),
      clock_(clock),
      logger_(std::move(logger)),
      zone_(localTimeZone()),
      connector_(context_, config_.key ? std::optional{NamedKey{config_.name, *config_.key}}
                                       : std::nullopt) {}

SlaveNode::~SlaveNode() { stop(); }

void SlaveNode::initiateSlaveClient() {
    (void)resolve(context_, config_.master);
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
    Backoff backoff{kFirstRetry, kLongestRetry, std::random_device{}()};
    while (const std::shared_ptr<Connection> master = connectToMaster(backoff)) {
        const HostTime begin = clock_.hostNow();
        const std::string reason = follow(*master);
        setConnection(nullptr);
        if (clock_.hostNow() - begin > kGoodConnection) {
            backoff.reset();
        }
        if (pauseBeforeRetry(backoff, "the master at " + toText(config_.master) + " " + reason)) {
            return;
        }
    }
}

std::shared_ptr<Connection> SlaveNode::connectToMaster(Backoff& backoff) {
    while (true) {
        try {
            std::shared_ptr<Connection> master = connector_.connect(config_.master);
            if (master && !config_.lab) {
                master->send(encode(Hello{config_.name, config_.rememberedPpb}));
            }
            return setConnection(master) ? master : nullptr;
        } catch (const std::runtime_error& error) {
            if (pauseBeforeRetry(backoff, error.what())) {
                return nullptr;
            }
        }
    }
}

std::string SlaveNode::follow(Connection& master) {
    logger_->info("connected to the master at {}", toText(config_.master));
    try {
        if (config_.lab) {
            followLab(master);
        } else {
            followNative(master);
        }
        return "has closed the connection";
    } catch (const std::exception& error) {
        // The master broke the protocol, or told something that cannot be done.
        return error.what();
    }
}

void SlaveNode::followNative(Connection& master) {
    Conversation conversation{.master = master,
                              .stamps = StampConverter{clock_.hostLine()},
                              .answered = {},
                              .adjusted = false};
    NativeDecoder decoder;
    FrameDeadline deadline{kFramePatience};
    std::array<std::byte, kFrameSize * 4> buffer;
    while (true) {
        const Received received = master.receive(buffer, patienceOf(deadline));
        const HostTime read = clock_.hostNow();
        if (received.receipt == Receipt::closed) {
            return;
        }
        const auto messages = decoder.feed(std::span{buffer}.first(received.size));
        deadline.fed(messages.size(), decoder.pending(), std::chrono::steady_clock::now());
        const HostTime t2 = conversation.stamps.arrival(
            decoder.fedOneFrame() ? received.arrived : std::nullopt, read);
        for (const Message& message : messages) {
            receiveMessage(conversation, message, t2);
        }
    }
}

void SlaveNode::receiveMessage(Conversation& conversation, const Message& message, HostTime t2) {
    if (const auto* poll = std::get_if<Poll>(&message)) {
        answer(conversation, *poll, t2);
    } else if (const auto* adjustment = std::get_if<Adjustment>(&message)) {
        adjust(conversation, *adjustment);
    } else {
        throw WireError("sent a message that only a slave sends");
    }
}

/// On the spot, by the thread that received the poll: handing it to another one would cost several
/// times the error.
void SlaveNode::answer(Conversation& conversation, const Poll& poll, HostTime t2) {
    auto& [master, stamps, answered, adjusted] = conversation;
    Report report;
    report.sequence = poll.sequence;
    report.solicited = true;
    report.received = t2;
    const std::optional<SystemTime> departed = master.departed();
    if (answered && answered->sequence + 1 == poll.sequence) {
        // Whatever the clocks did, it left before the master could send the next poll.
        report.previousSent = std::min(stamps.departure(departed, answered->sent), t2);
    }
    const ClockState state = clock_.state();
    report.sent = clock_.hostNow();
    report.correction = state.line.at(report.sent);
    report.deviation = state.deviationAt(report.sent);
    master.sendStamped(encode(report));
    answered = report;
}

void SlaveNode::adjust(Conversation& conversation, const Adjustment& adjustment) {
    const std::optional<Change> change = clock_.apply(adjustment);
    if (!change) {
        throw WireError("sent an adjustment that leads to a time that is not believable");
    }
    if (!conversation.adjusted) {
        conversation.adjusted = true;
        logger_->info("the connection to the master at {} has {}", toText(config_.master),
                      toText(conversation.master.timestamps()));
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
        const auto patience = decoder.ambiguous() ? kLabPatience : patienceOf(deadline);
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
        deadline.fed(times.size(), decoder.pending(), std::chrono::steady_clock::now());
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

bool SlaveNode::pauseBeforeRetry(Backoff& backoff, const std::string& reason) {
    {
        const std::lock_guard guard{lock_};
        if (stopping_) {
            return true;
        }
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
