#include "node/monitor.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "node/monitor_site.h"
#include "observe/clocks.h"
#include "observe/web_page.h"

namespace berkeley::node {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

class MonitorTest : public testing::Test {
  protected:
    /// Of a daemon with that role.
    void watch(observe::Role role) {
        monitor.emplace(MonitorConfig{.program = "berkeley-test",
                                      .version = "1.2.3",
                                      .name = "master-2",
                                      .role = role,
                                      .lab = false,
                                      .interval = 2s},
                        clock);
    }

    void adjust(std::uint32_t cycle, Nanoseconds bound) {
        sync::Adjustment adjustment;
        adjustment.cycle = cycle;
        adjustment.reference = clock.hostNow();
        adjustment.bound = bound;
        const std::optional<sync::Change> change = clock.apply(adjustment);
        ASSERT_TRUE(change);
        if (monitor) {
            monitor->synchronized(*change, GroupTime{}, bound);
        }
    }

    net::HttpResponse get(const std::string& target, MonitorSiteConfig config = {}) const {
        return MonitorSite{std::move(config), *monitor}(target);
    }

    std::uint64_t marker = 1;
    host::SteeredClock clock{host::HostClock{},
                             sync::Discipline{500'000},
                             nullptr,
                             nullptr,
                             {host::PauseWatch{{page::suspension, [this] { return marker; }}},
                              host::RtcWatch{[] { return std::nullopt; }}}};
    std::optional<Monitor> monitor;
};

TEST_F(MonitorTest, ShowsAMastersCycles) {
    watch(observe::Role::active);
    EXPECT_FALSE(monitor->status().cycle);
    monitor->cycleEnded(observe::cycleOf(7, {observe::slaveClock("a", 5ns)}));

    const observe::Status status = monitor->status();
    EXPECT_EQ("berkeley-test", status.program);
    EXPECT_EQ("1.2.3", status.version);
    EXPECT_EQ(16U, status.instance.size());
    EXPECT_EQ("master-2", status.name);
    EXPECT_EQ(observe::Role::active, status.role);
    EXPECT_EQ(7U, status.cycle);
    EXPECT_EQ(2s, status.interval);
    EXPECT_FALSE(status.bound) << "nobody has adjusted the clock";
    ASSERT_EQ(2U, status.group.clocks.size());
    EXPECT_GE(status.now.host, *status.cycleEnded);
    EXPECT_EQ(1U, monitor->history(0, {}).points.size());

    monitor->cycleSkipped({}, 1);
    EXPECT_EQ(1U, monitor->status().group.shortage->needed);
    EXPECT_EQ(sync::Standing::lost, monitor->status().group.clocks[1].status.standing);
    EXPECT_EQ(1U, monitor->history(0, {}).points.size());
}

TEST_F(MonitorTest, HasAnotherNameForEachStart) {
    watch(observe::Role::active);
    const std::string first = monitor->status().instance;
    watch(observe::Role::active);
    EXPECT_NE(first, monitor->status().instance);
}

TEST_F(MonitorTest, ShowsWhomAClockFollowsAndWhatItWasTold) {
    watch(observe::Role::slave);
    EXPECT_FALSE(monitor->status().bound);
    monitor->joined({"127.0.0.1", 8080}, 3s);
    monitor->timestamped(sync::TimestampKind::kernel);
    adjust(7, 900ns);

    observe::Status status = monitor->status();
    EXPECT_EQ(3s, status.interval);
    EXPECT_EQ("127.0.0.1:8080", status.master);
    EXPECT_EQ(sync::TimestampKind::kernel, status.timestamps);
    EXPECT_EQ(7U, status.cycle);
    EXPECT_EQ(900ns, status.bound);
    EXPECT_FALSE(status.holdover);
    ASSERT_EQ(1U, status.group.clocks.size());
    EXPECT_EQ(0ns, status.group.clocks[0].status.change);
    EXPECT_EQ(1U, monitor->history(0, {}).points.size());

    monitor->left();
    status = monitor->status();
    EXPECT_EQ("", status.master);
    EXPECT_FALSE(status.timestamps);
}

TEST_F(MonitorTest, AStandbyThatTakesOverShowsItsGroupAndNotTheOneBefore) {
    watch(observe::Role::standby);
    monitor->joined({"127.0.0.1", 8080}, 3s);
    adjust(7, 900ns);
    monitor->left();
    monitor->roleChanged(true);
    EXPECT_EQ(observe::Role::active, monitor->status().role);
    EXPECT_FALSE(monitor->status().cycle);
    monitor->cycleEnded(observe::cycleOf(8, {observe::slaveClock("a", 5ns)}));
    EXPECT_EQ(8U, monitor->status().cycle);

    monitor->roleChanged(false);
    const observe::Status status = monitor->status();
    EXPECT_EQ(observe::Role::standby, status.role);
    ASSERT_EQ(1U, status.group.clocks.size());
    EXPECT_EQ("master-2", status.group.clocks[0].id);
    EXPECT_EQ(8U, status.cycle) << "the last one that it led";
    EXPECT_FALSE(status.group.cycle);
    EXPECT_EQ(observe::EventKind::role, status.events.back().kind);
    EXPECT_EQ("master-2 stands by", status.events.back().text);
}

TEST_F(MonitorTest, TheSilenceOfAMasterThatTakesOverBeginsThen) {
    watch(observe::Role::standby);
    const HostTime begin = monitor->status().since;
    EXPECT_EQ(0ns, silenceOf(monitor->status())) << "nothing is due to it yet";
    monitor->roleChanged(true);
    EXPECT_GT(monitor->status().since, begin);
    EXPECT_EQ(monitor->status().since, monitor->status().heard);
}

TEST_F(MonitorTest, TheSilenceOfAMasterEndsWithEachCycleThatEndsOrCannotBegin) {
    watch(observe::Role::active);
    HostTime last = *monitor->status().heard;
    const auto isHeard = [&] {
        return *monitor->status().heard > std::exchange(last, *monitor->status().heard);
    };
    monitor->cycleEnded(observe::cycleOf(7, {observe::slaveClock("a", 5ns)}));
    EXPECT_TRUE(isHeard());
    monitor->cycleSkipped({}, 1);
    EXPECT_TRUE(isHeard());
    EXPECT_FALSE(isHeard());
}

TEST_F(MonitorTest, ASummaryLacksOnlyClocksAndEvents) {
    watch(observe::Role::active);
    monitor->cycleEnded(observe::cycleOf(7, {observe::slaveClock("a", 5ns)}));
    const observe::Status summary = monitor->summary();
    EXPECT_EQ(7U, summary.group.cycle->cycle);
    EXPECT_TRUE(summary.group.clocks.empty());
    EXPECT_TRUE(summary.events.empty());
    EXPECT_EQ(lineOf(monitor->status()), lineOf(summary));
}

TEST_F(MonitorTest, TheSiteHasAPageForEachPath) {
    watch(observe::Role::active);
    monitor->cycleEnded(observe::cycleOf(7, {observe::slaveClock("a b", 5ns)}));

    EXPECT_EQ("application/json", get("/status.json").contentType);
    EXPECT_EQ(7, Json::parse(get("/status.json").body)["cycle"]);
    EXPECT_EQ(1U, Json::parse(get("/history.json").body)["points"].size());
    EXPECT_TRUE(Json::parse(get("/history.json?since=1").body)["points"].empty());
    EXPECT_EQ("text/plain; version=0.0.4; charset=utf-8", get("/metrics").contentType);
    EXPECT_NE(std::string::npos, get("/metrics").body.find("\nberkeley_sync_cycles_total 1\n"));
    EXPECT_EQ(503U, get("/healthz").status) << "its clock was not adjusted";
    EXPECT_EQ(404U, get("/status.json/").status);
    EXPECT_EQ(404U, get("").status);
}

TEST_F(MonitorTest, TheSiteHasTheHistoryOfSomeClocks) {
    watch(observe::Role::active);
    monitor->cycleEnded(
        observe::cycleOf(7, {observe::slaveClock("a b", 5ns), observe::slaveClock("c", 5ns)}));

    const auto names = [&](const std::string& query) {
        return Json::parse(get("/history.json?" + query).body)["names"];
    };
    EXPECT_EQ(Json::parse(R"(["a b"])"), names("clock=a%20b"));
    EXPECT_EQ(Json::parse(R"(["a b", "c"])"), names("since=0&clock=a+b&clock=c&new=1"));
    EXPECT_EQ(Json::parse(R"(["master", "a b", "c"])"), names("&&"));
}

TEST_F(MonitorTest, TheSiteRefusesQueriesThatItCannotRead) {
    watch(observe::Role::active);
    for (const std::string query : {"since=", "since=-1", "since=1x", "since=99999999999999999999",
                                    "clock=%", "clock=%4", "clock=%zz", "clock=%+1"}) {
        const net::HttpResponse answer = get("/history.json?" + query);
        EXPECT_EQ(400U, answer.status) << query;
        EXPECT_EQ('\n', answer.body.back());
    }
}

TEST_F(MonitorTest, TheSiteSaysWhetherTheDaemonIsHealthy) {
    watch(observe::Role::slave);
    EXPECT_EQ(503U, get("/healthz").status);
    EXPECT_EQ("not synchronized yet\n", get("/healthz").body);
    adjust(7, 900ns);
    EXPECT_EQ(200U, get("/healthz").status);
    EXPECT_EQ("ok\n", get("/healthz").body);

    MonitorSiteConfig strict;
    strict.maxBound = 899ns;
    EXPECT_EQ(503U, get("/healthz", strict).status);
    const Json status = Json::parse(get("/status.json", strict).body);
    EXPECT_EQ(false, status["healthy"]);
    EXPECT_EQ("the bound, 900 ns, is above the limit of 899 ns", status["reason"]);
}

TEST_F(MonitorTest, TheSiteServesTheFilesOfTheWebPage) {
    watch(observe::Role::slave);
    for (const observe::WebPageFile& file : observe::webPageFiles()) {
        const net::HttpResponse answer = get(std::string{file.path} + "?query");
        EXPECT_EQ(file.bytes, answer.body) << file.path;
        EXPECT_EQ(file.contentType, answer.contentType) << file.path;
    }
    EXPECT_EQ(404U, get("/page").status);
}

TEST_F(MonitorTest, SaysWhyAClockIsNotBelieved) {
    watch(observe::Role::slave);
    adjust(7, 900ns);
    EXPECT_TRUE(monitor->status().bound);
    marker = 2;
    const std::optional<Pause> pause = clock.lookForPause();
    ASSERT_TRUE(pause);
    monitor->paused(*pause);

    EXPECT_EQ(PauseKind::stopped, monitor->status().suspect);
    EXPECT_FALSE(monitor->status().bound);
    const net::HttpResponse health = get("/healthz");
    EXPECT_EQ(503, health.status);
    EXPECT_EQ(
        "this machine was stopped by its host: its clock is not believed until it is measured "
        "again\n",
        health.body);
    const Json json = Json::parse(get("/status.json").body);
    EXPECT_EQ("stopped", json["suspect"]);
    EXPECT_EQ(false, json["synchronized"]);
    EXPECT_NE(std::string::npos,
              get("/metrics").body.find("berkeley_pauses_total{kind=\"stopped\"} 1"));

    clock.beginMeasurement();
    adjust(8, 900ns);
    EXPECT_EQ(200, get("/healthz").status);
}

TEST_F(MonitorTest, KnowsWhatAnEarlierRunOfTheClockWasTold) {
    adjust(7, 900ns);
    watch(observe::Role::slave);
    const observe::Status status = monitor->status();
    EXPECT_EQ(7U, status.cycle);
    EXPECT_EQ(clock.state().line.reference, status.heard);
    EXPECT_EQ(900ns, status.bound);
    EXPECT_FALSE(status.holdover);
    EXPECT_EQ(sync::Standing::counted, status.group.clocks[0].status.standing);
}

}  // namespace
}  // namespace berkeley::node
