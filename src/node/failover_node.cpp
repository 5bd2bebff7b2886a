#include "node/failover_node.h"

#include <algorithm>
#include <utility>

#include "wire/native.h"

namespace berkeley::node {
namespace {

using namespace std::chrono_literals;

/// How many times within its patience a master announces itself, and looks.
constexpr int kAnnouncements = 8;
constexpr int kLooks = 16;
constexpr Nanoseconds kLeastPatience = 1s;
constexpr Nanoseconds kMostPatience = 5s;
/// The group of a master that got its time from one of an older version, which names no group.
constexpr sync::GroupId kUnnamedGroup = 1;

/// Returns 0 while the clock does not know the group's time.
sync::GroupId groupOf(const sync::ClockState& clock) {
    const sync::Membership& membership = clock.membership;
    if (!clock.synchronized) {
        return 0;
    }
    return membership.isKnown() ? membership.group : kUnnamedGroup;
}

}  // namespace

Nanoseconds FailoverNode::patienceFor(Nanoseconds interval) {
    return std::clamp(interval, kLeastPatience, kMostPatience);
}

FailoverNode::FailoverNode(FailoverConfig config, Leadership& leadership, MasterNode& master,
                           Observers observers, host::SteeredClock& clock,
                           std::shared_ptr<spdlog::logger> logger)
    : config_(std::move(config)),
      patience_(patienceFor(config_.interval)),
      leadership_(leadership),
      master_(master),
      observers_(std::move(observers)),
      clock_(clock),
      logger_(std::move(logger)) {}

FailoverNode::~FailoverNode() { stop(); }

void FailoverNode::start() {
    const auto& [masters, self] = leadership_.ranks();
    const std::string name = MasterRanks::nameOf(self);
    logger_->info("{} of {} stands by", name, masters.size());
    for (sync::Rank rank = 0; rank < masters.size(); ++rank) {
        if (rank != self) {
            net::Connector& connector = *connectors_.emplace_back(std::make_unique<net::Connector>(
                config_.key ? std::optional{net::NamedKey{name, *config_.key}} : std::nullopt,
                std::chrono::duration_cast<std::chrono::milliseconds>(patience_)));
            startThread("to announce this master to " + MasterRanks::nameOf(rank),
                        [this, rank, &connector] { keepAnnouncing(rank, connector); });
        }
    }
    startThread("to look which master is active", [this] { watch(); });
}

void FailoverNode::startThread(std::string what, std::function<void()> body) {
    threads_.emplace_back(
        [this, what = std::move(what), body = std::move(body)] { run(what, body); });
}

/// Lets no exception leave a thread. A master that cannot announce itself or carry out the election
/// leaves the lead to another and tries again.
void FailoverNode::run(const std::string& what, const std::function<void()>& body) {
    for (bool done = false; !done;) {
        try {
            body();
            done = true;
        } catch (const std::exception& error) {
            logger_->error("failed {}: {}; trying again", what, error.what());
            leadership_.resign();
            done = pause(patience_);
        }
    }
}

/// An unreachable master is not worth a warning: the election says when it matters.
void FailoverNode::keepAnnouncing(sync::Rank to, net::Connector& connector) {
    const net::Endpoint& master = leadership_.ranks().masters[to];
    do {
        try {
            if (const std::shared_ptr<net::Connection> connection = connector.connect(master)) {
                announceOver(*connection, to);
            }
        } catch (const std::runtime_error& error) {
            logger_->debug("{}", error.what());
        }
    } while (!pause(patience_ / kAnnouncements));
}

void FailoverNode::announceOver(net::Connection& connection, sync::Rank to) {
    connection.giveUpAfter(std::chrono::duration_cast<std::chrono::milliseconds>(patience_));
    while (connection.send(wire::encode(leadership_.announcementTo(to)))) {
        if (pause(patience_ / kAnnouncements)) {
            connection.send(wire::encode(leadership_.announcementTo(to)));  // It has resigned.
            return;
        }
    }
}

void FailoverNode::watch() {
    if (active_) {
        carryOut(std::nullopt);  // Undo what it had begun when it failed.
    }
    do {
        const sync::ClockState clock = clock_.state();
        leadership_.know(groupOf(clock), clock.membership.term);
        if (const std::optional<sync::Rank> active = leadership_.look(); active != active_) {
            carryOut(active);
        }
        if (!follower_ || !follower_->isStuck()) {
            looksBefore_ = Steady::now() + patience_ + SlaveNode::kScheduling;
        }
    } while (!pause(patience_ / kLooks));
    carryOut(std::nullopt);
}

void FailoverNode::carryOut(std::optional<sync::Rank> active) {
    const sync::Rank self = leadership_.ranks().self;
    const bool wasActive = active_ == self;
    active_ = active;
    follower_.reset();
    leadership_.carryOut(active);
    if (wasActive) {
        sayWhy();
        master_.standBy();
        notify(observers_, &Observer::roleChanged, false);
    }
    if (active == self) {
        notify(observers_, &Observer::roleChanged, true);
        logger_->warn("{} is active now and leads the group", MasterRanks::nameOf(self));
        master_.activate();
    } else if (active) {
        follow(*active);
    } else if (!isStopping()) {
        logger_->warn("no master is active");
    }
    const os::MutexLock guard{lock_};
    ++roles_;
    changed_.notifyAll();
}

/// Logs why this master is no longer active.
void FailoverNode::sayWhy() {
    if (const std::optional<sync::Resignation> resignation = leadership_.resignation()) {
        const auto& [winner, claim, former] = *resignation;
        const std::string name = MasterRanks::nameOf(winner);
        if (claim.term == 0) {
            logger_->warn(
                "{} is active too; it runs an older version, so its rank decides and it leads",
                name);
        } else {
            logger_->warn(
                "{} leads {} clocks in term {}; this master led {} in term {} and now stands by",
                name, claim.members, claim.term, former.members, former.term);
        }
    } else if (!isStopping()) {
        logger_->warn(
            "{} was stopped or has failed, and another master may lead by now: standing by",
            MasterRanks::nameOf(leadership_.ranks().self));
    }
}

void FailoverNode::follow(sync::Rank active) {
    const net::Endpoint& master = leadership_.ranks().masters[active];
    logger_->info("{} is active; following it at {}", MasterRanks::nameOf(active), toText(master));
    SlaveConfig config;
    config.masters = {master};
    config.interval = config_.interval;
    config.name = MasterRanks::nameOf(leadership_.ranks().self);
    config.key = config_.key;
    follower_ = std::make_unique<SlaveNode>(std::move(config), observers_, clock_, logger_);
    follower_->initiateSlaveClient();
}

bool FailoverNode::isStuck() const { return Steady::now() > looksBefore_.load(); }

bool FailoverNode::isStopping() {
    const os::MutexLock guard{lock_};
    return stopping_;
}

bool FailoverNode::pause(Nanoseconds duration) {
    os::MutexLock guard{lock_};
    const std::uint64_t role = roles_;
    changed_.waitFor(guard, duration,
                     [&]() REQUIRES(lock_) { return stopping_ || roles_ != role; });
    return stopping_;
}

void FailoverNode::stop() {
    leadership_.resign();
    {
        const os::MutexLock guard{lock_};
        stopping_ = true;
        changed_.notifyAll();
    }
    for (const auto& connector : connectors_) {
        connector->cancel();
    }
    for (std::thread& thread : threads_) {
        thread.join();
    }
    threads_.clear();
}

}  // namespace berkeley::node
