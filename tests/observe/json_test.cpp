#include "observe/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "observe/clocks.h"

namespace berkeley::observe {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;

Status statusOf(const GroupSnapshot& group) {
    Status status;
    status.program = "berkeley-master";
    status.instance = "0123456789abcdef";
    status.name = "master";
    status.role = Role::active;
    status.cycle = 7;
    status.cycleEnded = at(2s).host;
    status.now = at(2500ms);
    status.interval = 1s;
    status.bound = 900ns;
    status.membership = {0xfeed, 3};
    status.steps = 2;
    status.group = group;
    return status;
}

class JsonTest : public testing::Test {
  protected:
    EventLog log;
    GroupView view{log};
};

TEST_F(JsonTest, StatusHasEveryFigureOfTheGroup) {
    view.cycleEnded(cycleOf(6, {slaveClock("gone", 5ns)}), at(1s));
    view.cycleEnded(cycleOf(7, {slaveClock("a", 5ns), lateClock("b")}), at(2s));
    Status status = statusOf(view.snapshot());
    status.events = log.events();

    const Json json = Json::parse(statusJson(status, ""));
    EXPECT_EQ(1, json["version"]);
    EXPECT_EQ("berkeley-master", json["program"]);
    EXPECT_EQ("0123456789abcdef", json["instance"]);
    EXPECT_EQ("master", json["name"]);
    EXPECT_EQ("active", json["role"]);
    EXPECT_EQ(true, json["synchronized"]);
    EXPECT_EQ(7, json["cycle"]);
    EXPECT_EQ(0.5, json["last_cycle_s"]);
    EXPECT_EQ("1970-01-02T00:00:02.500000000Z", json["time"]);
    EXPECT_EQ(1'000'000'000, json["interval_ns"]);
    EXPECT_EQ(900, json["bound_ns"]);
    EXPECT_TRUE(json["suspect"].is_null());
    EXPECT_EQ("000000000000feed", json["group_id"]);
    EXPECT_EQ(3, json["term"]);
    EXPECT_EQ(2, json["steps"]);
    EXPECT_EQ(false, json["holdover"]);
    EXPECT_TRUE(json["waiting"].is_null());
    EXPECT_EQ(true, json["healthy"]);
    EXPECT_TRUE(json["reason"].is_null());
    EXPECT_TRUE(json["master"].is_null());
    EXPECT_EQ(Json::parse(R"({"spread_ns": 13, "average_ns": 3, "counted": 2, "clocks": 3,
                              "duration_ns": 4000000})"),
              json["group"]);
    ASSERT_EQ(4U, json["clocks"].size());
    EXPECT_EQ("master", json["clocks"][0]["kind"]);
    EXPECT_EQ(Json::parse(R"({"name": "a", "address": "127.0.0.1:a", "kind": "native",
                              "standing": "counted", "offset_ns": 5, "bound_ns": 1200,
                              "delay_ns": 1800, "drift_ppb": -12.5, "change_ns": -2,
                              "last_seen_s": 0.5})"),
              json["clocks"][1]);
    EXPECT_EQ(Json::parse(R"({"name": "b", "address": "127.0.0.1:b", "kind": "native",
                              "standing": "late", "offset_ns": null,
                              "bound_ns": null, "delay_ns": null, "drift_ppb": null,
                              "change_ns": null, "last_seen_s": null})"),
              json["clocks"][2]);
    EXPECT_EQ("lost", json["clocks"][3]["standing"]);
    EXPECT_EQ(1.5, json["clocks"][3]["last_seen_s"]);
    const Json& joined = json["events"][0];
    EXPECT_EQ(Json::parse(R"({"number": 1, "time_ms": 86401000, "kind": "joined", "clock": "gone",
                              "text": "joined from 127.0.0.1:gone"})"),
              joined);
}

TEST_F(JsonTest, StatusSaysNullWhereNothingIsKnown) {
    const Json json = Json::parse(statusJson(Status{}, "not synchronized yet"));

    for (const char* member : {"cycle", "last_cycle_s", "bound_ns", "waiting", "group", "master",
                               "group_id", "term", "suspect"}) {
        EXPECT_TRUE(json.at(member).is_null()) << member;
    }
    EXPECT_EQ(Json::array(), json["clocks"]);
    EXPECT_EQ(false, json["healthy"]);
    EXPECT_EQ("not synchronized yet", json["reason"]);
}

TEST_F(JsonTest, StatusSaysWhomAFollowerFollowsAndForWhomAMasterWaits) {
    Status status;
    status.master = "[::1]:8080";
    status.group.shortage = {1, 3};
    const Json json = Json::parse(statusJson(status, ""));

    EXPECT_EQ(Json::parse(R"({"address": "[::1]:8080"})"), json["master"]);
    EXPECT_EQ(Json::parse(R"({"slaves": 1, "needed": 3})"), json["waiting"]);
}

TEST_F(JsonTest, HistoryNamesEachClockOnce) {
    History history;
    view.cycleEnded(cycleOf(1, {slaveClock("a", 5ns), lateClock("b")}), at(1s));
    history.add(pointOf(view.snapshot(), 900ns), at(1s).host);
    view.cycleEnded(cycleOf(2, {slaveClock("b", 7ns, sync::Standing::outlier)}), at(2s));
    history.add(pointOf(view.snapshot(), std::nullopt), at(2s).host);

    const Json json = Json::parse(historyJson({.instance = "0123456789abcdef",
                                               .interval = 1s,
                                               .next = 2,
                                               .more = false,
                                               .points = history.since(0),
                                               .events = log.events(),
                                               .clocks = {}}));
    EXPECT_EQ("0123456789abcdef", json["instance"]);
    EXPECT_EQ(1'000'000'000, json["interval_ns"]);
    EXPECT_EQ(2, json["next"]);
    EXPECT_EQ(false, json["more"]);
    EXPECT_EQ(Json::parse(R"(["master", "a", "b"])"), json["names"]);
    ASSERT_EQ(2U, json["points"].size());
    EXPECT_EQ(Json::parse(R"({"index": 0, "cycle": 1, "time_ms": 86401000, "average_ns": 3,
                              "spread_ns": 13, "counted": 2, "clocks": 3, "bound_ns": 900,
                              "offsets": [[0, 0, null, true], [1, 5, 1200, true],
                                          [2, null, null, false]]})"),
              json["points"][0]);
    EXPECT_TRUE(json["points"][1]["bound_ns"].is_null());
    EXPECT_EQ(Json::parse(R"([[0, 0, null, true], [2, 7, 1200, false]])"),
              json["points"][1]["offsets"]);
    EXPECT_EQ(log.events().size(), json["events"].size());
}

TEST_F(JsonTest, HistoryOfSomeClocksLeavesOutTheOthers) {
    History history;
    view.cycleEnded(cycleOf(1, {slaveClock("a", 5ns), slaveClock("b", 7ns)}), at(1s));
    history.add(pointOf(view.snapshot(), 900ns), at(1s).host);

    HistoryAnswer answer;
    answer.points = history.since(0);
    answer.clocks = {"b", "nobody"};
    const Json json = Json::parse(historyJson(answer));
    EXPECT_EQ(Json::parse(R"(["b"])"), json["names"]);
    EXPECT_EQ(Json::parse(R"([[0, 7, 1200, true]])"), json["points"][0]["offsets"]);
}

TEST_F(JsonTest, HistoryOfALargeGroupHasQuantiles) {
    std::vector<sync::ClockStatus> slaves;
    for (int i = 0; i < 60; ++i) {
        slaves.push_back(slaveClock("s" + std::to_string(i), Nanoseconds{i}));
    }
    History history;
    view.cycleEnded(cycleOf(1, slaves), at(1s));
    history.add(pointOf(view.snapshot(), 900ns), at(1s).host);

    HistoryAnswer answer;
    answer.points = history.since(0);
    const Json point = Json::parse(historyJson(answer))["points"][0];
    EXPECT_EQ(20U, point["offsets"].size());
    EXPECT_EQ(0, point["quantiles"]["min"]);
    EXPECT_EQ(59, point["quantiles"]["max"]);
    EXPECT_EQ(7U, point["quantiles"].size());
}

TEST_F(JsonTest, HistoryOfAFollowerHasNoFiguresOfAGroup) {
    History history;
    history.add(pointOf("left", 7, at(2s).group, 12ns, 900ns), at(2s).host);
    HistoryAnswer answer;
    answer.points = history.since(0);

    EXPECT_EQ(Json::parse(R"([{"index": 0, "cycle": 7, "time_ms": 86402000, "average_ns": null,
                               "spread_ns": null, "counted": null, "clocks": null,
                               "bound_ns": 900, "offsets": [[0, -12, 900, true]]}])"),
              Json::parse(historyJson(answer))["points"]);
}

}  // namespace
}  // namespace berkeley::observe
