#include "berkeley/node/failover_node.h"

#include <algorithm>
#include <utility>

#include "berkeley/wire/native.h"

namespace berkeley {
namespace {

using namespace std::chrono_literals;

/// So often in the time of patience does a master announce itself, and look.
constexpr int kAnnouncements = 8;
constexpr int kLooks = 16;
constexpr Nanoseconds kLeastPatience = 1s;
constexpr Nanoseconds kMostPatience = 5s;

}  // namespace

Nanoseconds FailoverNode::patienceFor(Nanoseconds interval) {
    return std::clamp(interval, kLeastPatience, kMostPatience);
}

FailoverNode::FailoverNode(FailoverConfig config, Leadership& leadership, MasterNode& master,
                           FailoverEvents events, SteeredClock& clock,
                           std::shared_ptr<spdlog::logger> logger)
    : config_(std::move(config)),
      patience_(patienceFor(config_.interval)),
      leadership_(leadership),
      master_(master),
      events_(std::move(events)),
      clock_(clock),
      logger_(std::move(logger)) {}

FailoverNode::~FailoverNode() { stop(); }

void FailoverNode::start() {
    const auto& [masters, self] = leadership_.ranks();
    const std::string name = MasterRanks::nameOf(self);
    logger_->info("{} of {} stands by", name, masters.size());
    for (Rank rank = 0; rank < masters.size(); ++rank) {
        if (rank != self) {
            Connector& connector = *connectors_.emplace_back(std::make_unique<Connector>(
                context_, config_.key ? std::optional{NamedKey{name, *config_.key}} : std::nullopt,
                std::chrono::duration_cast<std::chrono::milliseconds>(patience_)));
            threads_.emplace_back([this, rank, &connector] { startAnnouncing(rank, connector); });
        }
    }
    threads_.emplace_back([this] { startWatching(); });
}

/// That a master cannot be reached is no news: the election says when it matters.
void FailoverNode::startAnnouncing(Rank to, Connector& connector) {
    const Endpoint& master = leadership_.ranks().masters[to];
    do {
        try {
            if (const std::shared_ptr<Connection> connection = connector.connect(master)) {
                announceOver(*connection, to);
            }
        } catch (const std::runtime_error& error) {
            logger_->debug("{}", error.what());
        }
    } while (!pause(patience_ / kAnnouncements));
}

void FailoverNode::announceOver(Connection& connection, Rank to) {
    connection.giveUpAfter(std::chrono::duration_cast<std::chrono::milliseconds>(patience_));
    while (connection.send(encode(leadership_.announcementTo(to)))) {
        if (pause(patience_ / kAnnouncements)) {
            connection.send(encode(leadership_.announcementTo(to)));  // That it has resigned.
            return;
        }
    }
}

void FailoverNode::startWatching() {
    do {
        if (const std::optional<Rank> active = leadership_.look(); active != active_) {
            carryOut(active);
        }
        if (follower_ && !clock_.state().synchronized) {
            // Another standby knows the group's time, this one does not yet.
            leadership_.resign();
        }
    } while (!pause(patience_ / kLooks));
    carryOut(std::nullopt);
}

void FailoverNode::carryOut(std::optional<Rank> active) {
    const Rank self = leadership_.ranks().self;
    const bool wasActive = active_ == self;
    active_ = active;
    follower_.reset();
    leadership_.carryOut(active);
    if (wasActive) {
        master_.standBy();
        events_.roleChanged(false);
    }
    if (active == self) {
        events_.roleChanged(true);
        logger_->warn("{} is active now: it leads the group", MasterRanks::nameOf(self));
        master_.activate();
    } else if (active) {
        follow(*active);
    } else if (!isStopping()) {
        logger_->warn("no master is active");
    }
    const std::lock_guard guard{lock_};
    ++roles_;
    changed_.notify_all();
}

void FailoverNode::follow(Rank active) {
    const Endpoint& master = leadership_.ranks().masters[active];
    logger_->info("{} is active; following it at {}", MasterRanks::nameOf(active), toText(master));
    SlaveConfig config;
    config.masters = {master};
    config.interval = config_.interval;
    config.name = MasterRanks::nameOf(leadership_.ranks().self);
    config.key = config_.key;
    follower_ = std::make_unique<SlaveNode>(std::move(config), events_.following, clock_, logger_);
    follower_->initiateSlaveClient();
}

bool FailoverNode::isStopping() {
    const std::lock_guard guard{lock_};
    return stopping_;
}

bool FailoverNode::pause(Nanoseconds duration) {
    std::unique_lock guard{lock_};
    const std::uint64_t role = roles_;
    changed_.wait_for(guard, duration, [&] { return stopping_ || roles_ != role; });
    return stopping_;
}

void FailoverNode::stop() {
    leadership_.resign();
    {
        const std::lock_guard guard{lock_};
        stopping_ = true;
        changed_.notify_all();
    }
    for (const auto& connector : connectors_) {
        connector->cancel();
    }
    for (std::thread& thread : threads_) {
        thread.join();
    }
    threads_.clear();
}

}  // namespace berkeley
