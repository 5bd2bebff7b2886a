#include "berkeley/host/shared_page.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "berkeley/host/steered_clock.h"

namespace berkeley {
namespace {

using namespace std::chrono_literals;

constexpr double kMaxSlewPpb = 500'000;

class SharedPageTest : public testing::Test {
  protected:
    SharedPageTest() {
        std::string pattern = testing::TempDir() + "berkeley-page-XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
    }
    ~SharedPageTest() override { std::filesystem::remove_all(folder_); }

    std::string path() const { return folder_ / "page"; }

    std::filesystem::path folder_;
};

Adjustment adjustmentAt(HostTime reference, Nanoseconds correction) {
    return {.cycle = 7,
            .reference = reference,
            .correction = correction,
            .frequencyPpb = 1'000,
            .bound = 10us,
            .boundGrowthPpb = 200'000};
}

TEST_F(SharedPageTest, IsUnsynchronizedWithAnUnknownBoundBeforeTheFirstAdjustment) {
    const SteeredClock clock{HostClock{}, kMaxSlewPpb, path()};
    const PageReading reading = PageReader{path()}.now();
    EXPECT_FALSE(reading.synchronized);
    EXPECT_FALSE(reading.bound);
    EXPECT_LT(
        std::chrono::abs(reading.time.time_since_epoch() - clock.hostNow().time_since_epoch()), 1s);
}

TEST_F(SharedPageTest, TellsWhatTheDaemonsOwnClockTells) {
    const HostClock host{25min, 40'000};
    SteeredClock clock{host, kMaxSlewPpb, path()};
    clock.apply(adjustmentAt(host.now(), -20min));
    clock.apply(adjustmentAt(host.now(), -20min + 1ms));
    const PageReader reader{path()};
    for (const Nanoseconds later : {0ns, 1000ns, 1'000'000'000ns, 60'000'000'000ns}) {
        const RawTime raw = RawTimeline::now() + later;
        const HostTime now = host.line().at(raw);
        const PageReading reading = reader.at(raw);
        EXPECT_TRUE(reading.synchronized);
        EXPECT_EQ(reading.time, clock.state().line.groupTimeAt(now));
        EXPECT_EQ(reading.bound, clock.state().boundAt(now));
    }
}

TEST_F(SharedPageTest, GoesOnFromAPredecessorsFile) {
    { const SteeredClock predecessor{HostClock{}, kMaxSlewPpb, path()}; }
    const PageReader reader{path()};
    SteeredClock clock{HostClock{}, kMaxSlewPpb, path()};
    clock.apply(adjustmentAt(clock.hostNow(), 1h));
    EXPECT_TRUE(reader.now().synchronized) << "a reader of the old file sees the new daemon";
}

TEST_F(SharedPageTest, HasOneDaemonOnly) {
    const SteeredClock first{HostClock{}, kMaxSlewPpb, path()};
    try {
        const SteeredClock second{HostClock{}, kMaxSlewPpb, path()};
        FAIL() << "two daemons publish in one file";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find(path()), std::string::npos);
    }
}

TEST_F(SharedPageTest, ReaderRefusesWhatIsNotAPage) {
    EXPECT_THROW(PageReader{path()}, std::runtime_error) << "no file";
    std::ofstream{path()} << "short";
    EXPECT_THROW(PageReader{path()}, std::runtime_error) << "too short";
    std::ofstream{path()} << std::string(4096, 'x');
    EXPECT_THROW(PageReader{path()}, std::runtime_error) << "no magic";
}

TEST_F(SharedPageTest, WriterNamesThePathItCannotUse) {
    const std::string missing = folder_ / "missing" / "page";
    try {
        const PageWriter writer{missing};
        FAIL() << "wrote into a folder that does not exist";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find(missing), std::string::npos);
    }
}

TEST_F(SharedPageTest, WriterLeavesAFileOfAnotherKindAlone) {
    std::ofstream{path()} << "something that somebody needs";
    EXPECT_THROW(PageWriter{path()}, std::runtime_error);
    std::string left;
    std::getline(std::ifstream{path()}, left);
    EXPECT_EQ(left, "something that somebody needs");
}

TEST_F(SharedPageTest, IsReadableByAllAndWritableByItsOwnerOnly) {
    const PageWriter writer{path()};
    using std::filesystem::perms;
    const perms mode = std::filesystem::status(path()).permissions();
    EXPECT_EQ(mode & (perms::group_write | perms::others_write), perms::none);
    EXPECT_NE(mode & perms::owner_read, perms::none);
}

TEST_F(SharedPageTest, NeverGoesBackwardForAReaderWhileItIsSteered) {
    SteeredClock clock{HostClock{}, kMaxSlewPpb, path()};
    clock.apply(adjustmentAt(clock.hostNow(), 0ns));
    std::atomic<bool> done = false;
    std::atomic<int> backward = 0, reads = 0;
    std::thread readerThread{[&] {
        const PageReader reader{path()};
        GroupTime last = reader.now().time;
        while (!done) {
            const GroupTime time = reader.now().time;
            backward += time < last ? 1 : 0;
            last = time;
            ++reads;
        }
    }};
    for (int i = 0; i < 20'000 || reads < 1'000; ++i) {
        clock.apply(adjustmentAt(clock.hostNow(), i % 2 == 0 ? 1s : -1s));
    }
    done = true;
    readerThread.join();
    EXPECT_EQ(backward, 0);
}

TEST(HostClock, SimulatesAnOffsetAndADrift) {
    const HostClock honest, wrong{25min, 40'000};
    const RawTime later = RawTimeline::now() + 100s;
    const Nanoseconds apart = wrong.line().at(later) - honest.line().at(later);
    EXPECT_LT(std::chrono::abs(apart - 25min - 4ms), 1ms);
}

TEST(HostClock, RefusesAnOffsetThatLeavesTheBelievableYears) {
    EXPECT_THROW((HostClock{std::chrono::years{-80}}), std::invalid_argument);
    EXPECT_THROW((HostClock{std::chrono::years{120}}), std::invalid_argument);
}

}  // namespace
}  // namespace berkeley
