#include "common/state_keeper.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <fstream>
#include <sstream>

#include "support/temporary_folder.h"

namespace berkeley::apps {
namespace {

using namespace std::chrono_literals;

class StateKeeperTest : public testing::Test {
  protected:
    StateKeeperTest() { options_.stateFolder = folder_.path(); }

    StateKeeper keeper() {
        return {options_, std::make_shared<spdlog::logger>(
                              "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log_))};
    }

    TemporaryFolder folder_;
    CommonOptions options_;
    std::ostringstream log_;
    host::SteeredClock clock_{host::HostClock{}, sync::Discipline{500'000}};
};

TEST_F(StateKeeperTest, RemembersTheFrequencyOfASynchronizedClock) {
    clock_.apply({.cycle = 1,
                  .reference = clock_.hostNow(),
                  .correction = {},
                  .frequencyPpb = -12'345,
                  .bound = {},
                  .boundGrowthPpb = 0});
    keeper().save(clock_);
    EXPECT_EQ(keeper().rememberedPpb(), -12'345);
}

TEST_F(StateKeeperTest, DoesNotRememberAFrequencyThatIsNotKnown) {
    clock_.apply(
        {.reference = clock_.hostNow(), .frequencyPpb = 200'000, .deviation = {1us, 1'000}});
    keeper().save(clock_);
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
    clock_.apply({.reference = clock_.hostNow(), .frequencyPpb = 200'000, .deviation = {1us, 999}});
    keeper().save(clock_);
    EXPECT_EQ(keeper().rememberedPpb(), 200'000);
}

TEST_F(StateKeeperTest, DoesNotRememberAClockBeyondTheDriftLimit) {
    clock_.apply({.reference = clock_.hostNow(), .frequencyPpb = -1'944'000});
    keeper().save(clock_);
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));

    options_.driftLimit.ppb = 1e6;
    keeper().save(clock_);
    EXPECT_EQ(keeper().rememberedPpb(), -1'944'000);
    EXPECT_EQ(log_.str(), "");

    options_.driftLimit = {};
    EXPECT_FALSE(keeper().rememberedPpb());
    EXPECT_NE(log_.str().find("clock.json has a drift of \u22121944.000 ppm, beyond --max-drift: "
                              "ignored"),
              std::string::npos)
        << log_.str();
}

TEST_F(StateKeeperTest, HasNothingToRememberOfAClockThatWasNeverSynchronized) {
    keeper().save(clock_);
    EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
    EXPECT_FALSE(keeper().rememberedPpb());
}

TEST_F(StateKeeperTest, IgnoresADamagedFileWithAWarning) {
    std::ofstream{folder_ / "clock.json"} << "damaged";
    EXPECT_FALSE(keeper().rememberedPpb());
    EXPECT_NE(log_.str().find("clock.json"), std::string::npos);
    EXPECT_NE(log_.str().find("ignored"), std::string::npos);
}

TEST_F(StateKeeperTest, KeepsNothingOfASimulatedClockUnlessItIsToldWhere) {
    options_.stateFolder.clear();
    options_.simulateDriftPpb = 40'000;
    clock_.apply({.cycle = 1, .reference = clock_.hostNow()});
    keeper().save(clock_);
    EXPECT_FALSE(keeper().rememberedPpb());
}

}  // namespace
}  // namespace berkeley::apps
