/// Master and slaves as objects in one process, over real sockets.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <numeric>
#include <thread>

#include "net/listener.h"
#include "node/log.h"
#include "node/observers.h"
#include "node/peer.h"
#include "time/units.h"

namespace berkeley::node {
namespace {

using namespace std::chrono_literals;

/// Sync cycles as they end, to wait for.
class Cycles {
  public:
    void add(const sync::CycleStatus& status) {
        const std::lock_guard guard{lock_};
        statuses_.push_back(status);
        changed_.notify_all();
    }

    /// The first cycle from `from` on that `wanted` accepts.
    template <class Predicate>
    std::optional<sync::CycleStatus> await(Predicate wanted) {
        std::unique_lock guard{lock_};
        std::size_t next = 0;
        std::optional<sync::CycleStatus> found;
        changed_.wait_for(guard, 30s, [&] {
            for (; next < statuses_.size() && !found; ++next) {
                if (wanted(statuses_[next])) {
                    found = statuses_[next];
                }
            }
            return found.has_value();
        });
        return found;
    }

  private:
    std::mutex lock_;
    std::condition_variable changed_;
    std::vector<sync::CycleStatus> statuses_;
};

class Master {
  public:
    explicit Master(std::size_t minSlaves, Nanoseconds interval = 100ms,
                    const host::HostClock& host = host::HostClock{})
        : clock_(host, sync::Discipline{kMaxSlewPpb}) {
        MasterConfig config;
        config.listen = kAnyPort;
        config.interval = interval;
        config.minSlaves = minSlaves;
        config.group.foundAfter = 0ms;
        node_.emplace(config, Observers{&onCycle_}, clock_, silent());
        node_->initiateClockServer();
    }

    Cycles cycles_;
    OnCycle onCycle_{[this](const auto& status) { cycles_.add(status); }};
    host::SteeredClock clock_;
    std::optional<MasterNode> node_;
};

class Slave {
  public:
    Slave(const net::Endpoint& master, const std::string& name, Nanoseconds offset,
          double driftPpb = 0)
        : clock_(host::HostClock{offset, driftPpb}, sync::Discipline{kMaxSlewPpb}),
          node_({.masters = {master}, .interval = 100ms, .name = name, .lab = false}, Observers{},
                clock_, silent()) {
        node_.initiateSlaveClient();
    }

    host::SteeredClock clock_;
    SlaveNode node_;
};

const sync::ClockStatus* find(const sync::CycleStatus& status, const std::string& name) {
    for (const sync::ClockStatus& clock : status.clocks) {
        if (clock.name == name) {
            return &clock;
        }
    }
    return nullptr;
}

TEST(Group, FirstCycleWaitsForTheSlavesThatItNeedsAndReproducesTheTextbook) {
    Master master{2};
    const Slave fast{master.node_->local(), "fast", 25min},
        slow{master.node_->local(), "slow", -10min};
    const auto first = master.cycles_.await([](const sync::CycleStatus&) { return true; });
    ASSERT_TRUE(first);
    EXPECT_EQ(first->cycle, 1U);
    EXPECT_EQ(first->clocks.size(), 3U);
    EXPECT_LT(std::chrono::abs(*find(*first, "master")->change - 5min), 100ms);
    EXPECT_LT(std::chrono::abs(*find(*first, "fast")->change + 20min), 100ms);
    EXPECT_LT(std::chrono::abs(*find(*first, "slow")->change - 15min), 100ms);
}

TEST(Group, AnAverageThatIsNotBelievableMovesNoClockAndSaysSo) {
    // Nearer to the end of what is believable than a clock is ever set.
    const Nanoseconds late = kTimeLimit - 100 * 24h - page::systemNow().time_since_epoch();
    Master master{1, 100ms, host::HostClock{late}};
    const Slave slave{master.node_->local(), "late", late + 1min};
    const auto cycle = master.cycles_.await([](const sync::CycleStatus&) { return true; });
    ASSERT_TRUE(cycle);
    EXPECT_EQ(cycle->average, 0ns);
    EXPECT_EQ(cycle->clocks.size(), 2U);
    for (const sync::ClockStatus& clock : cycle->clocks) {
        EXPECT_FALSE(clock.change) << clock.name;
        EXPECT_TRUE(clock.offset) << clock.name;
    }
    EXPECT_FALSE(master.clock_.state().synchronized);
}

TEST(Group, SlaveThatHasLeftIsGoneFromTheAverage) {
    Master master{1};
    const Slave stays{master.node_->local(), "stays", 0s};
    std::optional<Slave> leaves{std::in_place, master.node_->local(), "leaves", 1min};
    ASSERT_TRUE(master.cycles_.await([](const auto& s) { return find(s, "leaves") != nullptr; }));
    leaves.reset();
    std::uint32_t last = 0;
    const auto without = master.cycles_.await([&](const sync::CycleStatus& status) {
        last = find(status, "leaves") != nullptr ? status.cycle : last;
        return last != 0 && find(status, "leaves") == nullptr && find(status, "stays") != nullptr;
    });
    EXPECT_TRUE(without);
}

TEST(Group, ClocksAgreeWithinTheirBounds) {
    Master master{3};
    Slave a{master.node_->local(), "a", 25min}, b{master.node_->local(), "b", -10min},
        c{master.node_->local(), "c", 0s, 40'000};
    ASSERT_TRUE(master.cycles_.await([](const auto& status) { return status.cycle == 5; }));
    for (const Slave* slave : {&a, &b, &c}) {
        // Both clocks lie over the same raw clock: between two readings of one, the other's is
        // known.
        const auto read = [](const host::SteeredClock& clock) {
            const sync::ClockState state = clock.state();
            const HostTime now = clock.hostNow();
            return std::pair{state.line.groupTimeAt(now), state.line.boundAt(now)};
        };
        const auto before = read(master.clock_);
        const auto [time, bound] = read(slave->clock_);
        const auto after = read(master.clock_);
        EXPECT_GE(time + bound + before.second, before.first);
        EXPECT_LE(time - bound - after.second, after.first);
    }
}

TEST(Group, StopsAtOnceUnderLoad) {
    const auto master = std::make_unique<Master>(20, 20ms);
    std::vector<std::unique_ptr<Slave>> slaves;
    for (int i = 0; i < 20; ++i) {
        slaves.push_back(
            std::make_unique<Slave>(master->node_->local(), "slave" + std::to_string(i), 0s));
    }
    ASSERT_TRUE(master->cycles_.await([](const auto& status) { return status.cycle == 3; }));
    const auto begin = std::chrono::steady_clock::now();
    master->node_->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST(SlaveNode, StopsAtOnceWhileItWaitsForAMaster) {
    const net::Endpoint nobody = net::Listener{kAnyPort}.local();
    Slave slave{nobody, "lonely", 0s};
    const auto begin = std::chrono::steady_clock::now();
    slave.node_.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST(SlaveNode, LeavesAMasterThatDoesNotFinishItsFrame) {
    net::Listener listener{kAnyPort};
    host::SteeredClock clock{host::HostClock{}, sync::Discipline{kMaxSlewPpb}};
    Log log;
    SlaveNode slave{
        {.masters = {listener.local()}, .name = "slave"}, Observers{}, clock, log.logger()};
    slave.initiateSlaveClient();
    const auto master = listener.accept();
    const wire::Frame welcome = wire::encode(wire::Welcome{5s});
    master->send(std::span{welcome}.first(wire::kFrameSize / 2));
    EXPECT_TRUE(await([&] { return log.has("began a frame and did not finish it within 5s"); }));
}

TEST(MasterNode, RefusesAnAddressThatItCannotHave) {
    const Master first{1};
    MasterConfig config;
    config.listen = first.node_->local();
    host::SteeredClock clock{host::HostClock{}, sync::Discipline{kMaxSlewPpb}};
    MasterNode second{config, {}, clock, silent()};
    EXPECT_THROW(second.initiateClockServer(), std::runtime_error);
}

/// Its clock is at the very end of the times that are believed, and beyond it when it is told.
TEST(Group, ASlaveThatCanBeToldNothingIsNamed) {
    Log log;
    MasterConfig config;
    config.listen = kAnyPort;
    config.group.foundAfter = 0ms;
    host::SteeredClock clock{host::HostClock{}, sync::Discipline{kMaxSlewPpb}};
    MasterNode master{config, {}, clock, log.logger()};
    master.initiateClockServer();
    Peer slave{master.local()};
    slave.say(wire::Hello{"late"});
    const HostTime last{kTimeLimit - 1ns};
    slave.say(wire::Report{slave.hear<wire::Poll>().value().sequence, true, last, last, {}});
    EXPECT_TRUE(await([&] {
        return log.has("(late) cannot be told its adjustment: adjustment's reference is outside");
    }));
}

TEST(Group, AMasterCountsWhoIsConnectedAndWhomItHasSentAway) {
    Master master{1};
    const Slave slave{master.node_->local(), "left", 0ns};
    const auto stranger = net::Connector{}.connect(master.node_->local());
    stranger->send(std::as_bytes(std::span{"nonsense"}));
    EXPECT_TRUE(await([&] {
        const observe::PeerCounts counts = master.node_->peerCounts();
        const auto& kinds = counts.timestamps;
        return counts.slaves == 1 && std::accumulate(kinds.begin(), kinds.end(), 0U) == 1 &&
               counts.sentAway.at(static_cast<std::size_t>(wire::Fault::protocol)) == 1;
    }));
}

TEST(Group, AMasterTellsItsCountsAlsoWhileItStops) {
    Master master{1};
    const Slave slave{master.node_->local(), "left", 0ns};
    ASSERT_TRUE(await([&] { return master.node_->peerCounts().slaves == 1; }));
    std::atomic<bool> stopped = false;
    std::thread watcher{[&] {
        while (!stopped) {
            (void)master.node_->peerCounts();
        }
    }};
    master.node_->stop();
    stopped = true;
    watcher.join();
    EXPECT_EQ(0U, master.node_->peerCounts().slaves);
}

TEST(Group, AMasterThatWaitsForSlavesSaysWhoIsThere) {
    for (const std::size_t needed : {2U, 1U}) {
        host::SteeredClock clock{host::HostClock{}, sync::Discipline{kMaxSlewPpb}};
        struct Skipped : Observer {
            void cycleSkipped(const std::vector<sync::ClockStatus>& slaves,
                              std::size_t /*needed*/) override {
                const std::lock_guard guard{lock_};
                there_ = slaves;
            }
            std::mutex lock_;
            std::vector<sync::ClockStatus> there_;
        } skipped;
        MasterConfig config;
        config.listen = kAnyPort;
        config.interval = 50ms;
        config.minSlaves = needed;
        config.group.foundAfter = 1h;
        MasterNode master{config, {&skipped}, clock, silent()};
        master.initiateClockServer();
        const Slave slave{master.local(), "left", 0ns};

        EXPECT_TRUE(await([&] {
            const std::lock_guard guard{skipped.lock_};
            const auto& there = skipped.there_;
            return there.size() == 1 && there[0].name == "left" && !there[0].offset;
        })) << needed;
    }
}

TEST(Group, ASlaveTellsWhenItHasJoinedAMasterAndWhenThatIsOver) {
    std::optional<Master> master;
    master.emplace(1);
    const net::Endpoint address = master->node_->local();
    host::SteeredClock clock{host::HostClock{}, sync::Discipline{kMaxSlewPpb}};
    class Said : public Observer {
      public:
        void joined(const net::Endpoint& to, std::optional<Nanoseconds> interval) override {
            say("joined " + toText(to) + " " + toSpanText(interval.value()));
        }
        void timestamped(sync::TimestampKind /*timestamps*/) override { say("timestamped"); }
        void left() override { say("left"); }
        bool is(const std::vector<std::string>& what) {
            const std::lock_guard guard{lock_};
            return said_ == what;
        }

      private:
        void say(const std::string& what) {
            const std::lock_guard guard{lock_};
            said_.push_back(what);
        }
        std::mutex lock_;
        std::vector<std::string> said_;
    } said;
    SlaveNode slave{{.masters = {address}, .interval = 100ms, .name = "left", .lab = false},
                    {&said},
                    clock,
                    silent()};
    slave.initiateSlaveClient();
    const std::string joined = "joined " + toText(address) + " 100.0 ms";
    EXPECT_TRUE(await([&] { return said.is({joined, "timestamped"}); }));
    master.reset();
    EXPECT_TRUE(await([&] { return said.is({joined, "timestamped", "left"}); }));
}

}  // namespace
}  // namespace berkeley::node
