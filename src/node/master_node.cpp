// Long, and in one file: who is connected and the sync cycle share all that the class has.
#include "berkeley/node/master_node.h"

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "berkeley/host/time_zone.h"

namespace berkeley {
namespace {

using Steady = std::chrono::steady_clock;

/// Bursts with different slaves begin this far apart, so that they do not wake everyone at once,
/// but all within this part of the interval.
constexpr std::chrono::milliseconds kPace{1};
constexpr int kPolledWithin = 2;
/// A slave that has not answered this part of the interval, or this time, later is late.
constexpr int kAnsweredWithin = 4;
constexpr std::chrono::milliseconds kAnswerPatience{500};
/// Lines about one host a second: a rack of slaves comes and goes, and a bad peer is one too many.
constexpr std::uint32_t kGoings = 50;
constexpr std::uint32_t kMisdeeds = 1;
/// How long the accept thread waits when the machine has run out of something.
constexpr std::chrono::milliseconds kAcceptPause{200};

/// The cycle has measured clocks, and moved none.
void leaveAlone(CycleStatus& status) {
    status.average = Nanoseconds::zero();
    for (ClockStatus& clock : status.clocks) {
        clock.correction.reset();
    }
}

}  // namespace

MasterNode::MasterNode(MasterConfig config, MasterEvents events, SteeredClock& clock,
                       std::shared_ptr<spdlog::logger> logger)
    : config_(std::move(config)),
      events_(std::move(events)),
      clock_(clock),
      logger_(std::move(logger)),
      goings_(logger_, spdlog::level::info, kGoings),
      misdeeds_(logger_, spdlog::level::warn, kMisdeeds),
      zone_(localTimeZone()),
      roster_(config_.rememberedPpb.value_or(0)),
      leadership_(config_.leadership ? config_.leadership : std::make_shared<Leadership>()),
      admission_(config_.admission, leadership_->ranks().namesOfOthers()) {
    if (config_.leadership) {
        roster_.pause();
    }
    if (config_.keys) {
        keys_.emplace(*config_.keys);
    }
    group_.reference = clock_.hostNow();
    group_.frequencyPpb = config_.rememberedPpb.value_or(0);
}

MasterNode::~MasterNode() { stop(); }

void MasterNode::initiateClockServer() {
    listener_ = std::make_unique<Listener>(context_, config_.listen, keys_ ? &*keys_ : nullptr,
                                           static_cast<int>(config_.unreadBytes));
    logger_->info("clock server started on {}", toText(listener_->local()));
    acceptThread_ = std::thread{[this] { startConnecting(); }};
    syncThread_ = std::thread{[this] { synchronizeAllClocks(); }};
}

void MasterNode::startConnecting() {
    while (true) {
        try {
            std::shared_ptr<Connection> connection = listener_->accept();
            if (!connection) {
                return;
            }
            accept(std::move(connection));
        } catch (const std::exception& error) {
            sendAway(listener_->local(), Fault::refused,
                     " " + std::string{error.what()} + "; slaves that are connected go on");
            // Nothing tells when there is enough again.
            std::this_thread::sleep_for(kAcceptPause);
        }
        joinFinished();
    }
}

void MasterNode::accept(std::shared_ptr<Connection> connection) {
    const Endpoint peer = connection->peer();
    if (const Admission::Refusal reason = admit(peer)) {
        sendAway(peer, Fault::refused, ": refused, " + *reason);
        return;
    }
    try {
        startReceiver(std::move(connection));
    } catch (const std::exception& error) {
        {
            const std::lock_guard guard{lock_};
            admission_.pendingLeft(peer.host);
        }
        throw std::runtime_error("refused " + toText(peer) + ": no thread for it: " + error.what());
    }
}

void MasterNode::startReceiver(std::shared_ptr<Connection> connection) {
    auto made = std::make_unique<Receiver>();
    Receiver& receiver = *made;
    receiver.session = std::make_shared<SlaveSession>(
        std::move(connection), clock_, roster_, *leadership_, zone_, config_.patience,
        config_.interval,
        [this, &receiver](const std::string& name) { admitSlave(receiver, name); });
    const std::lock_guard guard{lock_};
    receivers_.push_back(std::move(made));
    try {
        receiver.thread = std::thread{[this, &receiver] { startReceivingClockTime(receiver); }};
    } catch (const std::system_error&) {
        receivers_.pop_back();
        throw;
    }
}

Admission::Refusal MasterNode::admit(const Endpoint& peer) {
    const std::lock_guard guard{lock_};
    return admission_.admit(peer.host, Steady::now());
}

void MasterNode::admitSlave(Receiver& receiver, const std::string& name) {
    const std::lock_guard guard{lock_};
    const std::string& host = receiver.session->peer().host;
    if (const Admission::Refusal reason = admission_.admitSlave(host, name)) {
        throw WireError("refused, " + *reason, Fault::refused);
    }
    receiver.admitted = name;
}

/// A key has one voice. The newest counts: what is left of a lost connection lingers for a while.
/// Of two that join at once only the later one sees to that, or neither would be left.
void MasterNode::closeOthersWithKeyOf(const SlaveSession& session) {
    const std::optional<std::string> name = session.keyName();
    const std::optional<SlaveId> joined = session.slave();
    for (const auto& other : sessions()) {
        const std::optional<SlaveId> older = other->slave();
        if (name && older && *older < *joined && other->keyName() == name) {
            sendAway(other->peer(), Fault::key,
                     other->label() + " has connected again from " + toText(session.peer()) +
                         "; connection closed");
            other->close();
        }
    }
}

void MasterNode::sendAway(const Endpoint& peer, Fault fault, const std::string& text) {
    ++sentAway_.at(static_cast<std::size_t>(fault));
    misdeeds_.write(peer, text);
}

/// Once, as soon as they are known. Only the receive thread changes them.
void MasterNode::noteTimestamps(Receiver& receiver) {
    const SlaveSession& session = *receiver.session;
    if (receiver.timestamps) {
        return;
    }
    if (const std::optional<TimestampKind> timestamps = session.timestamps()) {
        logger_->debug("{}{}: {}", toText(session.peer()), session.label(), toText(*timestamps));
        const std::lock_guard guard{lock_};
        receiver.timestamps = timestamps;
    }
}

PeerCounts MasterNode::peerCounts() const {
    PeerCounts counts;
    counts.slaves = roster_.size();
    std::copy(sentAway_.begin(), sentAway_.end(), counts.sentAway.begin());
    const std::lock_guard guard{lock_};
    for (const auto& receiver : receivers_) {
        if (receiver->timestamps && !receiver->finished) {
            ++counts.timestamps.at(static_cast<std::size_t>(*receiver->timestamps));
        }
    }
    return counts;
}

void MasterNode::leave(Receiver& receiver) {
    receiver.session->close();
    const std::lock_guard guard{lock_};
    if (receiver.admitted) {
        admission_.slaveLeft(*receiver.admitted);
    } else {
        admission_.pendingLeft(receiver.session->peer().host);
    }
    receiver.finished = true;
}

void MasterNode::startReceivingClockTime(Receiver& receiver) {
    SlaveSession& session = *receiver.session;
    bool announced = false;
    try {
        session.authenticate();
        while (session.receive()) {
            if (!announced && session.slave()) {
                announced = true;
                closeOthersWithKeyOf(session);
                goings_.write(session.peer(), session.label() + " got connected successfully" +
                                                  session.otherVersion());
            }
            noteTimestamps(receiver);
        }
        if (announced) {
            goings_.write(session.peer(), session.label() + " has left");
        }
    } catch (const WireError& error) {
        sendAway(session.peer(), error.fault(),
                 ": " + std::string{error.what()} + "; connection closed");
    }
    leave(receiver);
}

void MasterNode::synchronizeAllClocks() {
    while (!isDone() && !roster_.isStopped()) {
        if (roster_.awaitTurn(Steady::now() + config_.interval)) {
            leadGroup();
        }
        joinFinished();
    }
    if (isDone()) {
        events_.finished();
    }
}

bool MasterNode::isDone() const { return config_.cycles != 0 && cyclesRun_ >= config_.cycles; }

/// A group that was led by another master goes on as this one was told last.
void MasterNode::takeUpLine() {
    if (const ClockState state = clock_.state(); state.synchronized) {
        group_ = takenOver(state.adjustment, clock_.hostNow());
    }
}

/// For as long as this master is active.
void MasterNode::leadGroup() {
    bool first = true;
    Deadline start = Steady::now();
    while (!isDone()) {
        if (roster_.awaitStop(start)) {
            return;
        }
        joinFinished();
        const Deadline next = start + config_.interval;
        if (const std::size_t slaves = roster_.size(); slaves < config_.minSlaves) {
            events_.cycleSkipped(roster_.slaves(), config_.minSlaves);
            greetAll();
            ++turns_;
            // The first cycle need not wait for its turn.
            start = roster_.awaitSlaves(config_.minSlaves, next) ? Steady::now() : next;
            continue;
        }
        if (std::exchange(first, false)) {
            takeUpLine();
        }
        const std::uint32_t cycle = group_.cycle + 1;
        runCycle(cycle, start);
        ++turns_;
        start = next;
        if (const auto late = Steady::now() - next; late > Steady::duration::zero()) {
            logger_->warn("sync cycle {} took longer than the interval", cycle);
            start += (late / config_.interval) * config_.interval;
        }
    }
}

void MasterNode::activate() {
    const ClockState state = clock_.state();
    roster_.resume(state.synchronized ? std::optional{state.adjustment} : std::nullopt);
}

void MasterNode::standBy() {
    roster_.pause();
    { const std::lock_guard cycle{inCycle_}; }
    greetAll();
}

void MasterNode::greetAll() {
    for (const auto& session : sessions()) {
        if (session->slave()) {
            session->greet();
        }
    }
}

void MasterNode::runCycle(std::uint32_t cycle, Deadline start) {
    const std::lock_guard guard{inCycle_};
    if (roster_.awaitStop(start)) {
        return;
    }
    const HostTime begin = clock_.hostNow();
    const Nanoseconds lateness = Steady::now() - start;
    events_.cycleStarted(cycle, roster_.size());
    roster_.beginCycle();
    pollAll(start);
    roster_.awaitBursts(Steady::now() +
                        std::min<Nanoseconds>(config_.interval / kAnsweredWithin, kAnswerPatience));

    CycleOutcome outcome = getAverageClockDiff(cycle);
    if (!leadership_->mayAct()) {
        return;  // It was stopped, or another one leads by now, and what was measured is stale.
    }
    tellAll(outcome);
    ++cyclesRun_;
    outcome.status.duration = clock_.hostNow() - begin;
    outcome.status.lateness = lateness;
    events_.cycleEnded(outcome.status);
}

void MasterNode::pollAll(Deadline start) {
    const auto sessions = this->sessions();
    if (sessions.empty()) {
        return;
    }
    const Nanoseconds pace = std::min<Nanoseconds>(
        kPace, config_.interval / kPolledWithin / static_cast<Nanoseconds::rep>(sessions.size()));
    for (const auto& session : sessions) {
        session->beginBurst();
        start += pace;
        // Shorter waits would cost more than they are worth.
        if (start >= Steady::now() + kPace && roster_.awaitStop(start)) {
            return;
        }
    }
}

CycleOutcome MasterNode::getAverageClockDiff(std::uint32_t cycle) {
    return roster_.conclude(cycle, clock_.hostNow(), group_, clock_.state(), config_.cycle);
}

void MasterNode::tellAll(CycleOutcome& outcome) {
    try {
        if (!clock_.apply(outcome.master, {"", config_.interval})) {
            logger_->error("sync cycle {}: the average is not a believable time; clocks left alone",
                           outcome.master.cycle);
            leaveAlone(outcome.status);
            return;
        }
    } catch (const std::runtime_error& error) {
        logger_->error("{}", error.what());
    }
    group_ = outcome.master;
    const std::unordered_map<SlaveId, Adjustment> adjustments{outcome.adjustments.begin(),
                                                              outcome.adjustments.end()};
    for (const auto& session : sessions()) {
        const std::optional<SlaveId> slave = session->slave();
        if (const auto found = slave ? adjustments.find(*slave) : adjustments.end();
            found != adjustments.end()) {
            session->tell(found->second);
        }
    }
}

std::vector<std::shared_ptr<SlaveSession>> MasterNode::sessions() const {
    const std::lock_guard guard{lock_};
    std::vector<std::shared_ptr<SlaveSession>> sessions;
    for (const auto& receiver : receivers_) {
        if (!receiver->finished) {
            sessions.push_back(receiver->session);
        }
    }
    return sessions;
}

void MasterNode::joinFinished() {
    Receivers finished;
    {
        const std::lock_guard guard{lock_};
        const auto firstFinished =
            std::partition(receivers_.begin(), receivers_.end(),
                           [](const auto& receiver) { return !receiver->finished; });
        std::move(firstFinished, receivers_.end(), std::back_inserter(finished));
        receivers_.erase(firstFinished, receivers_.end());
    }
    for (const auto& receiver : finished) {
        receiver->thread.join();
    }
}

void MasterNode::replaceKeys(Keys keys) {
    keys_.value().replace(std::move(keys));
    // Whoever is in the middle of a handshake looks at the keys again at its end.
    for (const auto& session : sessions()) {
        if (!session->isKeyCurrent()) {
            sendAway(session->peer(), Fault::key,
                     session->label() + "'s key was taken away; connection closed");
            session->close();
        }
    }
}

void MasterNode::stop() {
    roster_.stop();
    if (listener_) {
        listener_->shutdown();
    }
    for (std::thread* thread : {&acceptThread_, &syncThread_}) {
        if (thread->joinable()) {
            thread->join();
        }
    }
    for (const auto& receiver : receivers_) {
        receiver->session->close();
    }
    for (const auto& receiver : receivers_) {
        receiver->thread.join();
    }
    receivers_.clear();
}

}  // namespace berkeley
