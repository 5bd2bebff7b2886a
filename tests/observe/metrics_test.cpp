#include "observe/metrics.h"

#include <gtest/gtest.h>

#include "observe/clocks.h"

namespace berkeley::observe {
namespace {

using namespace std::chrono_literals;

/// Of an active master with these slaves.
Status leaderOf(std::vector<sync::ClockStatus> slaves) {
    EventLog log;
    GroupView view{log};
    view.cycleEnded(cycleOf(7, std::move(slaves)), at(2s));
    Status status;
    status.program = "berkeley-master";
    status.version = "1.2.3";
    status.role = Role::active;
    status.cycleEnded = at(2s).host;
    status.now = at(2500ms);
    status.interval = 1s;
    status.bound = 1us;
    status.group = view.snapshot();
    return status;
}

Status follower() {
    Status status;
    status.role = Role::standby;
    status.since = at(1s).host;
    status.now = at(3s);
    status.master = "127.0.0.1:8080";
    status.timestamps = sync::TimestampKind::kernelReceive;
    status.group.clocks.emplace_back();
    status.group.clocks[0].status.change = -12ns;
    return status;
}

class MetricsTest : public testing::Test {
  protected:
    void expectLine(const std::string& line) const {
        EXPECT_NE(std::string::npos, ("\n" + text).find("\n" + line + "\n")) << line << "\n"
                                                                             << text;
    }
    void expectNo(const std::string& part) const {
        EXPECT_EQ(std::string::npos, text.find(part)) << part << "\n" << text;
    }

    std::string text;
};

TEST_F(MetricsTest, ShowTheDaemon) {
    text = Metrics{true, false}.text(leaderOf({}), PeerCounts{}, 100);

    expectLine(R"(berkeley_build_info{program="berkeley-master",version="1.2.3"} 1)");
    expectLine(R"(berkeley_role{role="active"} 1)");
    expectLine(R"(berkeley_role{role="standby"} 0)");
    expectLine("berkeley_synchronized 1");
    expectLine("berkeley_bound_seconds 1e-06");
    expectLine("berkeley_holdover 0");
    expectLine("berkeley_interval_seconds 1");
    expectLine("berkeley_sync_cycle_age_seconds 0.5");
    expectLine("# TYPE berkeley_role gauge");
}

TEST_F(MetricsTest, CountStepsAndPauses) {
    Metrics metrics{false, true};
    text = metrics.text(follower(), {}, 100);
    expectLine("berkeley_clock_steps_total 0");
    expectLine(R"(berkeley_pauses_total{kind="suspended"} 0)");
    expectLine(R"(berkeley_pauses_total{kind="stopped"} 0)");

    metrics.paused(PauseKind::stopped);
    Status status = follower();
    status.steps = 3;
    text = metrics.text(status, {}, 100);
    expectLine("berkeley_clock_steps_total 3");
    expectLine("# TYPE berkeley_clock_steps_total counter");
    expectLine(R"(berkeley_pauses_total{kind="suspended"} 0)");
    expectLine(R"(berkeley_pauses_total{kind="stopped"} 1)");
}

TEST_F(MetricsTest, ShowTheGroupAndEachClock) {
    text = Metrics{true, false}.text(
        leaderOf({slaveClock("a", -250ns), slaveClock("b", 1s, sync::Standing::outlier),
                  lateClock("c")}),
        PeerCounts{}, 100);

    expectLine("berkeley_group_spread_seconds 1.3e-08");
    expectLine("berkeley_group_average_seconds 3e-09");
    expectLine(R"(berkeley_clocks{standing="counted"} 2)");
    expectLine(R"(berkeley_clocks{standing="outlier"} 1)");
    expectLine(R"(berkeley_clocks{standing="late"} 1)");
    expectLine(R"(berkeley_clocks{standing="newcomer"} 0)");
    expectLine(R"(berkeley_clocks{standing="too fast"} 0)");
    expectLine(R"(berkeley_clocks{standing="jumped"} 0)");
    expectLine(R"(berkeley_clocks{standing="no sync cycle"} 0)");
    expectLine(R"(berkeley_clocks{standing="lost"} 0)");
    expectNo(R"(berkeley_clocks{standing="holdover"})");
    expectLine(R"(berkeley_clock_offset_seconds{clock="a"} -2.5e-07)");
    expectLine(R"(berkeley_clock_bound_seconds{clock="a"} 1.2e-06)");
    expectLine(R"(berkeley_clock_delay_seconds{clock="a"} 1.8e-06)");
    expectLine(R"(berkeley_clock_drift_ratio{clock="a"} -1.25e-08)");
    expectLine(R"(berkeley_clock_counted{clock="b"} 0)");
    expectLine(R"(berkeley_clock_counted{clock="c"} 0)");
    expectNo(R"(offset_seconds{clock="c"})");
    expectLine("berkeley_clocks_left_out 0");
}

TEST_F(MetricsTest, ShowNoMoreThanSoManyClocksTheFirstByName) {
    text = Metrics{true, false}.text(
        leaderOf({slaveClock("a", 1ns), slaveClock("b", 1h), slaveClock("c", 1h)}), PeerCounts{},
        2);

    expectLine(R"(berkeley_clock_counted{clock="master"} 1)");
    expectLine(R"(berkeley_clock_counted{clock="a"} 1)");
    expectNo(R"(clock="b")");
    expectLine("berkeley_clocks_left_out 2");
}

TEST_F(MetricsTest, CountCycles) {
    Metrics metrics{true, false};
    sync::CycleStatus cycle = cycleOf(1, {slaveClock("a", 1ns), lateClock("b")});
    cycle.duration = 3ms;
    cycle.lateness = 200us;
    metrics.cycleEnded(cycle);
    metrics.cycleEnded(cycle);
    metrics.cycleSkipped();
    text = metrics.text(leaderOf({}), PeerCounts{}, 100);

    expectLine("berkeley_sync_cycles_total 2");
    expectLine("berkeley_sync_cycles_skipped_total 1");
    expectLine("berkeley_adjustments_told_total 4");
    expectLine(R"(berkeley_sync_cycle_duration_seconds_bucket{le="0.0025"} 0)");
    expectLine(R"(berkeley_sync_cycle_duration_seconds_bucket{le="0.005"} 2)");
    expectLine("berkeley_sync_cycle_duration_seconds_sum 0.006");
    expectLine(R"(berkeley_sync_cycle_lateness_seconds_bucket{le="0.00025"} 2)");
}

TEST_F(MetricsTest, ShowWhoIsConnectedAndWhoWasSentAway) {
    PeerCounts peers;
    peers.slaves = 3;
    peers.timestamps[static_cast<std::size_t>(sync::TimestampKind::kernel)] = 2;
    peers.sentAway[static_cast<std::size_t>(wire::Fault::key)] = 4;
    text = Metrics{true, false}.text(leaderOf({}), peers, 100);

    expectLine("berkeley_connected_slaves 3");
    expectLine(R"(berkeley_connections{timestamps="kernel"} 2)");
    expectLine(R"(berkeley_connections{timestamps="user_space"} 0)");
    expectLine(R"(berkeley_peers_sent_away_total{why="key"} 4)");
    expectLine(R"(berkeley_peers_sent_away_total{why="protocol"} 0)");
    expectLine("# TYPE berkeley_peers_sent_away_total counter");
}

TEST_F(MetricsTest, ShowAFollowersOwnClockAndNoGroup) {
    Metrics metrics{true, true};
    metrics.joined();
    metrics.adjusted(sync::Manner::set);
    metrics.adjusted(sync::Manner::slewed);
    metrics.adjusted(sync::Manner::slewed);
    metrics.roleChanged();
    text = metrics.text(follower(), std::nullopt, 100);

    expectLine(R"(berkeley_role{role="standby"} 1)");
    expectLine("berkeley_master_connected 1");
    expectLine("berkeley_change_seconds -1.2e-08");
    expectLine("berkeley_joins_total 1");
    expectLine(R"(berkeley_adjustments_total{kind="set"} 1)");
    expectLine(R"(berkeley_adjustments_total{kind="slew"} 2)");
    expectLine("berkeley_role_changes_total 1");
    expectLine(R"(berkeley_connections{timestamps="kernel_receive"} 1)");
    expectLine("berkeley_sync_cycle_age_seconds 2");
    expectNo("berkeley_bound_seconds");
    expectNo("berkeley_clocks");
}

TEST_F(MetricsTest, OfASlaveHaveNothingThatOnlyAMasterCounts) {
    text = Metrics{false, true}.text(follower(), std::nullopt, 100);

    expectNo("berkeley_sync_cycles_total");
    expectNo("berkeley_role_changes_total");
    expectNo("berkeley_peers_sent_away_total");
    expectNo("berkeley_connected_slaves");
}

}  // namespace
}  // namespace berkeley::observe
