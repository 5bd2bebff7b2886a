/// What one side learns from the other about when exactly its answers left, over real sockets.
#include <gtest/gtest.h>

#include <future>

#include "net/listener.h"
#include "node/nodes.h"
#include "node/observers.h"

namespace berkeley::node {
namespace {

using namespace std::chrono_literals;

class SlaveDeparturesTest : public testing::Test {
  protected:
    SlaveDeparturesTest() {
        master_.emplace(listener_.accept());
        (void)master_->hear<wire::Hello>();
    }

    wire::Report ask(std::uint32_t sequence) {
        master_->say(wire::Poll{sequence});
        wire::Report report;
        do {
            report = master_->hear<wire::Report>().value();
        } while (!report.solicited);
        return report;
    }

    net::Listener listener_{kAnyPort};
    RunningSlave slave_{slaveConfig(listener_.local(), "slave")};
    std::optional<Peer> master_;
};

TEST_F(SlaveDeparturesTest, AreToldWithTheNextAnswer) {
    wire::Report previous = ask(1);
    EXPECT_FALSE(previous.previousSent);
    for (std::uint32_t sequence = 2; sequence < 100; ++sequence) {
        const wire::Report report = ask(sequence);
        ASSERT_TRUE(report.previousSent);
        EXPECT_GE(*report.previousSent, previous.sent);
        EXPECT_LE(*report.previousSent, report.received);
        previous = report;
    }
}

TEST_F(SlaveDeparturesTest, AreNotToldToAMasterThatLeftOutANumber) {
    (void)ask(1);
    EXPECT_FALSE(ask(3).previousSent);
    EXPECT_FALSE(ask(2).previousSent);
    EXPECT_TRUE(ask(3).previousSent);
}

class MasterDeparturesTest : public testing::Test {
  protected:
    static constexpr Nanoseconds kHesitation = 3ms;

    MasterDeparturesTest() { slave_.say(wire::Hello{"slave"}); }

    static MasterConfig oneCycle() {
        MasterConfig config = masterConfig();
        config.cycles = 1;
        return config;
    }

    /// Answers polls as a slave does whose answers leave long after it has read its clock for them,
    /// until the cycle is over; the round trip that the master has measured then.
    Nanoseconds delayWhere(bool departuresAreTold) {
        auto cycle = cycle_.get_future();
        std::optional<HostTime> left;
        while (cycle.wait_for(0s) != std::future_status::ready) {
            const auto poll = slave_.hear<wire::Poll>(10ms);
            if (!poll) {
                continue;
            }
            const HostTime read = host_.now();
            wire::Report report{poll->sequence, true, read, read, {}};
            report.previousSent = departuresAreTold ? left : std::nullopt;
            while (host_.now() < read + kHesitation) {
            }
            left = host_.now();
            slave_.say(report);
        }
        for (const sync::ClockStatus& clock : cycle.get().clocks) {
            if (clock.name == "slave") {
                return clock.delay.value();
            }
        }
        throw std::runtime_error("the slave took no part");
    }

    host::HostClock host_;
    std::promise<sync::CycleStatus> cycle_;
    OnCycle onCycle_{[this](const auto& status) { cycle_.set_value(status); }};
    RunningMaster master_{oneCycle(), {&onCycle_}};
    Peer slave_{master_.local()};
};

TEST_F(MasterDeparturesTest, CountInsteadOfTheReadingBeforeTheAnswerWasSent) {
    EXPECT_LT(delayWhere(true), kHesitation);
}

TEST_F(MasterDeparturesTest, AreMissedWhereASlaveDoesNotTellThem) {
    EXPECT_GE(delayWhere(false), kHesitation);
}

}  // namespace
}  // namespace berkeley::node
