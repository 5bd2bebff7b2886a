#include "host/shared_page.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "host/steered_clock.h"
#include "support/errors.h"
#include "support/open_page.h"
#include "support/temporary_folder.h"

namespace berkeley::host {
namespace {

using namespace std::chrono_literals;

constexpr double kMaxSlewPpb = 500'000;

// Words of the page, as in docs/page.md.
constexpr std::size_t kAdjustedAtWord = 16, kSuspendedWord = 17, kBootWord = 18;

class SharedPageTest : public testing::Test {
  protected:
    std::unique_ptr<PageWriter> page() const { return std::make_unique<PageWriter>(path_); }
    /// A page that a daemon has left behind.
    void leavePage() const {
        const SteeredClock predecessor{HostClock{}, sync::Discipline{kMaxSlewPpb}, page()};
    }
    /// Overwrites one word, as no daemon would.
    void poke(std::size_t word, std::uint64_t value) const {
        std::fstream file{path_, std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(static_cast<std::streamoff>(word * sizeof value));
        file.write(reinterpret_cast<const char*>(&value), sizeof value);
    }
    std::uint64_t peek(std::size_t word) const {
        std::ifstream file{path_, std::ios::binary};
        std::uint64_t value = 0;
        file.seekg(static_cast<std::streamoff>(word * sizeof value));
        file.read(reinterpret_cast<char*>(&value), sizeof value);
        return value;
    }

    page::Reason reason() const { return OpenPage{path_}.now().reason; }

    const TemporaryFolder folder_;
    const std::string path_ = folder_ / "page";
};

sync::Adjustment adjustmentAt(HostTime reference, Nanoseconds correction) {
    return {.cycle = 7,
            .reference = reference,
            .correction = correction,
            .frequencyPpb = 1'000,
            .bound = 10us,
            .boundGrowthPpb = 200'000};
}

TEST_F(SharedPageTest, IsUnsynchronizedWithAnUnknownBoundBeforeTheFirstAdjustment) {
    const SteeredClock clock{HostClock{}, sync::Discipline{kMaxSlewPpb}, page()};
    const page::Reading reading = OpenPage{path_}.now();
    EXPECT_EQ(reading.status, page::Status::unsynchronized);
    EXPECT_EQ(reading.reason, page::Reason::neverAdjusted);
    EXPECT_FALSE(reading.bound);
    EXPECT_LT(
        std::chrono::abs(reading.time.time_since_epoch() - clock.hostNow().time_since_epoch()), 1s);
}

TEST_F(SharedPageTest, TellsWhatTheDaemonsOwnClockTells) {
    const HostClock host{25min, 40'000};
    SteeredClock clock{host, sync::Discipline{kMaxSlewPpb}, page()};
    clock.apply(adjustmentAt(host.now(), -20min));
    clock.apply(adjustmentAt(host.now(), -20min + 1ms));
    const OpenPage reader{path_};
    for (const Nanoseconds later : {0ns, 1000ns, 1'000'000'000ns, 60'000'000'000ns}) {
        const page::RawTime raw = page::RawTimeline::now() + later;
        const HostTime now = host.line().at(raw);
        const page::Reading reading = reader.at(raw);
        EXPECT_EQ(reading.time, clock.state().line.groupTimeAt(now));
        EXPECT_EQ(reading.bound, clock.state().line.boundAt(now));
    }
}

TEST_F(SharedPageTest, GoesOnFromAPredecessorsFile) {
    leavePage();
    const OpenPage reader{path_};
    SteeredClock clock{HostClock{}, sync::Discipline{kMaxSlewPpb}, page()};
    clock.apply(adjustmentAt(clock.hostNow(), 1h));
    EXPECT_EQ(reader.now().status, page::Status::synchronized)
        << "a reader of the old file sees the new daemon";
}

TEST_F(SharedPageTest, HasOneDaemonOnly) {
    const SteeredClock first{HostClock{}, sync::Discipline{kMaxSlewPpb}, page()};
    EXPECT_TRUE(has(errorOf([&] {
                        return SteeredClock{HostClock{}, sync::Discipline{kMaxSlewPpb}, page()};
                    }),
                    path_));
}

TEST_F(SharedPageTest, ReaderRefusesWhatIsNotAPage) {
    EXPECT_THROW(OpenPage{path_}, std::runtime_error) << "no file";
    std::ofstream{path_} << "short";
    EXPECT_THROW(OpenPage{path_}, std::runtime_error) << "too short";
    std::ofstream{path_} << std::string(4096, 'x');
    EXPECT_THROW(OpenPage{path_}, std::runtime_error) << "no magic";
}

TEST_F(SharedPageTest, WriterNamesThePathItCannotUse) {
    const std::string missing = folder_ / "missing" / "page";
    EXPECT_TRUE(has(errorOf([&] { return PageWriter{missing}; }), missing));
}

TEST_F(SharedPageTest, WriterLeavesAFileOfAnotherKindAlone) {
    std::ofstream{path_} << "something that somebody needs";
    EXPECT_THROW(PageWriter{path_}, std::runtime_error);
    std::string left;
    std::getline(std::ifstream{path_}, left);
    EXPECT_EQ(left, "something that somebody needs");
}

TEST_F(SharedPageTest, WriterLeavesTheFileOfAnotherUserAlone) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root gives files away";
    }
    leavePage();
    constexpr uid_t kNobody = 65534;
    ASSERT_EQ(::chown(path_.c_str(), kNobody, kNobody), 0);
    EXPECT_TRUE(
        has(errorOf([&] { return PageWriter{path_}; }), path_ + ": it belongs to user 65534"));
    ASSERT_EQ(::chown(path_.c_str(), 0, 0), 0);
    EXPECT_NO_THROW(PageWriter{path_});
}

TEST_F(SharedPageTest, WriterFollowsNoSymbolicLink) {
    std::filesystem::create_symlink(folder_ / "elsewhere", path_);
    EXPECT_THROW(PageWriter{path_}, std::runtime_error);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "elsewhere"));
}

TEST_F(SharedPageTest, IsReadableByAllAndWritableByItsOwnerOnlyWhateverTheUmask) {
    const mode_t before = ::umask(077);
    const PageWriter writer{path_};
    ::umask(before);
    EXPECT_EQ(std::filesystem::status(path_).permissions(), std::filesystem::perms{0644});
}

TEST_F(SharedPageTest, NeverGoesBackwardForAReaderWhileItIsSteered) {
    SteeredClock clock{HostClock{}, sync::Discipline{kMaxSlewPpb}, page()};
    clock.apply(adjustmentAt(clock.hostNow(), 0ns));
    std::atomic<bool> done = false;
    std::atomic<int> backward = 0, reads = 0;
    std::thread readerThread{[&] {
        const OpenPage reader{path_};
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

TEST_F(SharedPageTest, IsUnsynchronizedWhenItsDaemonDiedWhileItWroteUntilTheNextOneHasPublished) {
    leavePage();
    poke(page::kSequenceWord, peek(page::kSequenceWord) + 1);
    const OpenPage reader{path_};
    for (int i = 0; i < 1000; ++i) {  // Only the first one waits.
        EXPECT_EQ(reader.now().reason, page::Reason::interrupted);
    }
    const Nanoseconds apart =
        reader.now().time.time_since_epoch() - page::systemNow().time_since_epoch();
    EXPECT_LT(std::chrono::abs(apart), 1min) << "there is no other than the system's";
    PageWriter writer{path_};
    EXPECT_EQ(reader.now().reason, page::Reason::interrupted);
    writer.publish([] { return std::nullopt; });
    EXPECT_EQ(reader.now().reason, page::Reason::interrupted);
    writer.publish([] { return page::Content{}; });
    EXPECT_EQ(reader.now().reason, page::Reason::neverAdjusted);
}

TEST_F(SharedPageTest, ANewFileIsNoPageBeforeItsFirstContent) {
    PageWriter writer{path_};
    page::GroupPage page;
    EXPECT_EQ(page.open(path_.c_str()), page::Error::missing);
    writer.publish([] { return std::nullopt; });
    EXPECT_EQ(page.open(path_.c_str()), page::Error::missing);
    writer.publish([] { return page::Content{}; });
    ASSERT_EQ(page.open(path_.c_str()), page::Error::none);
    EXPECT_TRUE(page.content());
}

TEST_F(SharedPageTest, WhatADaemonLeftCompleteCountsUntilTheNextOneHasPublished) {
    leavePage();
    const PageWriter writer{path_};
    EXPECT_EQ(reason(), page::Reason::neverAdjusted);
}

TEST_F(SharedPageTest, IsUnsynchronizedWhenItIsOfAnOlderBoot) {
    SteeredClock clock{HostClock{}, sync::Discipline{kMaxSlewPpb}, page()};
    clock.apply(adjustmentAt(clock.hostNow(), 1h));
    poke(kBootWord, peek(kBootWord) + 1);
    EXPECT_EQ(reason(), page::Reason::otherBoot);
    clock.apply(adjustmentAt(clock.hostNow(), 1h));
    EXPECT_EQ(OpenPage{path_}.now().status, page::Status::synchronized);
}

TEST_F(SharedPageTest, IsUnsynchronizedAfterASuspensionUntilTheNextAdjustment) {
    SteeredClock clock{HostClock{}, sync::Discipline{kMaxSlewPpb}, page()};
    clock.apply(adjustmentAt(clock.hostNow(), 1h));
    const Nanoseconds before = page::suspension().atLeast - 1h;
    poke(kSuspendedWord, static_cast<std::uint64_t>(before.count()));
    const OpenPage reader{path_};
    EXPECT_EQ(reader.now().reason, page::Reason::suspended);
    clock.apply(adjustmentAt(clock.hostNow(), 1h));
    EXPECT_EQ(reader.now().status, page::Status::synchronized);
}

TEST_F(SharedPageTest, StaysAsItWasWhenAnAdjustmentCannotBeApplied) {
    SteeredClock clock{HostClock{}, sync::Discipline{kMaxSlewPpb}, page()};
    clock.apply(adjustmentAt(clock.hostNow(), 1h));
    const std::uint64_t adjustedAt = peek(kAdjustedAtWord);
    EXPECT_FALSE(clock.apply(adjustmentAt(clock.hostNow(), std::chrono::years{-100})));
    EXPECT_EQ(peek(kAdjustedAtWord), adjustedAt);
}

TEST_F(SharedPageTest, AReaderFindsThePageThatHasTakenItsPlace) {
    auto first = std::make_unique<SteeredClock>(HostClock{}, sync::Discipline{kMaxSlewPpb}, page());
    const OpenPage reader{path_};
    EXPECT_EQ(reader.now().reason, page::Reason::neverAdjusted);
    first.reset();
    std::filesystem::remove(path_);
    SteeredClock second{HostClock{}, sync::Discipline{kMaxSlewPpb}, page()};
    second.apply(adjustmentAt(second.hostNow(), 1h));
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (reader.now().status != page::Status::synchronized &&
           std::chrono::steady_clock::now() < end) {
        std::this_thread::yield();
    }
    EXPECT_EQ(reader.now().status, page::Status::synchronized);
}

TEST_F(SharedPageTest, APageOfAnotherVersionIsReplacedAndLeftToWhoReadsIt) {
    leavePage();
    poke(page::kVersionWord, 1);
    EXPECT_THROW(OpenPage{path_}, std::runtime_error);
    std::ifstream old{path_, std::ios::binary};
    const SteeredClock successor{HostClock{}, sync::Discipline{kMaxSlewPpb}, page()};
    EXPECT_NO_THROW(OpenPage{path_});
    old.seekg(page::kVersionWord * sizeof(std::uint64_t));
    EXPECT_EQ(old.get(), 1) << "whoever has it mapped keeps it";
}

TEST_F(SharedPageTest, KeepsWhatADaemonHasLeftForTheNextOne) {
    EXPECT_FALSE(page()->left()) << "a new page";
    leavePage();
    const auto left = page()->left();
    ASSERT_TRUE(left && left->content);
    EXPECT_EQ(left->version, page::kPageVersion);
    EXPECT_FALSE(left->content->clock.adjusted);
    // By an older daemon, whose page is replaced.
    poke(page::kVersionWord, 2);
    EXPECT_TRUE(page()->left().value().content);
    EXPECT_FALSE(page()->left()) << "it has gone";
}

TEST_F(SharedPageTest, KeepsNothingOfADaemonThatDiedWhileItWroteOrThatNobodyUnderstands) {
    leavePage();
    poke(page::kSequenceWord, peek(page::kSequenceWord) + 1);
    EXPECT_FALSE(page()->left().value().content);
    poke(page::kSequenceWord, peek(page::kSequenceWord) + 1);
    poke(page::kVersionWord, 99);
    const auto left = page()->left();
    EXPECT_EQ(left.value().version, 99U);
    EXPECT_FALSE(left->content);
}

TEST_F(SharedPageTest, SaysWhoPublishesAndWhomItFollows) {
    SteeredClock clock{
        HostClock{}, sync::Discipline{kMaxSlewPpb},
        std::make_unique<PageWriter>(path_, Publisher{page::Role::slave, "rack-7", 1ms})};
    clock.apply(adjustmentAt(clock.hostNow(), 1h), {"clocks.example:8080", 3s});
    page::GroupPage page;
    ASSERT_EQ(page.open(path_.c_str()), page::Error::none);
    const auto content = page.content();
    ASSERT_TRUE(content);
    EXPECT_EQ(content->description.role, page::Role::slave);
    EXPECT_STREQ(content->description.name.data(), "rack-7");
    EXPECT_STREQ(content->description.source.data(), "clocks.example:8080");
    EXPECT_EQ(content->clock.interval, 3s);
    EXPECT_EQ(content->clock.maxBound, 1ms);
}

TEST(HostClock, SimulatesAnOffsetAndADrift) {
    const HostClock honest, wrong{25min, 40'000};
    const page::RawTime later = page::RawTimeline::now() + 100s;
    const Nanoseconds apart = wrong.line().at(later) - honest.line().at(later);
    EXPECT_LT(std::chrono::abs(apart - 25min - 4ms), 1ms);
}

TEST(HostClock, RefusesAnOffsetThatLeavesTheBelievableYears) {
    EXPECT_THROW((HostClock{std::chrono::years{-80}}), std::invalid_argument);
    EXPECT_THROW((HostClock{std::chrono::years{120}}), std::invalid_argument);
}

}  // namespace
}  // namespace berkeley::host
