#include "page/vm_clock.h"

#include <gtest/gtest.h>

#include "support/temporary_folder.h"
#include "support/vm_clock_file.h"

namespace berkeley::page {
namespace {

class VmClockTest : public testing::Test {
  protected:
    /// What whoever opens the file now reads.
    static std::uint64_t markerNow() {
        VmClock clock;
        clock.open();
        return clock.marker();
    }

    TemporaryFolder folder_;
    VmClockFile file_{folder_ / "vmclock", 0};
};

TEST_F(VmClockTest, TellsADisruptionToWhoHasItOpen) {
    VmClock clock;
    clock.open();
    const std::uint64_t before = clock.marker();
    EXPECT_NE(before, 0U) << "the host's own marker is 0";
    EXPECT_EQ(clock.marker(), before);
    file_.setMarker(1);
    EXPECT_NE(clock.marker(), before);
    file_.setMarker(0);
    EXPECT_EQ(clock.marker(), before);
}

TEST_F(VmClockTest, KnowsNoMarkerWhileTheHostWritesIt) {
    VmClock clock;
    clock.open();
    file_.put(12, htole32(5));
    EXPECT_EQ(clock.marker(), 0U);
    file_.put(12, htole32(6));
    EXPECT_NE(clock.marker(), 0U);
}

TEST_F(VmClockTest, LeavesAloneWhatIsNoSuchDevice) {
    ASSERT_NE(markerNow(), 0U);
    file_.put(8, htole16(2));
    EXPECT_EQ(markerNow(), 0U) << "another version";
    file_.put(8, htole16(1));
    file_.put(4, htole32(16));
    EXPECT_EQ(markerNow(), 0U) << "too small for a marker, as it says";
    file_.put(4, htole32(4096));
    file_.put(0, htole32(0));
    EXPECT_EQ(markerNow(), 0U) << "no magic";
    std::ofstream{folder_ / "vmclock"} << "VCLK";
    EXPECT_EQ(markerNow(), 0U) << "a file that is too short";
    std::filesystem::remove(folder_ / "vmclock");
    EXPECT_EQ(markerNow(), 0U) << "no file";
}

}  // namespace
}  // namespace berkeley::page
