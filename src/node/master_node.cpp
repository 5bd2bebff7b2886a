#include "berkeley/node/master_node.h"

#include <algorithm>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "receivers.h"

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

/// The cycle has measured clocks, and moved none.
void leaveAlone(CycleStatus& status) {
    status.average = Nanoseconds::zero();
    for (ClockStatus& clock : status.clocks) {
        clock.correction.reset();
    }
}

/// That have answered, the master among them.
std::uint32_t membersIn(const CycleStatus& status) {
    return static_cast<std::uint32_t>(
        std::count_if(status.clocks.begin(), status.clocks.end(),
                      [](const ClockStatus& clock) { return clock.exclusion != Exclusion::late; }));
}

}  // namespace

MasterNode::MasterNode(MasterConfig config, MasterEvents events, SteeredClock& clock,
                       std::shared_ptr<spdlog::logger> logger)
    : config_(std::move(config)),
      events_(std::move(events)),
      clock_(clock),
      logger_(std::move(logger)),
      roster_(config_.rememberedPpb.value_or(0)),
      leadership_(config_.leadership ? config_.leadership : std::make_shared<Leadership>()),
      receivers_(std::make_unique<Receivers>(config_, clock_, roster_, *leadership_, logger_)) {
    if (config_.leadership) {
        roster_.pause();
    }
    group_.reference = clock_.hostNow();
    group_.frequencyPpb = config_.rememberedPpb.value_or(0);
}

MasterNode::~MasterNode() { stop(); }

void MasterNode::initiateClockServer() {
    receivers_->start();
    syncThread_ = std::thread{[this] { synchronizeAllClocks(); }};
}

void MasterNode::synchronizeAllClocks() {
    while (!isDone() && !roster_.isStopped()) {
        if (roster_.awaitTurn(Steady::now() + config_.interval)) {
            leadGroup();
        }
        receivers_->joinFinished();
    }
    if (isDone()) {
        events_.finished();
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
        receivers_->joinFinished();
        const Deadline next = start + config_.interval;
        if (const std::size_t slaves = roster_.size(); slaves < config_.minSlaves) {
            events_.cycleSkipped(roster_.slaves(), config_.minSlaves);
            greetAll();
            leadership_->cycleBegins();
            leadership_->cycleEnded(1);
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

bool MasterNode::isDone() const { return config_.cycles != 0 && cyclesRun_ >= config_.cycles; }

/// A group that was led by another master goes on as this one was told last.
void MasterNode::takeUpLine() {
    if (const ClockState state = clock_.state(); state.synchronized) {
        group_ = takenOver(state.adjustment, clock_.hostNow());
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
    leadership_->cycleBegins();
    roster_.beginCycle();
    pollAll(start);
    roster_.awaitBursts(Steady::now() +
                        std::min<Nanoseconds>(config_.interval / kAnsweredWithin, kAnswerPatience));

    CycleOutcome outcome = getAverageClockDiff(cycle);
    if (!leadership_->mayAct()) {
        return;  // It was stopped, or another one leads by now, and what was measured is stale.
    }
    tellAll(outcome);
    leadership_->cycleEnded(membersIn(outcome.status));
    ++cyclesRun_;
    outcome.status.duration = clock_.hostNow() - begin;
    outcome.status.lateness = lateness;
    events_.cycleEnded(outcome.status);
}

void MasterNode::pollAll(Deadline start) {
    const auto sessions = receivers_->sessions();
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
    for (const auto& session : receivers_->sessions()) {
        const std::optional<SlaveId> slave = session->slave();
        if (const auto found = slave ? adjustments.find(*slave) : adjustments.end();
            found != adjustments.end()) {
            session->tell(found->second);
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
    for (const auto& session : receivers_->sessions()) {
        if (session->slave()) {
            session->greet();
        }
    }
}

void MasterNode::stop() {
    roster_.stop();
    if (syncThread_.joinable()) {
        syncThread_.join();
    }
    receivers_->stop();
}

void MasterNode::replaceKeys(Keys keys) { receivers_->replaceKeys(std::move(keys)); }

PeerCounts MasterNode::peerCounts() const { return receivers_->peerCounts(); }

Endpoint MasterNode::local() const { return receivers_->local(); }

}  // namespace berkeley
