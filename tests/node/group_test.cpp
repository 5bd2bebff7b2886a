/// Master and slaves as objects in one process, over real sockets.
#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>

#include <condition_variable>
#include <mutex>

#include "berkeley/node/master_node.h"
#include "berkeley/node/slave_node.h"

namespace berkeley {
namespace {

using namespace std::chrono_literals;

constexpr double kMaxSlewPpb = 500'000;

std::shared_ptr<spdlog::logger> silent() {
    return std::make_shared<spdlog::logger>("test",
                                            std::make_shared<spdlog::sinks::null_sink_mt>());
}

/// Sync cycles as they end, to wait for.
class Cycles {
  public:
    void add(const CycleStatus& status) {
        const std::lock_guard guard{lock_};
        statuses_.push_back(status);
        changed_.notify_all();
    }

    /// The first cycle from `from` on that `wanted` accepts.
    template <class Predicate>
    std::optional<CycleStatus> await(Predicate wanted) {
        std::unique_lock guard{lock_};
        std::size_t next = 0;
        std::optional<CycleStatus> found;
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
    std::vector<CycleStatus> statuses_;
};

class Master {
  public:
    explicit Master(std::size_t minSlaves, Nanoseconds interval = 100ms) {
        MasterConfig config;
        config.listen = {"127.0.0.1", 0};
        config.interval = interval;
        config.minSlaves = minSlaves;
        config.cycle.masterName = "master";
        node_.emplace(config,
                      MasterEvents{.cycleStarted = [](auto, auto) {},
                                   .cycleEnded = [&](const auto& status) { cycles_.add(status); },
                                   .cycleSkipped = [](auto, auto) {},
                                   .finished = [] {}},
                      clock_, silent());
        node_->initiateClockServer();
    }

    Cycles cycles_;
    SteeredClock clock_{HostClock{}, kMaxSlewPpb, ""};
    std::optional<MasterNode> node_;
};

class Slave {
  public:
    Slave(const Endpoint& master, const std::string& name, Nanoseconds offset, double driftPpb = 0)
        : clock_(HostClock{offset, driftPpb}, kMaxSlewPpb, ""),
          node_({.masters = {master}, .interval = 100ms, .name = name, .lab = false},
                {.synchronized = [](auto&&...) {}, .toldByLab = [](auto&&...) {}}, clock_,
                silent()) {
        node_.initiateSlaveClient();
    }

    SteeredClock clock_;
    SlaveNode node_;
};

const ClockStatus* find(const CycleStatus& status, const std::string& name) {
    for (const ClockStatus& clock : status.clocks) {
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
    const auto first = master.cycles_.await([](const CycleStatus&) { return true; });
    ASSERT_TRUE(first);
    EXPECT_EQ(first->cycle, 1U);
    EXPECT_EQ(first->clocks.size(), 3U);
    EXPECT_LT(std::chrono::abs(*find(*first, "master")->correction - 5min), 100ms);
    EXPECT_LT(std::chrono::abs(*find(*first, "fast")->correction + 20min), 100ms);
    EXPECT_LT(std::chrono::abs(*find(*first, "slow")->correction - 15min), 100ms);
}

TEST(Group, SlaveThatHasLeftIsGoneFromTheAverage) {
    Master master{1};
    const Slave stays{master.node_->local(), "stays", 0s};
    std::optional<Slave> leaves{std::in_place, master.node_->local(), "leaves", 1min};
    ASSERT_TRUE(master.cycles_.await([](const auto& s) { return find(s, "leaves") != nullptr; }));
    leaves.reset();
    std::uint32_t last = 0;
    const auto without = master.cycles_.await([&](const CycleStatus& status) {
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
        const auto read = [](const SteeredClock& clock) {
            const ClockState state = clock.state();
            const HostTime now = clock.hostNow();
            return std::pair{state.line.groupTimeAt(now), state.boundAt(now)};
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
    boost::asio::io_context context;
    Endpoint nobody;
    { nobody = Listener{context, {"127.0.0.1", 0}}.local(); }
    Slave slave{nobody, "lonely", 0s};
    const auto begin = std::chrono::steady_clock::now();
    slave.node_.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST(MasterNode, RefusesAnAddressThatItCannotHave) {
    const Master first{1};
    MasterConfig config;
    config.listen = first.node_->local();
    SteeredClock clock{HostClock{}, kMaxSlewPpb, ""};
    MasterNode second{config, {}, clock, silent()};
    EXPECT_THROW(second.initiateClockServer(), std::runtime_error);
}

}  // namespace
}  // namespace berkeley
