#include "common/screen_log.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

namespace berkeley::apps {
namespace {

using namespace std::chrono_literals;

class ScreenLogTest : public testing::Test {
  protected:
    ScreenLogTest() {
        logger_.set_pattern("%l: %v");
        log_ = ScreenLog::before(logger_, [] { return GroupTime{5s}; });
    }

    std::ostringstream elsewhere_;
    spdlog::logger logger_{"", std::make_shared<spdlog::sinks::ostream_sink_mt>(elsewhere_)};
    std::shared_ptr<ScreenLog> log_;
};

TEST_F(ScreenLogTest, KeepsWarningsAndErrorsForTheScreenAlone) {
    log_->hold();
    logger_.info("one");
    logger_.warn("two");
    logger_.error("three");
    EXPECT_EQ(elsewhere_.str(), "");
    const std::vector<observe::Notice> notices = log_->notices();
    ASSERT_EQ(notices.size(), 2U);
    EXPECT_EQ(notices[0].text, "two");
    EXPECT_FALSE(notices[0].error);
    EXPECT_EQ(notices[0].when, GroupTime{5s});
    EXPECT_EQ(notices[1].text, "three");
    EXPECT_TRUE(notices[1].error);
}

TEST_F(ScreenLogTest, PassesEverythingOnAsWellWhereThatDoesNotStandOnTheTerminal) {
    logger_.info("one");
    logger_.warn("two");
    EXPECT_EQ(elsewhere_.str(), "info: one\nwarning: two\n");
    EXPECT_EQ(log_->notices().size(), 1U);
}

TEST_F(ScreenLogTest, PassesEverythingOnAgainWhenTheScreenIsGone) {
    log_->hold();
    log_->end();
    logger_.warn("two");
    EXPECT_EQ(elsewhere_.str(), "warning: two\n");
    EXPECT_TRUE(log_->notices().empty());
}

TEST_F(ScreenLogTest, KeepsTheLastOnesOnly) {
    for (std::size_t i = 0; i < 10 * ScreenLog::kKept; ++i) {
        logger_.warn("{}", i);
    }
    const std::vector<observe::Notice> notices = log_->notices();
    EXPECT_EQ(notices.size(), ScreenLog::kKept);
    EXPECT_EQ(notices.back().text, std::to_string(10 * ScreenLog::kKept - 1));
}

}  // namespace
}  // namespace berkeley::apps
