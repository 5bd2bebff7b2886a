#include "page/group_page.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <thread>

#include "support/temporary_folder.h"

namespace {

std::atomic<int> pauses{0};

}  // namespace

/// In the place of libc's, for this program: whoever waits for a page is counted.
extern "C" int nanosleep(const timespec* time, timespec* left) {
    ++pauses;
    return ::clock_nanosleep(CLOCK_MONOTONIC, 0, time, left);
}

namespace berkeley::page {
namespace {

using namespace std::chrono_literals;

class GroupPageTest : public testing::Test {
  protected:
    GroupPageTest() { std::filesystem::create_directory(folder_ / "berkeley"); }

    /// Where a search looks.
    std::filesystem::path pageOf(const std::string& role) const {
        return folder_ / "berkeley" / (role + ".page");
    }

    TemporaryFolder folder_;
};

/// As a daemon leaves it. An odd sequence is that of one that is dead, or about to go on.
void write(const std::filesystem::path& path, std::uint64_t sequence, RawTime adjustedAt) {
    Content content;
    content.clock.adjusted = true;
    content.clock.adjustedAt = adjustedAt;
    content.clock.maxBound = 1s;
    content.clock.boot = bootId();
    std::array<std::uint64_t, kPageWords> words{kPageMagic, kPageVersion, sequence};
    const ContentWords contentWords = toWords(content);
    std::copy(contentWords.begin(), contentWords.end(), words.begin() + kFirstContentWord);
    std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(words.data()),
                                                sizeof words);
}

TEST_F(GroupPageTest, ASearchWaitsForNoDaemonThatDiedWhileItWrote) {
    // Later than the pages of the daemons that this machine may have.
    const RawTime adjustedAt = RawTimeline::now() + 1h;
    write(pageOf("master"), 3, adjustedAt + 1h);
    write(pageOf("slave"), 4, adjustedAt);
    ::unsetenv("BERKELEY_PAGE");
    ::setenv("XDG_RUNTIME_DIR", folder_.path().c_str(), 1);
    GroupPage page;
    const int before = pauses;
    ASSERT_EQ(page.open(nullptr), Error::none);
    EXPECT_EQ(pauses, before);
    EXPECT_EQ(page.path(), pageOf("slave").string());
    EXPECT_EQ(page.now().status, Status::synchronized);
    ::unsetenv("XDG_RUNTIME_DIR");
}

ino_t inodeOf(const std::filesystem::path& path) {
    struct stat status {};
    ::stat(path.c_str(), &status);
    return status.st_ino;
}

TEST_F(GroupPageTest, AFileOnAnotherDeviceIsAnotherPageWhateverItsInode) {
    const auto first = folder_ / "first", second = folder_ / "second", path = folder_ / "page";
    bool isMounted = true;
    // The mounts are seen, and last as long, as this thread.
    std::thread{[&] {
        isMounted = ::unshare(CLONE_NEWNS) == 0 &&
                    ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
        for (const auto& device : {first, second}) {
            std::filesystem::create_directory(device);
            isMounted = isMounted && ::mount("none", device.c_str(), "tmpfs", 0, nullptr) == 0;
            write(device / "page", 2,
                  device == first ? RawTimeline::now() - 1h : RawTimeline::now());
        }
        if (!isMounted || inodeOf(first / "page") != inodeOf(second / "page")) {
            isMounted = false;
            return;
        }
        std::filesystem::create_symlink(first / "page", path);
        GroupPage page;
        ASSERT_EQ(page.open(path.c_str()), Error::none);
        std::filesystem::remove(path);
        std::filesystem::create_symlink(second / "page", path);
        EXPECT_EQ(page.now().status, Status::holdover) << "the last of the old one";
        EXPECT_EQ(page.now().status, Status::synchronized);
    }}.join();
    if (!isMounted) {
        GTEST_SKIP() << "only root mounts, and inodes may not be numbered alike";
    }
}

}  // namespace
}  // namespace berkeley::page
