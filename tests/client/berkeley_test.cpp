#include "berkeley/berkeley.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <fstream>
#include <thread>
#include <type_traits>
#include <utility>

#include "berkeley/group_clock.h"
#include "host/steered_clock.h"
#include "support/temporary_folder.h"

namespace berkeley {
namespace {

using namespace std::chrono_literals;

class ClientTest : public testing::Test {
  protected:
    std::string path() const { return folder_ / "page"; }

    host::SteeredClock publishing() const {
        return {host::HostClock{}, sync::Discipline{500'000},
                std::make_unique<host::PageWriter>(
                    path(), host::Publisher{page::Role::slave, "rack-7", 1s})};
    }

    static void adjust(host::SteeredClock& clock, Nanoseconds correction) {
        clock.apply({.cycle = 7,
                     .reference = clock.hostNow(),
                     .correction = correction,
                     .frequencyPpb = 1'000,
                     .bound = 10us,
                     .boundGrowthPpb = 200'000,
                     .deviation = {},
                     .membership = {.group = 0xfeed, .term = 3}},
                    {"clocks.example:8080", 3s});
    }

    TemporaryFolder folder_;
};

TEST_F(ClientTest, TellsTheTimeThatTheDaemonsClockHas) {
    host::SteeredClock clock = publishing();
    adjust(clock, 25min);
    berkeley_clock* opened = nullptr;
    ASSERT_EQ(berkeley_open(path().c_str(), &opened), BERKELEY_OK);
    const auto ownTime = [&] {
        return clock.state().line.groupTimeAt(clock.hostNow()).time_since_epoch().count();
    };
    berkeley_reading reading;
    const auto before = ownTime();
    ASSERT_EQ(berkeley_now(opened, &reading), BERKELEY_OK);
    const auto after = ownTime();
    EXPECT_LE(before, reading.time);
    EXPECT_LE(reading.time, after);
    EXPECT_GE(reading.bound, 10'000);
    EXPECT_EQ(reading.earliest, reading.time - reading.bound);
    EXPECT_EQ(reading.latest, reading.time + reading.bound);
    EXPECT_EQ(reading.status, BERKELEY_SYNCHRONIZED);
    EXPECT_EQ(reading.reason, BERKELEY_REASON_NONE);
    EXPECT_EQ(reading.cycle, 7U);
    EXPECT_STREQ(berkeley_path(opened), path().c_str());
    berkeley_close(opened);
}

TEST_F(ClientTest, TellsOfAClockWhatPeopleWantToKnow) {
    host::SteeredClock clock = publishing();
    adjust(clock, 25min);
    adjust(clock, 25min + 1s);
    adjust(clock, 25min + 20s);
    adjust(clock, 25min + 20s + 500ms);
    berkeley_clock* opened = nullptr;
    ASSERT_EQ(berkeley_open(path().c_str(), &opened), BERKELEY_OK);
    berkeley_description told;
    ASSERT_EQ(berkeley_describe(opened, &told), BERKELEY_OK);
    berkeley_close(opened);
    EXPECT_EQ(told.role, BERKELEY_ROLE_SLAVE);
    EXPECT_STREQ(told.name, "rack-7");
    EXPECT_STREQ(told.source, "clocks.example:8080");
    EXPECT_EQ(told.interval, 3'000'000'000);
    EXPECT_EQ(told.max_bound, 1'000'000'000);
    EXPECT_NEAR(static_cast<double>(told.last_offset), 5e8, 1e6);
    EXPECT_GT(told.pending, 0);
    EXPECT_EQ(told.frequency_ppb, 1'000);
    EXPECT_EQ(told.group, 0xfeedU);
    EXPECT_EQ(told.term, 3U);
    EXPECT_EQ(told.steps, 1U);
}

TEST_F(ClientTest, HasAnErrorForEverythingThatIsNoPage) {
    berkeley_clock* opened = nullptr;
    const auto open = [&](const std::string& file) { return berkeley_open(file.c_str(), &opened); };
    EXPECT_EQ(open(path()), BERKELEY_NO_PAGE);
    EXPECT_EQ(open(path() + "/below"), BERKELEY_NO_PAGE);
    EXPECT_EQ(open(folder_.path()), BERKELEY_NOT_A_PAGE);
    EXPECT_EQ(open("/dev/zero"), BERKELEY_NOT_A_PAGE);
    EXPECT_EQ(open(std::string(PATH_MAX, 'x')), BERKELEY_SYSTEM_ERROR);
    EXPECT_EQ(errno, ENAMETOOLONG);
    std::ofstream{path()} << "short";
    EXPECT_EQ(open(path()), BERKELEY_NOT_A_PAGE);
    for (const std::size_t size : {std::size_t{0}, page::kPageBytes}) {
        std::ofstream{path()} << std::string(size, '\0');
        EXPECT_EQ(open(path()), BERKELEY_NO_PAGE) << "its daemon has only just begun";
    }
    const std::uint64_t future[page::kPageWords] = {page::kPageMagic, page::kPageVersion + 1};
    std::ofstream{path(), std::ios::binary}.write(reinterpret_cast<const char*>(future),
                                                  sizeof future);
    EXPECT_EQ(open(path()), BERKELEY_OTHER_VERSION);
    EXPECT_EQ(opened, nullptr);
    EXPECT_THROW(GroupClock::open(path()), GroupClockError);
}

TEST_F(ClientTest, SurvivesNullPointers) {
    berkeley_reading reading;
    berkeley_description description;
    EXPECT_EQ(berkeley_open(nullptr, nullptr), BERKELEY_BAD_ARGUMENT);
    EXPECT_EQ(berkeley_now(nullptr, &reading), BERKELEY_BAD_ARGUMENT);
    EXPECT_EQ(berkeley_describe(nullptr, &description), BERKELEY_BAD_ARGUMENT);
    EXPECT_STREQ(berkeley_path(nullptr), "");
    berkeley_close(nullptr);
}

TEST_F(ClientTest, AClockThatWasMovedAwayIsUnsynchronized) {
    host::SteeredClock steered = publishing();
    adjust(steered, 25min);
    GroupClock first = GroupClock::open(path());
    const GroupClock second = std::move(first);
    EXPECT_EQ(second.now().status, GroupStatus::synchronized);
    const GroupReading reading = first.now();  // NOLINT(bugprone-use-after-move): it is what counts
    EXPECT_EQ(reading.status, GroupStatus::unsynchronized);
    EXPECT_FALSE(reading.bound);
    EXPECT_EQ(reading.earliest, group_clock::time_point::min());
    EXPECT_EQ(reading.latest, group_clock::time_point::max());
    EXPECT_EQ(first.path(), "");
}

TEST(ClientTexts, AreThereForEveryNumber) {
    EXPECT_STREQ(berkeley_status_text(BERKELEY_HOLDOVER), "holdover");
    EXPECT_STREQ(berkeley_reason_text(BERKELEY_REASON_NONE), "");
    for (const int number : {-1, 99, INT_MAX, INT_MIN}) {
        EXPECT_STREQ(berkeley_status_text(number), "unknown");
        EXPECT_STREQ(berkeley_reason_text(number), "unknown");
        EXPECT_STREQ(berkeley_error_text(number), "unknown");
    }
    for (int reason = 1; reason <= BERKELEY_REASON_STOPPED; ++reason) {
        EXPECT_STRNE(berkeley_reason_text(reason), "unknown") << reason;
    }
    for (int error = 1; error <= BERKELEY_UNREADABLE; ++error) {
        EXPECT_STRNE(berkeley_error_text(error), "unknown") << error;
    }
}

TEST_F(ClientTest, NeverGoesBackwardForThreadsThatReadWhileTheClockIsSteered) {
    host::SteeredClock steered = publishing();
    adjust(steered, 0s);
    const GroupClock clock = GroupClock::open(path());
    std::atomic<bool> done = false;
    std::atomic<int> wrong = 0, reads = 0;
    std::vector<std::thread> readers(4);
    for (std::thread& reader : readers) {
        reader = std::thread{[&] {
            auto last = clock.now().time;
            while (!done) {
                const GroupReading reading = clock.now();
                wrong += reading.time < last || !reading.bound ? 1 : 0;
                last = reading.time;
                ++reads;
            }
        }};
    }
    for (int i = 0; i < 5'000 || reads < 1'000; ++i) {
        adjust(steered, i % 2 == 0 ? 1s : -1s);
    }
    done = true;
    for (std::thread& reader : readers) {
        reader.join();
    }
    EXPECT_EQ(wrong, 0);
}

static_assert(std::chrono::is_clock_v<group_clock>);
static_assert(!group_clock::is_steady);
static_assert(noexcept(group_clock::now()));

TEST_F(ClientTest, GroupClockIsTheSystemClockUntilThereIsAPage) {
    ::setenv("BERKELEY_PAGE", path().c_str(), 1);
    const auto ahead = [] {
        return group_clock::to_sys(group_clock::now()) - std::chrono::system_clock::now();
    };
    EXPECT_LT(std::chrono::abs(ahead()), 1min);
    EXPECT_EQ(group_clock::status(), GroupStatus::unsynchronized);
    host::SteeredClock clock = publishing();
    adjust(clock, 25min);
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (group_clock::status() != GroupStatus::synchronized &&
           std::chrono::steady_clock::now() < end) {
        std::this_thread::yield();
    }
    EXPECT_LT(std::chrono::abs(ahead() - 25min), 1min);
    ::unsetenv("BERKELEY_PAGE");
}

}  // namespace
}  // namespace berkeley
