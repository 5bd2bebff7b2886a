#include "common/monitoring.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

namespace berkeley::apps {
namespace {

using namespace std::chrono_literals;

class SilenceTest : public testing::Test {
  protected:
    /// What is said when nothing has come for that long.
    std::string said(observe::Role role, Nanoseconds silence,
                     std::optional<HostTime> cycleEnded = HostTime{}) {
        observe::Status status;
        status.role = role;
        status.interval = 1s;
        status.now.host = HostTime{1h};
        status.heard = status.now.host - silence;
        status.cycleEnded = cycleEnded;
        text_.str("");
        lookForSilence(status, watchdog_, logger_);
        return text_.str();
    }

    std::ostringstream text_;
    spdlog::logger logger_{"", std::make_shared<spdlog::sinks::ostream_sink_st>(text_)};
    Watchdog watchdog_;

  private:
    void SetUp() override { logger_.set_pattern("%v"); }
};

TEST_F(SilenceTest, OfAMasterIsAboutSyncCycles) {
    EXPECT_EQ("", said(observe::Role::active, 6s));
    EXPECT_EQ("no sync cycle has ended for 7.000 s, although enough slaves are connected\n",
              said(observe::Role::active, 7s));
    EXPECT_EQ("sync cycles have resumed after 7.000 s\n", said(observe::Role::active, 0s));
}

TEST_F(SilenceTest, OfAFollowerIsAboutAdjustments) {
    EXPECT_EQ("holdover: no adjustment has come for 7.000 s\n", said(observe::Role::slave, 7s));
    EXPECT_EQ("holdover is over after 7.000 s\n", said(observe::Role::slave, 0s));
}

TEST_F(SilenceTest, OfAFollowerThatTakesOverEndsWithoutAWordOfCyclesThatThereAreNot) {
    EXPECT_NE("", said(observe::Role::standby, 7s));
    EXPECT_EQ("", said(observe::Role::active, 0s, std::nullopt));
    EXPECT_EQ("", said(observe::Role::active, 1s));
}

}  // namespace
}  // namespace berkeley::apps
