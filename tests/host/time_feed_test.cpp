#include "host/time_feed.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <thread>

#include "support/errors.h"
#include "support/temporary_folder.h"

namespace berkeley::host {
namespace {

using namespace std::chrono_literals;

constexpr TimeSample kSample{
    .system = SystemTime{1'700'000'000s + 123'456'789ns}, .offset = -1'500ms, .bound = 3us};

/// As chronyd has it in refclock_sock.c.
struct ChronySample {
    timeval tv;
    double offset;
    int pulse, leap, padding, magic;
};

class ChronySocketTest : public testing::Test {
  protected:
    int listen() const {
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        path_.copy(address.sun_path, sizeof address.sun_path - 1);
        const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(0, ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address));
        return socket;
    }

    const TemporaryFolder folder_;
    const std::string path_ = folder_ / "sock";
};

TEST_F(ChronySocketTest, HasWhatTheSystemClockShowedAndByHowMuchItIsOff) {
    const int socket = listen();
    feedForChronySocket(path_)->send(kSample);
    ChronySample sample{};
    ASSERT_EQ(static_cast<ssize_t>(sizeof sample), ::recv(socket, &sample, sizeof sample, 0));
    ::close(socket);
    EXPECT_EQ(1'700'000'000, sample.tv.tv_sec);
    EXPECT_EQ(123'456, sample.tv.tv_usec);
    EXPECT_DOUBLE_EQ(-1.5, sample.offset);
    EXPECT_EQ(0x534f434b, sample.magic);
    EXPECT_EQ(0, sample.pulse);
    EXPECT_EQ(0, sample.leap);
}

TEST_F(ChronySocketTest, IsLookedForEachTime) {
    const auto feed = feedForChronySocket(path_);
    EXPECT_TRUE(has(errorOf([&] { feed->send(kSample); }), path_));
    const int socket = listen();
    EXPECT_EQ("", errorOf([&] { feed->send(kSample); }));
    ::close(socket);
}

TEST_F(ChronySocketTest, RefusesAPathThatIsTooLong) {
    EXPECT_TRUE(
        has(errorOf([] { return feedForChronySocket("/" + std::string(200, 'x')); }), "xxx"));
}

/// As drivers of NTP's shared memory have it.
struct NtpSample {
    int mode, count;
    time_t clockSeconds;
    int clockMicroseconds;
    time_t receivedSeconds;
    int receivedMicroseconds, leap, precision, samples, valid;
    unsigned clockNanoseconds, receivedNanoseconds;
    int reserved[8];
};

class NtpMemoryTest : public testing::Test {
  protected:
    /// Units above those that anybody uses, so that tests at once do not meet.
    const std::uint32_t unit_ = 1'000 + static_cast<std::uint32_t>(getpid());

    ~NtpMemoryTest() override {
        if (const int segment = find(); segment >= 0) {
            ::shmctl(segment, IPC_RMID, nullptr);
        }
    }

    int find() const {
        return ::shmget(0x4e545030 + static_cast<key_t>(unit_), sizeof(NtpSample), 0);
    }

    NtpSample read() const {
        NtpSample sample{};
        void* memory = ::shmat(find(), nullptr, SHM_RDONLY);
        std::memcpy(&sample, memory, sizeof sample);
        ::shmdt(memory);
        return sample;
    }
};

TEST_F(NtpMemoryTest, HasTheGroupsTimeAndTheSystems) {
    const auto feed = feedForNtpMemory(unit_);
    feed->send(kSample);
    const NtpSample sample = read();
    EXPECT_EQ(1, sample.mode);
    EXPECT_EQ(1, sample.valid);
    EXPECT_EQ(1'700'000'000, sample.receivedSeconds);
    EXPECT_EQ(123'456, sample.receivedMicroseconds);
    EXPECT_EQ(123'456'789u, sample.receivedNanoseconds);
    EXPECT_EQ(1'699'999'998, sample.clockSeconds);
    EXPECT_EQ(623'456, sample.clockMicroseconds);
    EXPECT_EQ(623'456'789u, sample.clockNanoseconds);
    EXPECT_EQ(0, sample.leap);
    EXPECT_EQ(-19, sample.precision) << "2^-19 s are 1.9 us, below a bound of 3 us";
}

TEST_F(NtpMemoryTest, CountsTwiceForEachSampleSoThatNobodyTakesHalfOfOne) {
    const auto feed = feedForNtpMemory(unit_);
    feed->send(kSample);
    const int before = read().count;
    feed->send(kSample);
    EXPECT_EQ(before + 2, read().count);
}

constexpr key_t kFirstKey = 0x4e545030;  // "NTP0"
constexpr uid_t kNobody = 65534;

/// Of the calling thread alone, unlike seteuid().
bool become(uid_t user) { return ::syscall(SYS_setresuid, -1, user, -1) == 0; }

int makeAsNobody(key_t key) {
    EXPECT_TRUE(become(kNobody));
    const int segment = ::shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0666);
    EXPECT_TRUE(become(0));
    return segment;
}

std::string refusalOf(std::uint32_t unit) {
    return errorOf([&] { return feedForNtpMemory(unit); });
}

TEST(NtpMemoryForRootTest, IsNotThatOfAnotherUser) {
    bool isAlone = false;
    // The shared memory of this thread is its own, and ends with it.
    std::thread{[&] {
        isAlone = ::geteuid() == 0 && ::unshare(CLONE_NEWIPC) == 0;
        if (!isAlone) {
            return;
        }
        for (const int unit : {0, 1, 2}) {
            ASSERT_GE(makeAsNobody(kFirstKey + unit), 0);
        }
        for (const std::uint32_t unit : {0U, 1U}) {
            EXPECT_TRUE(has(refusalOf(unit), "it belongs to user 65534"));
        }
        EXPECT_EQ(refusalOf(2), "") << "it is for all";
        const int given = ::shmget(kFirstKey, 0, 0);
        shmid_ds status{};
        ASSERT_EQ(::shmctl(given, IPC_STAT, &status), 0);
        status.shm_perm.uid = 0;
        ASSERT_EQ(::shmctl(given, IPC_SET, &status), 0);
        EXPECT_NE(refusalOf(0), "") << "who made it may still change it";
        ASSERT_EQ(::shmctl(given, IPC_RMID, nullptr), 0);
        EXPECT_EQ(refusalOf(0), "") << "it is made anew";
        EXPECT_EQ(refusalOf(0), "") << "it is root's own";
    }}.join();
    if (!isAlone) {
        GTEST_SKIP() << "only root has shared memory to itself";
    }
}

TEST(TimeSampleTest, OfAClockIsItsGroupTimeMinusTheSystemsWhatIsToBeSlewedIncluded) {
    SteeredClock clock{HostClock{}, sync::Discipline{500'000}};
    const auto adjust = [&](Nanoseconds correction) {
        ASSERT_TRUE(clock.apply(
            {.cycle = 1, .reference = clock.hostNow(), .correction = correction, .bound = 1ms}));
    };
    adjust(1h);
    adjust(1h + 1min);  // A slew of 60 s at 500 ppm takes more than a day.
    const TimeSample sample = sampleOf(clock);
    EXPECT_LT(std::chrono::abs(sample.offset - (1h + 1min)), 1s);
    EXPECT_GE(sample.bound, 1ms);
}

}  // namespace
}  // namespace berkeley::host
