#include "node/master_node.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "receivers.h"
#include "time/units.h"

namespace berkeley::node {
namespace {

using Steady = std::chrono::steady_clock;

/// Bursts with different slaves begin kPace apart, so that they do not wake everyone at once, but
/// all begin within 1/kPolledWithin of the interval.
constexpr std::chrono::milliseconds kPace{1};
constexpr int kPolledWithin = 2;
/// A slave is late if it has not answered within 1/kAnsweredWithin of the interval after the polls,
/// or within kAnswerPatience if that is shorter.
constexpr int kAnsweredWithin = 4;
constexpr std::chrono::milliseconds kAnswerPatience{500};

/// Half of the most that the averages may pull the group's time, in ppb.
constexpr double kDragged = 100;

/// Says in `status` that the cycle measured clocks but moved none.
void leaveAlone(sync::CycleStatus& status) {
    status.average = Nanoseconds::zero();
    for (sync::ClockStatus& clock : status.clocks) {
        clock.change.reset();
    }
}

/// Returns how many clocks have answered, the master included.
std::uint32_t membersIn(const sync::CycleStatus& status) {
    return static_cast<std::uint32_t>(std::count_if(
        status.clocks.begin(), status.clocks.end(),
        [](const sync::ClockStatus& clock) { return clock.standing != sync::Standing::late; }));
}

}  // namespace

MasterNode::MasterNode(MasterConfig config, Observers observers, host::SteeredClock& clock,
                       std::shared_ptr<spdlog::logger> logger)
    : config_(std::move(config)),
      observers_(std::move(observers)),
      clock_(clock),
      logger_(std::move(logger)),
      group_(config_.group, clock.hostNow()),
      leadership_(config_.leadership ? config_.leadership : std::make_shared<Leadership>()),
      receivers_(std::make_unique<Receivers>(config_, clock_, group_, *leadership_, logger_)),
      moves_(*logger_) {
    if (config_.leadership) {
        group_.pause();
    } else {
        lead(0);
    }
}

MasterNode::~MasterNode() { stop(); }

void MasterNode::initiateClockServer() {
    receivers_->start();
    syncThread_ = std::thread{[this] { synchronizeAllClocks(); }};
}

void MasterNode::synchronizeAllClocks() {
    while (!isDone() && !group_.isStopped()) {
        try {
            if (group_.awaitTurn(Steady::now() + config_.interval)) {
                leadGroup();
            }
            receivers_->joinFinished();
        } catch (const std::exception& error) {
            // Usually memory or threads have run out, and the next cycle may do better.
            logger_->error("sync cycle {} was aborted: {}", cycle_.load() + 1, error.what());
            (void)group_.awaitStop(Steady::now() + config_.interval);
        }
    }
    if (isDone()) {
        notify(observers_, &Observer::finished);
    }
}

/// Runs sync cycles for as long as this master is active.
void MasterNode::leadGroup() {
    Deadline start = Steady::now();
    while (!isDone()) {
        if (group_.awaitStop(start)) {
            return;
        }
        receivers_->joinFinished();
        const Deadline next = start + config_.interval;
        if (!isReady(start, next)) {
            continue;
        }
        const std::uint32_t cycle = cycle_ + 1;
        runCycle(cycle, start);
        start = next;
        if (const auto late = Steady::now() - next; late > Steady::duration::zero()) {
            logger_->warn("sync cycle {} took longer than the interval", cycle);
            start += (late / config_.interval) * config_.interval;
        }
    }
}

/// Until the group is ready, tells the slaves that the master is there.
bool MasterNode::isReady(Deadline& start, Deadline next) {
    const std::size_t slaves = group_.size();
    const std::optional<HostTime> readyAt = group_.readyAt();
    const Nanoseconds left = readyAt ? *readyAt - clock_.hostNow() : Nanoseconds::zero();
    const bool enough = slaves >= config_.minSlaves;
    if (enough && left <= Nanoseconds::zero()) {
        waits_ = false;
        return true;
    }
    notify(observers_, &Observer::cycleSkipped, group_.slaves(), config_.minSlaves);
    if (enough && !std::exchange(waits_, true)) {
        logger_->info("the first sync cycle begins when no further slave has joined for {}",
                      toOptionText(config_.group.foundAfter));
    }
    greetAll();
    leadership_->cycleBegins();
    leadership_->cycleEnded(1);
    // The first cycle need not wait for the next interval.
    if (enough) {
        start = std::min(next, Steady::now() + left);
    } else {
        start = group_.awaitSlaves(config_.minSlaves, next) ? Steady::now() : next;
    }
    return false;
}

bool MasterNode::isDone() const { return config_.cycles != 0 && cyclesRun_ >= config_.cycles; }

/// Takes the lead: the group continues along the line that this master's clock has been on.
void MasterNode::lead(std::uint32_t term) {
    const sync::ClockState state = clock_.state();
    cycle_ = state.cycle;
    group_.lead(state, term, clock_.hostNow());
    if (state.synchronized) {
        logger_->info("continues to lead the group after cycle {}; its time is right within {}",
                      state.cycle, toSpanText(state.line.boundAt(clock_.hostNow())));
    }
}

void MasterNode::runCycle(std::uint32_t cycle, Deadline start) {
    const os::MutexLock guard{inCycle_};
    if (group_.awaitStop(start)) {
        return;
    }
    lookForPause();
    const HostTime begin = clock_.hostNow();
    const Nanoseconds lateness = Steady::now() - start;
    notify(observers_, &Observer::cycleStarted, cycle, group_.size());
    leadership_->cycleBegins();
    group_.beginCycle();
    pollAll(start);
    group_.awaitBursts(Steady::now() +
                       std::min<Nanoseconds>(config_.interval / kAnsweredWithin, kAnswerPatience));

    sync::CycleOutcome outcome = getAverageClockDiff();
    cycle_ = outcome.status.cycle;
    if (!leadership_->mayAct()) {
        return;  // It was stopped, or another leads by now: the measurements are stale.
    }
    tellAll(outcome);
    leadership_->cycleEnded(membersIn(outcome.status));
    ++cyclesRun_;
    outcome.status.duration = clock_.hostNow() - begin;
    outcome.status.lateness = lateness;
    warnOf(outcome.status);
    notify(observers_, &Observer::cycleEnded, outcome.status);
}

/// If this master's clock stood still or jumped, it must learn the line from the other clocks.
void MasterNode::lookForPause() {
    clock_.beginMeasurement();
    if (clock_.suspect() != PauseKind::none) {
        group_.doubt(clock_.hostNow());
    }
}

void MasterNode::pollAll(Deadline start) {
    const auto sessions = receivers_->sessions();
    if (sessions.empty()) {
        return;
    }
    const Nanoseconds pace = std::min<Nanoseconds>(
        kPace, config_.interval / kPolledWithin / static_cast<Nanoseconds::rep>(sessions.size()));
    for (const auto& session : sessions) {
        if (Slave* slave = session->slave()) {
            slave->beginBurst();
        }
        start += pace;
        // Shorter waits would cost more than they are worth.
        if (start >= Steady::now() + kPace && group_.awaitStop(start)) {
            return;
        }
    }
}

sync::CycleOutcome MasterNode::getAverageClockDiff() {
    return group_.conclude(clock_.hostNow(), clock_.state());
}

void MasterNode::tellAll(sync::CycleOutcome& outcome) {
    if (!outcome.master) {
        logger_->warn("sync cycle {}: the group's time is not known yet, so no clock was changed",
                      outcome.status.cycle);
        return;
    }
    try {
        const std::optional<sync::Change> change =
            clock_.apply(*outcome.master, {"", config_.interval});
        if (!change) {
            logger_->error(
                "sync cycle {}: the average is outside 1970 to 2116, so no clock was changed",
                outcome.status.cycle);
            leaveAlone(outcome.status);
            return;
        }
        moves_.moved(*change);
    } catch (const std::runtime_error& error) {
        logger_->error("{}", error.what());
    }
    const std::unordered_map<sync::SlaveId, sync::Adjustment> adjustments{
        outcome.adjustments.begin(), outcome.adjustments.end()};
    for (const auto& session : receivers_->sessions()) {
        Slave* slave = session->slave();
        const auto found = slave != nullptr ? adjustments.find(slave->id()) : adjustments.end();
        if (found != adjustments.end()) {
            tell(*session, *slave, found->second);
        }
    }
}

void MasterNode::tell(const SlaveSession& session, Slave& slave,
                      const sync::Adjustment& adjustment) {
    try {
        slave.tell(adjustment);
    } catch (const std::invalid_argument& error) {
        logger_->error("{}{} cannot be told its adjustment: {}", toText(session.peer()),
                       slave.label(), error.what());
    }
}

/// Warns of what may need a person's attention.
void MasterNode::warnOf(const sync::CycleStatus& status) {
    if (status.contradiction) {
        logger_->warn(
            "the members of the group contradict this master, whose clock has jumped: it follows "
            "them, {} from its own time",
            toOffsetText(*status.contradiction));
    }
    warnOfTooFast(status.clocks);
    const double drag = std::abs(status.dragPpb);
    if (drag > kDragged && !std::exchange(isDragged_, true)) {
        logger_->warn(
            "the average has pulled the group's time the same way for a minute, by {}: a "
            "clock that is always a little ahead or behind may be lying",
            toDriftText(status.dragPpb));
    }
    isDragged_ = isDragged_ && drag > kDragged / 2;
}

/// Names each clock once. Names may be shared, addresses are not; a late clock is as it was.
void MasterNode::warnOfTooFast(const std::vector<sync::ClockStatus>& clocks) {
    std::set<std::string> tooFast;
    for (const sync::ClockStatus& clock : clocks) {
        const std::string key = clock.name + ' ' + clock.address;
        const bool known = tooFast_.contains(key);
        if (clock.standing == sync::Standing::tooFast) {
            tooFast.insert(key);
            if (!known) {
                logger_->warn(
                    "{} is too fast to count: the rate of its unsteered clock is {} from this "
                    "master's, more than --max-drift allows",
                    clock.name, toDriftText(clock.driftPpb.value_or(0)));
            }
        } else if (known && clock.standing == sync::Standing::late) {
            tooFast.insert(key);
        }
    }
    tooFast_ = std::move(tooFast);
}

void MasterNode::activate() {
    lead(leadership_->term());
    group_.resume();
}

void MasterNode::standBy() {
    group_.pause();
    { const os::MutexLock cycle{inCycle_}; }
    greetAll();
}

void MasterNode::greetAll() {
    for (const auto& session : receivers_->sessions()) {
        if (session->slave() != nullptr) {
            session->greet();
        }
    }
}

void MasterNode::stop() {
    group_.stop();
    if (syncThread_.joinable()) {
        syncThread_.join();
    }
    receivers_->stop();
}

void MasterNode::replaceKeys(net::Keys keys) { receivers_->replaceKeys(std::move(keys)); }

observe::PeerCounts MasterNode::peerCounts() const { return receivers_->peerCounts(); }

net::Endpoint MasterNode::local() const { return receivers_->local(); }

}  // namespace berkeley::node
