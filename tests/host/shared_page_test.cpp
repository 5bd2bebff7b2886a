#include "berkeley/host/shared_page.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
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
    std::unique_ptr<PageWriter> page() const { return std::make_unique<PageWriter>(path()); }

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
    const SteeredClock clock{HostClock{}, kMaxSlewPpb, page()};
    const PageReading reading = PageReader{path()}.now();
    EXPECT_EQ(reading.status, PageStatus::unsynchronized);
    EXPECT_EQ(reading.reason, PageReason::neverAdjusted);
    EXPECT_FALSE(reading.bound);
    EXPECT_LT(
        std::chrono::abs(reading.time.time_since_epoch() - clock.hostNow().time_since_epoch()), 1s);
}

TEST_F(SharedPageTest, TellsWhatTheDaemonsOwnClockTells) {
    const HostClock host{25min, 40'000};
    SteeredClock clock{host, kMaxSlewPpb, page()};
    clock.apply(adjustmentAt(host.now(), -20min));
    clock.apply(adjustmentAt(host.now(), -20min + 1ms));
    const PageReader reader{path()};
    for (const Nanoseconds later : {0ns, 1000ns, 1'000'000'000ns, 60'000'000'000ns}) {
        const RawTime raw = RawTimeline::now() + later;
        const HostTime now = host.line().at(raw);
        const PageReading reading = reader.at(raw);
        EXPECT_EQ(reading.time, clock.state().line.groupTimeAt(now));
        EXPECT_EQ(reading.bound, clock.state().boundAt(now));
    }
}

TEST_F(SharedPageTest, GoesOnFromAPredecessorsFile) {
    { const SteeredClock predecessor{HostClock{}, kMaxSlewPpb, page()}; }
    const PageReader reader{path()};
    SteeredClock clock{HostClock{}, kMaxSlewPpb, page()};
    clock.apply(adjustmentAt(clock.hostNow(), 1h));
    EXPECT_EQ(reader.now().status, PageStatus::synchronized)
        << "a reader of the old file sees the new daemon";
}

TEST_F(SharedPageTest, HasOneDaemonOnly) {
    const SteeredClock first{HostClock{}, kMaxSlewPpb, page()};
    try {
        const SteeredClock second{HostClock{}, kMaxSlewPpb, page()};
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

TEST_F(SharedPageTest, WriterLeavesTheFileOfAnotherUserAlone) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root gives files away";
    }
    { const SteeredClock predecessor{HostClock{}, kMaxSlewPpb, page()}; }
    constexpr uid_t kNobody = 65534;
    ASSERT_EQ(::chown(path().c_str(), kNobody, kNobody), 0);
    try {
        const PageWriter writer{path()};
        FAIL() << "wrote to a file that another user may write to";
    } catch (const std::runtime_error& error) {
        const std::string what = error.what();
        EXPECT_NE(what.find(path() + ": it belongs to user 65534"), std::string::npos) << what;
    }
    ASSERT_EQ(::chown(path().c_str(), 0, 0), 0);
    EXPECT_NO_THROW(PageWriter{path()});
}

TEST_F(SharedPageTest, WriterFollowsNoSymbolicLink) {
    std::filesystem::create_symlink(folder_ / "elsewhere", path());
    EXPECT_THROW(PageWriter{path()}, std::runtime_error);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "elsewhere"));
}

TEST_F(SharedPageTest, IsReadableByAllAndWritableByItsOwnerOnlyWhateverTheUmask) {
    const mode_t before = ::umask(077);
    const PageWriter writer{path()};
    ::umask(before);
    EXPECT_EQ(std::filesystem::status(path()).permissions(), std::filesystem::perms{0644});
}

TEST_F(SharedPageTest, NeverGoesBackwardForAReaderWhileItIsSteered) {
    SteeredClock clock{HostClock{}, kMaxSlewPpb, page()};
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

/// Overwrites one word, as no daemon would.
void poke(const std::string& path, std::size_t word, std::uint64_t value) {
    std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(static_cast<std::streamoff>(word * sizeof value));
    file.write(reinterpret_cast<const char*>(&value), sizeof value);
}

std::uint64_t peek(const std::string& path, std::size_t word) {
    std::ifstream file{path, std::ios::binary};
    std::uint64_t value = 0;
    file.seekg(static_cast<std::streamoff>(word * sizeof value));
    file.read(reinterpret_cast<char*>(&value), sizeof value);
    return value;
}

TEST_F(SharedPageTest, IsUnsynchronizedWhenItsDaemonDiedWhileItWroteUntilTheNextOneRepairsIt) {
    { const SteeredClock predecessor{HostClock{}, kMaxSlewPpb, page()}; }
    poke(path(), kSequenceWord, peek(path(), kSequenceWord) + 1);
    const PageReader reader{path()};
    for (int i = 0; i < 1000; ++i) {  // Only the first one waits.
        EXPECT_EQ(reader.now().reason, PageReason::interrupted);
    }
    const Nanoseconds apart = reader.now().time.time_since_epoch() - systemNow().time_since_epoch();
    EXPECT_LT(std::chrono::abs(apart), 1min) << "there is no other than the system's";
    SteeredClock next{HostClock{}, kMaxSlewPpb, page()};
    EXPECT_EQ(reader.now().reason, PageReason::neverAdjusted);
    next.apply(adjustmentAt(next.hostNow(), 1h));
    EXPECT_EQ(reader.now().status, PageStatus::synchronized);
}

TEST_F(SharedPageTest, ANewFileIsNoPageBeforeItsFirstContent) {
    PageWriter writer{path()};
    GroupPage page;
    EXPECT_EQ(page.open(path().c_str()), PageError::missing);
    writer.publish([] { return std::nullopt; });
    EXPECT_EQ(page.open(path().c_str()), PageError::missing);
    writer.publish([] { return PageContent{}; });
    ASSERT_EQ(page.open(path().c_str()), PageError::none);
    EXPECT_TRUE(page.content());
}

TEST_F(SharedPageTest, WhatADaemonLeftHalfWrittenCountsOnlyOnceTheNextOneHasPublished) {
    { const SteeredClock predecessor{HostClock{}, kMaxSlewPpb, page()}; }
    poke(path(), kSequenceWord, peek(path(), kSequenceWord) + 1);
    PageWriter writer{path()};
    EXPECT_EQ(PageReader{path()}.now().reason, PageReason::interrupted);
    writer.publish([] { return std::nullopt; });
    EXPECT_EQ(PageReader{path()}.now().reason, PageReason::interrupted);
    writer.publish([] { return PageContent{}; });
    EXPECT_EQ(PageReader{path()}.now().reason, PageReason::neverAdjusted);
}

TEST_F(SharedPageTest, WhatADaemonLeftCompleteCountsUntilTheNextOneHasPublished) {
    { const SteeredClock predecessor{HostClock{}, kMaxSlewPpb, page()}; }
    const PageWriter writer{path()};
    EXPECT_EQ(PageReader{path()}.now().reason, PageReason::neverAdjusted);
}

TEST_F(SharedPageTest, IsUnsynchronizedWhenItIsOfAnOlderBoot) {
    SteeredClock clock{HostClock{}, kMaxSlewPpb, page()};
    clock.apply(adjustmentAt(clock.hostNow(), 1h));
    constexpr std::size_t kBootWord = 18;
    poke(path(), kBootWord, peek(path(), kBootWord) + 1);
    EXPECT_EQ(PageReader{path()}.now().reason, PageReason::otherBoot);
    clock.apply(adjustmentAt(clock.hostNow(), 1h));
    EXPECT_EQ(PageReader{path()}.now().status, PageStatus::synchronized);
}

TEST_F(SharedPageTest, IsUnsynchronizedAfterASuspensionUntilTheNextAdjustment) {
    SteeredClock clock{HostClock{}, kMaxSlewPpb, page()};
    clock.apply(adjustmentAt(clock.hostNow(), 1h));
    constexpr std::size_t kSuspendedWord = 17;
    const Nanoseconds before = suspension().atLeast - 1h;
    poke(path(), kSuspendedWord, static_cast<std::uint64_t>(before.count()));
    const PageReader reader{path()};
    EXPECT_EQ(reader.now().reason, PageReason::suspended);
    clock.apply(adjustmentAt(clock.hostNow(), 1h));
    EXPECT_EQ(reader.now().status, PageStatus::synchronized);
}

TEST_F(SharedPageTest, StaysAsItWasWhenAnAdjustmentCannotBeApplied) {
    SteeredClock clock{HostClock{}, kMaxSlewPpb, page()};
    clock.apply(adjustmentAt(clock.hostNow(), 1h));
    const std::uint64_t adjustedAt = peek(path(), 16);
    EXPECT_FALSE(clock.apply(adjustmentAt(clock.hostNow(), std::chrono::years{-100})));
    EXPECT_EQ(peek(path(), 16), adjustedAt);
}

TEST_F(SharedPageTest, AReaderFindsThePageThatHasTakenItsPlace) {
    auto first = std::make_unique<SteeredClock>(HostClock{}, kMaxSlewPpb, page());
    const PageReader reader{path()};
    EXPECT_EQ(reader.now().reason, PageReason::neverAdjusted);
    first.reset();
    std::filesystem::remove(path());
    SteeredClock second{HostClock{}, kMaxSlewPpb, page()};
    second.apply(adjustmentAt(second.hostNow(), 1h));
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (reader.now().status != PageStatus::synchronized &&
           std::chrono::steady_clock::now() < end) {
        std::this_thread::yield();
    }
    EXPECT_EQ(reader.now().status, PageStatus::synchronized);
}

TEST_F(SharedPageTest, APageOfAnotherVersionIsReplacedAndLeftToWhoReadsIt) {
    { const SteeredClock predecessor{HostClock{}, kMaxSlewPpb, page()}; }
    poke(path(), kVersionWord, 1);
    EXPECT_THROW(PageReader{path()}, std::runtime_error);
    std::ifstream old{path(), std::ios::binary};
    const SteeredClock successor{HostClock{}, kMaxSlewPpb, page()};
    EXPECT_NO_THROW(PageReader{path()});
    old.seekg(kVersionWord * sizeof(std::uint64_t));
    EXPECT_EQ(old.get(), 1) << "whoever has it mapped keeps it";
}

TEST_F(SharedPageTest, SaysWhoPublishesAndWhomItFollows) {
    SteeredClock clock{
        HostClock{}, kMaxSlewPpb,
        std::make_unique<PageWriter>(path(), Publisher{PageRole::slave, "rack-7", 1ms})};
    clock.apply(adjustmentAt(clock.hostNow(), 1h), {"clocks.example:8080", 3s});
    GroupPage page;
    ASSERT_EQ(page.open(path().c_str()), PageError::none);
    const auto content = page.content();
    ASSERT_TRUE(content);
    EXPECT_EQ(content->description.role, PageRole::slave);
    EXPECT_STREQ(content->description.name.data(), "rack-7");
    EXPECT_STREQ(content->description.source.data(), "clocks.example:8080");
    EXPECT_EQ(content->clock.interval, 3s);
    EXPECT_EQ(content->clock.maxBound, 1ms);
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
