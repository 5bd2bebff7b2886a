#include "node/peer_log.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <sstream>

namespace berkeley::node {
namespace {

class PeerLogTest : public testing::Test {
  protected:
    long lines() const {
        const std::string text = text_.str();
        return std::count(text.begin(), text.end(), '\n');
    }

    std::ostringstream text_;
    PeerLog log_{std::make_shared<spdlog::logger>(
                     "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_)),
                 spdlog::level::warn, 1};
};

TEST_F(PeerLogTest, NamesPeerAndReason) {
    log_.write({"192.0.2.7", 4711}, ": frame type 9 is unknown");
    EXPECT_NE(text_.str().find("192.0.2.7:4711: frame type 9 is unknown"), std::string::npos);
}

TEST_F(PeerLogTest, OnePeerCannotFillTheLog) {
    for (int i = 0; i < 1'000; ++i) {
        log_.write({"192.0.2.7", static_cast<std::uint16_t>(i)}, ": garbage");
    }
    EXPECT_GE(lines(), 10);
    EXPECT_LT(lines(), 50);
}

TEST_F(PeerLogTest, NorCanOneThatHasAnIpv6NetworkOfAddresses) {
    for (int i = 1; i < 1'000; ++i) {
        log_.write({"2001:db8::" + std::to_string(i), 1}, ": garbage");
    }
    EXPECT_LT(lines(), 50);
}

TEST_F(PeerLogTest, OtherPeersStillGetTheirLine) {
    for (int i = 0; i < 1'000; ++i) {
        log_.write({"192.0.2.7", 1}, ": garbage");
    }
    log_.write({"192.0.2.8", 1}, ": a word of its own");
    EXPECT_NE(text_.str().find("a word of its own"), std::string::npos);
}

}  // namespace
}  // namespace berkeley::node
