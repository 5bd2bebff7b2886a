#include "observe/status.h"

#include <gtest/gtest.h>

#include "observe/clocks.h"

namespace berkeley::observe {
namespace {

using namespace std::chrono_literals;

/// Of a daemon with which nothing is wrong, 10 s after its start.
Status healthy(Role role) {
    Status status;
    status.role = role;
    status.cycle = 9;
    status.cycleEnded = at(9s).host;
    status.since = at(0s).host;
    status.heard = at(9s).host;
    status.now = at(10s);
    status.interval = 1s;
    status.bound = 2us;
    return status;
}

TEST(ComplaintTest, ThereIsNoneWhileCyclesEndAndTheBoundIsSmall) {
    EXPECT_EQ("", complaintOf(healthy(Role::active), 1ms));
    EXPECT_EQ("", complaintOf(healthy(Role::standby), 1ms));
    EXPECT_EQ("", complaintOf(healthy(Role::slave), 1ms));
}

TEST(ComplaintTest, ThereIsOneWhenTheBoundIsAboveTheLimit) {
    for (const Role role : {Role::active, Role::standby, Role::slave}) {
        EXPECT_EQ("the bound, 2.0 µs, is above the limit of 1.0 µs",
                  complaintOf(healthy(role), 1us));
        EXPECT_EQ("", complaintOf(healthy(role), 2us));
    }
}

TEST(ComplaintTest, ThereIsOneWhileTheClockIsNotBelieved) {
    for (const Role role : {Role::active, Role::standby, Role::slave}) {
        Status status = healthy(role);
        status.suspect = PauseKind::suspended;
        status.bound.reset();
        EXPECT_EQ(
            "this machine was suspended: its clock is not believed until it is measured again",
            complaintOf(status, 1ms));
    }
}

TEST(ComplaintTest, ThereIsOneBeforeTheClockIsSynchronized) {
    Status status = healthy(Role::slave);
    status.bound.reset();
    status.cycleEnded.reset();
    status.heard = at(0s).host;
    EXPECT_EQ("not synchronized yet", complaintOf(status, 1ms));
    status.role = Role::active;
    status.now = at(2s);
    EXPECT_EQ("no sync cycle has ended yet", complaintOf(status, 1ms));
}

TEST(ComplaintTest, ThereIsOneWhenCyclesAreSkippedOrDoNotEnd) {
    Status status = healthy(Role::active);
    status.group.shortage = {1, 3};
    EXPECT_EQ("no sync cycle: 1 of at least 3 slaves", complaintOf(status, 1ms));
    status.group.shortage = {3, 3};
    EXPECT_EQ("no sync cycle: a new group waits for more slaves", complaintOf(status, 1ms));
    status.group.shortage.reset();
    status.now = at(16s);
    EXPECT_EQ("no sync cycle has ended for 7.000 s", complaintOf(status, 1ms));
}

TEST(ComplaintTest, ThereIsOneInHoldover) {
    for (const Role role : {Role::standby, Role::slave}) {
        Status status = healthy(role);
        status.holdover = true;
        status.now = at(29s);
        EXPECT_EQ("holdover: no adjustment has come for 20.00 s", complaintOf(status, 1ms));
    }
}

TEST(LineTest, SaysHowAMasterIs) {
    Status status = healthy(Role::active);
    EXPECT_EQ("waiting for slaves, the clock is right within 2.0 µs", lineOf(status));
    status.group.cycle = CycleFigures{.cycle = 9,
                                      .ended = at(9s),
                                      .average = 5ns,
                                      .spreadBefore = 1us,
                                      .duration = 3ms,
                                      .counted = 2,
                                      .clocks = 3};
    EXPECT_EQ(
        "cycle 9: average +5 ns, spread before 1.0 µs, 2 of 3 clocks counted, cycle time "
        "3.000 ms, the clock is right within 2.0 µs",
        lineOf(status));
    status.group.shortage = {0, 1};
    status.bound.reset();
    EXPECT_EQ("No client data. Synchronization not applicable.", lineOf(status));
}

TEST(LineTest, SaysHowAFollowerIs) {
    Status status = healthy(Role::slave);
    EXPECT_EQ("cycle 9, the clock is right within 2.0 µs", lineOf(status));
    status.role = Role::standby;
    EXPECT_EQ("standby, cycle 9, the clock is right within 2.0 µs", lineOf(status));
    status.holdover = true;
    status.now = at(29s);
    EXPECT_EQ("standby, holdover for 20.00 s after cycle 9, the clock is right within 2.0 µs",
              lineOf(status));
    status.suspect = PauseKind::suspended;
    status.bound.reset();
    status.holdover = false;
    EXPECT_EQ(
        "standby, cycle 9, this machine was suspended: its clock is not believed until it is "
        "measured again",
        lineOf(status));
    status.cycle.reset();
    status.suspect = PauseKind::none;
    EXPECT_EQ("standby, waiting for the first adjustment", lineOf(status));
}

}  // namespace
}  // namespace berkeley::observe
