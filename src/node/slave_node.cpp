#include "node/slave_node.h"

#include <random>
#include <span>
#include <utility>

#include "host/time_zone.h"
#include "master_session.h"
#include "time/units.h"
#include "wire/lab.h"
#include "wire/native.h"

namespace berkeley::node {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr Nanoseconds kFirstRetry = 200ms;
constexpr Nanoseconds kLongestRetry = 4s;
/// With several masters, one is soon active again.
constexpr Nanoseconds kLongestRetryOfSeveral = 400ms;
/// While one of them does not answer, another may already be active.
constexpr std::chrono::milliseconds kPatienceOfSeveral = 1s;
/// A connection that lasted longer than this was a good one: the next attempt follows soon.
constexpr Nanoseconds kGoodConnection = 5s;

}  // namespace

SlaveNode::SlaveNode(SlaveConfig config, Observers observers, host::SteeredClock& clock,
                     std::shared_ptr<spdlog::logger> logger)
    : config_(std::move(config)),
      observers_(std::move(observers)),
      clock_(clock),
      logger_(std::move(logger)),
      zone_(host::localTimeZone()),
      connector_(
          config_.key ? std::optional{net::NamedKey{config_.name, *config_.key}} : std::nullopt,
          config_.hasOtherMasters() ? kPatienceOfSeveral : net::Connector::kPatience),
      masters_(config_.masters),
      backoff_(kFirstRetry, config_.hasOtherMasters() ? kLongestRetryOfSeveral : kLongestRetry,
               std::random_device{}()) {}

SlaveNode::~SlaveNode() { stop(); }

void SlaveNode::initiateSlaveClient() {
    sendThread_ = std::thread{[this] { startSendingTime(); }};
    receiveThread_ = std::thread{[this] { startReceivingTime(); }};
}

void SlaveNode::startSendingTime() {
    while (const std::shared_ptr<net::Connection> master = awaitConnection()) {
        try {
            if (config_.lab) {
                sendLabTime(*master);
            } else {
                sendReport(*master);
            }
        } catch (const std::exception& error) {
            logger_->error("cannot report to the master: {}", error.what());
        }
        if (pause(config_.interval)) {
            return;
        }
    }
}

void SlaveNode::startReceivingTime() {
    while (const std::shared_ptr<net::Connection> master = connectToMaster()) {
        const HostTime begin = clock_.hostNow();
        MasterSession session{
            *master,
            masters_.current(),
            config_,
            observers_,
            clock_,
            *logger_,
            [this](net::Connection::Patience patience) { expectToGoOn(patience); }};
        const Parting parting = session.follow();
        expectToGoOn(std::nullopt);
        setConnection(nullptr);
        notify(observers_, &Observer::left);
        if (clock_.hostNow() - begin > kGoodConnection) {
            backoff_.reset();
        }
        if (session.welcomed()) {
            masters_.reached();
        }
        const std::string reason = "the master at " + toText(masters_.current()) + parting.reason;
        if (parting.active ? goTo(*parting.active)
                           : tryNext(reason, session.welcomed() ? spdlog::level::warn
                                                                : spdlog::level::debug)) {
            return;
        }
    }
}

std::shared_ptr<net::Connection> SlaveNode::connectToMaster() {
    while (true) {
        try {
            std::shared_ptr<net::Connection> master = connector_.connect(masters_.current());
            if (master && !config_.lab) {
                introduce(*master);
            }
            return setConnection(master) ? master : nullptr;
        } catch (const std::exception& error) {
            if (tryNext(error.what(), spdlog::level::debug)) {
                return nullptr;
            }
        }
    }
}

void SlaveNode::introduce(net::Connection& master) const {
    const sync::ClockState state = clock_.state();
    master.send(wire::encode(wire::Hello{config_.name, state.synchronized
                                                           ? std::optional{state.line.frequencyPpb}
                                                           : config_.rememberedPpb}));
    if (state.membership.isKnown()) {
        master.send(wire::encode(state.membership));
    }
}

void SlaveNode::sendReport(net::Connection& master) {
    const BoundedLine line = clock_.state().line;
    const HostTime now = clock_.hostNow();
    master.send(
        wire::encode(wire::Report{.received = now, .sent = now, .correction = line.at(now)}));
}

void SlaveNode::sendLabTime(net::Connection& master) {
    const std::string text = wire::toLabText(clock_.hostNow().time_since_epoch(), zone_);
    master.send(std::as_bytes(std::span{text}));
}

std::shared_ptr<net::Connection> SlaveNode::awaitConnection() {
    os::MutexLock guard{lock_};
    changed_.wait(guard, [&]() REQUIRES(lock_) { return stopping_ || connection_ != nullptr; });
    return stopping_ ? nullptr : connection_;
}

bool SlaveNode::setConnection(std::shared_ptr<net::Connection> connection) {
    const os::MutexLock guard{lock_};
    connection_ = std::move(connection);
    changed_.notifyAll();
    return !stopping_;
}

bool SlaveNode::pause(Nanoseconds duration) {
    os::MutexLock guard{lock_};
    return changed_.waitFor(guard, duration, [&]() REQUIRES(lock_) { return stopping_; });
}

bool SlaveNode::tryNext(const std::string& reason, spdlog::level::level_enum level) {
    if (masters_.failed()) {
        return pauseBeforeRetry(reason);
    }
    logger_->log(level, "{}; trying {}", reason, toText(masters_.current()));
    return isStopping();
}

bool SlaveNode::goTo(const net::Endpoint& active) {
    const std::string standby = toText(masters_.current());
    if (masters_.redirect(active)) {
        return pauseBeforeRetry("no master is active yet");
    }
    logger_->debug("the master at {} stands by; going to {}", standby, toText(active));
    return isStopping();
}

bool SlaveNode::pauseBeforeRetry(const std::string& reason) {
    if (isStopping()) {
        return true;
    }
    const Nanoseconds wait = backoff_.next();
    logger_->warn("{}; trying again in {}", reason, toSpanText(wait));
    return pause(wait);
}

bool SlaveNode::isStopping() const {
    const os::MutexLock guard{lock_};
    return stopping_;
}

void SlaveNode::expectToGoOn(net::Connection::Patience patience) {
    goesOnBefore_ = patience ? Steady::now() + *patience + kScheduling : Steady::time_point::max();
}

bool SlaveNode::isStuck() const { return Steady::now() > goesOnBefore_.load(); }

void SlaveNode::stop() {
    {
        const os::MutexLock guard{lock_};
        stopping_ = true;
        if (connection_) {
            connection_->shutdown();
        }
        changed_.notifyAll();
    }
    connector_.cancel();
    for (std::thread* thread : {&sendThread_, &receiveThread_}) {
        if (thread->joinable()) {
            thread->join();
        }
    }
}

}  // namespace berkeley::node
