/// Master and slaves as objects in one process, over real sockets.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <numeric>
#include <thread>

#include "net/listener.h"
#include "node/nodes.h"
#include "time/units.h"

namespace berkeley::node {
namespace {

using namespace std::chrono_literals;

/// Sync cycles as they end, to wait for.
class Cycles : public Observer {
  public:
    void cycleEnded(const sync::CycleStatus& status) override {
        const std::lock_guard guard{lock_};
        statuses_.push_back(status);
        changed_.notify_all();
    }

    /// Returns the first cycle that `wanted` accepts.
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

class GroupTest : public testing::Test {
  protected:
    RunningMaster& lead(std::size_t minSlaves, Nanoseconds interval = 100ms,
                        const host::HostClock& host = host::HostClock{}) {
        MasterConfig config = masterConfig(interval);
        config.minSlaves = minSlaves;
        return master_.emplace(std::move(config), Observers{&cycles_}, host);
    }

    SlaveConfig configOf(const std::string& name) const {
        return slaveConfig(master_->local(), name);
    }

    Cycles cycles_;
    std::optional<RunningMaster> master_;
};

const sync::ClockStatus* find(const sync::CycleStatus& status, const std::string& name) {
    for (const sync::ClockStatus& clock : status.clocks) {
        if (clock.name == name) {
            return &clock;
        }
    }
    return nullptr;
}

TEST_F(GroupTest, FirstCycleWaitsForTheSlavesThatItNeedsAndReproducesTheTextbook) {
    lead(2);
    const RunningSlave fast{configOf("fast"), {}, host::HostClock{25min}},
        slow{configOf("slow"), {}, host::HostClock{-10min}};
    const auto first = cycles_.await([](const sync::CycleStatus&) { return true; });
    ASSERT_TRUE(first);
    EXPECT_EQ(first->cycle, 1U);
    EXPECT_EQ(first->clocks.size(), 3U);
    EXPECT_LT(std::chrono::abs(*find(*first, "master")->change - 5min), 100ms);
    EXPECT_LT(std::chrono::abs(*find(*first, "fast")->change + 20min), 100ms);
    EXPECT_LT(std::chrono::abs(*find(*first, "slow")->change - 15min), 100ms);
}

TEST_F(GroupTest, AnAverageThatIsNotBelievableMovesNoClockAndSaysSo) {
    // Nearer to the end of what is believable than a clock is ever set.
    const Nanoseconds late = kTimeLimit - 100 * 24h - page::systemNow().time_since_epoch();
    const RunningMaster& master = lead(1, 100ms, host::HostClock{late});
    const RunningSlave slave{configOf("late"), {}, host::HostClock{late + 1min}};
    const auto cycle = cycles_.await([](const sync::CycleStatus&) { return true; });
    ASSERT_TRUE(cycle);
    EXPECT_EQ(cycle->average, 0ns);
    EXPECT_EQ(cycle->clocks.size(), 2U);
    for (const sync::ClockStatus& clock : cycle->clocks) {
        EXPECT_FALSE(clock.change) << clock.name;
        EXPECT_TRUE(clock.offset) << clock.name;
    }
    EXPECT_FALSE(master.clock_.state().synchronized);
}

TEST_F(GroupTest, SlaveThatHasLeftIsGoneFromTheAverage) {
    lead(1);
    const RunningSlave stays{configOf("stays")};
    std::optional<RunningSlave> leaves{std::in_place, configOf("leaves")};
    ASSERT_TRUE(cycles_.await([](const auto& s) { return find(s, "leaves") != nullptr; }));
    leaves.reset();
    std::uint32_t last = 0;
    const auto without = cycles_.await([&](const sync::CycleStatus& status) {
        last = find(status, "leaves") != nullptr ? status.cycle : last;
        return last != 0 && find(status, "leaves") == nullptr && find(status, "stays") != nullptr;
    });
    EXPECT_TRUE(without);
}

TEST_F(GroupTest, ClocksAgreeWithinTheirBounds) {
    const RunningMaster& master = lead(3);
    const RunningSlave a{configOf("a"), {}, host::HostClock{25min}},
        b{configOf("b"), {}, host::HostClock{-10min}},
        c{configOf("c"), {}, host::HostClock{0s, 40'000}};
    ASSERT_TRUE(cycles_.await([](const auto& status) { return status.cycle == 5; }));
    for (const RunningSlave* slave : {&a, &b, &c}) {
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

TEST_F(GroupTest, StopsAtOnceUnderLoad) {
    RunningMaster& master = lead(20, 20ms);
    std::vector<std::unique_ptr<RunningSlave>> slaves;
    for (int i = 0; i < 20; ++i) {
        slaves.push_back(std::make_unique<RunningSlave>(configOf("slave" + std::to_string(i))));
    }
    ASSERT_TRUE(cycles_.await([](const auto& status) { return status.cycle == 3; }));
    const auto begin = std::chrono::steady_clock::now();
    master.node_.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST(SlaveNode, StopsAtOnceWhileItWaitsForAMaster) {
    const net::Endpoint nobody = net::Listener{kAnyPort}.local();
    RunningSlave slave{slaveConfig(nobody, "lonely")};
    const auto begin = std::chrono::steady_clock::now();
    slave.node_.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST(SlaveNode, LeavesAMasterThatDoesNotFinishItsFrame) {
    net::Listener listener{kAnyPort};
    SlaveConfig config = slaveConfig(listener.local(), "slave");
    config.patience = 200ms;
    RunningSlave slave{std::move(config)};
    const auto master = listener.accept();
    const wire::Frame welcome = wire::encode(wire::Welcome{5s});
    master->send(std::span{welcome}.first(wire::kFrameSize / 2));
    EXPECT_TRUE(slave.says("began a frame and did not finish it within 200ms"));
}

TEST(MasterNode, RefusesAnAddressThatItCannotHave) {
    const RunningMaster first;
    MasterConfig config;
    config.listen = first.local();
    host::SteeredClock clock{host::HostClock{}, sync::Discipline{kMaxSlewPpb}};
    MasterNode second{config, {}, clock, Log{}.logger()};
    EXPECT_THROW(second.initiateClockServer(), std::runtime_error);
}

/// Its clock is at the very end of the times that are believed, and beyond it when it is told.
TEST(MasterNode, NamesASlaveThatCanBeToldNothing) {
    RunningMaster master;
    Peer slave{master.local()};
    slave.say(wire::Hello{"late"});
    const HostTime last{kTimeLimit - 1ns};
    slave.say(wire::Report{slave.hear<wire::Poll>().value().sequence, true, last, last, {}});
    EXPECT_TRUE(
        master.says("(late) cannot be told its adjustment: adjustment's reference is outside"));
}

TEST_F(GroupTest, AClockThatIsTooFastIsNamedOnceThoughItSharesItsName) {
    RunningMaster& master = lead(2, 50ms);
    const RunningSlave good{configOf("twin")},
        fast{configOf("twin"), {}, host::HostClock{0s, 3'000'000}};
    ASSERT_TRUE(master.says("twin is too fast to count"));
    std::uint32_t named = 0;
    ASSERT_TRUE(cycles_.await([&](const sync::CycleStatus& status) {
        const bool isNamed = std::any_of(status.clocks.begin(), status.clocks.end(),
                                         [](const sync::ClockStatus& clock) {
                                             return clock.standing == sync::Standing::tooFast;
                                         });
        named += isNamed ? 1 : 0;
        return named == 10;
    }));
    EXPECT_EQ(master.log_.count("too fast to count"), 1U);
}

TEST(MasterNode, TriesACycleThatFailsAgainAnIntervalLater) {
    struct Failing : Observer {
        void cycleSkipped(const std::vector<sync::ClockStatus>& /*slaves*/,
                          std::size_t /*needed*/) override {
            throw std::runtime_error("no more");
        }
    } failing;
    const auto begin = std::chrono::steady_clock::now();
    RunningMaster master{masterConfig(50ms), {&failing}};
    ASSERT_TRUE(await([&] { return master.log_.count("was aborted: no more") >= 4; }));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 150ms);
}

TEST(MasterNode, SaysWhichSlaveBrokeTheProtocol) {
    RunningMaster master;
    Peer slave{master.local()};
    slave.say(wire::Hello{"one"});
    ASSERT_TRUE(master.says("(one) got connected"));
    slave.say(wire::Welcome{1s});
    EXPECT_TRUE(master.says(" (one): sent a message that only a master sends"));
}

TEST(MasterNode, CountsWhoIsConnectedAndWhomItHasSentAway) {
    const RunningMaster master;
    const RunningSlave slave{slaveConfig(master.local(), "left")};
    const auto stranger = net::Connector{}.connect(master.local());
    stranger->send(std::as_bytes(std::span{"nonsense"}));
    EXPECT_TRUE(await([&] {
        const observe::PeerCounts counts = master.node_.peerCounts();
        const auto& kinds = counts.timestamps;
        return counts.slaves == 1 && std::accumulate(kinds.begin(), kinds.end(), 0U) == 1 &&
               counts.sentAway.at(static_cast<std::size_t>(wire::Fault::protocol)) == 1;
    }));
}

TEST(MasterNode, TellsItsCountsAlsoWhileItStops) {
    RunningMaster master;
    const RunningSlave slave{slaveConfig(master.local(), "left")};
    ASSERT_TRUE(await([&] { return master.node_.peerCounts().slaves == 1; }));
    std::atomic<bool> stopped = false;
    std::thread watcher{[&] {
        while (!stopped) {
            (void)master.node_.peerCounts();
        }
    }};
    master.node_.stop();
    stopped = true;
    watcher.join();
    EXPECT_EQ(0U, master.node_.peerCounts().slaves);
}

TEST(MasterNode, SaysWhoIsThereWhileItWaitsForSlaves) {
    for (const std::size_t needed : {2U, 1U}) {
        struct Skipped : Observer {
            void cycleSkipped(const std::vector<sync::ClockStatus>& slaves,
                              std::size_t /*needed*/) override {
                const std::lock_guard guard{lock_};
                there_ = slaves;
            }
            std::mutex lock_;
            std::vector<sync::ClockStatus> there_;
        } skipped;
        MasterConfig config = masterConfig(50ms);
        config.minSlaves = needed;
        config.group.foundAfter = 1h;
        const RunningMaster master{std::move(config), {&skipped}};
        const RunningSlave slave{slaveConfig(master.local(), "left")};

        EXPECT_TRUE(await([&] {
            const std::lock_guard guard{skipped.lock_};
            const auto& there = skipped.there_;
            return there.size() == 1 && there[0].name == "left" && !there[0].offset;
        })) << needed;
    }
}

TEST(SlaveNode, TellsWhenItHasJoinedAMasterAndWhenThatIsOver) {
    std::optional<RunningMaster> master{std::in_place};
    const net::Endpoint address = master->local();
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
    const RunningSlave slave{slaveConfig(address, "left"), {&said}};
    const std::string joined = "joined " + toText(address) + " 100.0 ms";
    EXPECT_TRUE(await([&] { return said.is({joined, "timestamped"}); }));
    master.reset();
    EXPECT_TRUE(await([&] { return said.is({joined, "timestamped", "left"}); }));
}

}  // namespace
}  // namespace berkeley::node
