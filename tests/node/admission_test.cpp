#include "node/admission.h"

#include <gtest/gtest.h>

namespace berkeley::node {
namespace {

using namespace std::chrono_literals;

const std::string kHost = "192.0.2.7";
const std::string kOther = "192.0.2.8";

class AdmissionTest : public testing::Test {
  protected:
    /// How many of `count` connections are admitted, each of which leaves at once.
    int admitted(Admission& admission, int count, const std::string& host = kHost) {
        int admitted = 0;
        for (int i = 0; i < count; ++i) {
            if (!admission.admit(host, now_)) {
                admission.pendingLeft(host);
                ++admitted;
            }
        }
        return admitted;
    }

    static std::string hostNumber(int i) {
        return "10." + std::to_string(i >> 16) + "." + std::to_string(i >> 8 & 255) + "." +
               std::to_string(i & 255);
    }

    Admission::Time now_{1h};
};

TEST_F(AdmissionTest, GivesAnAddressTenSecondsWorthOfConnectionsAtOnce) {
    Admission admission{{.connectsPerSecond = 100}};
    EXPECT_EQ(admitted(admission, 2'000), 1'000);
    EXPECT_EQ(admitted(admission, 1, kOther), 1);
}

TEST_F(AdmissionTest, GivesAnAddressItsRateAfterwards) {
    Admission admission{{.connectsPerSecond = 100}};
    (void)admitted(admission, 2'000);
    now_ += 1s;
    EXPECT_EQ(admitted(admission, 2'000), 100);
    now_ += 10ms;
    EXPECT_EQ(admitted(admission, 2'000), 1);
    now_ += 1h;
    EXPECT_EQ(admitted(admission, 2'000), 1'000);
}

TEST_F(AdmissionTest, DoesNotHoldRefusedConnectionsAgainstAnAddress) {
    Admission admission{{.connectsPerSecond = 1}};
    (void)admitted(admission, 1'000);
    now_ += 1s;
    EXPECT_EQ(admitted(admission, 1), 1);
}

TEST_F(AdmissionTest, KeepsPendingConnectionsOfOneAddressBelowTheirLimit) {
    Admission admission{{.pendingPerAddress = 2}};
    EXPECT_FALSE(admission.admit(kHost, now_));
    EXPECT_FALSE(admission.admit(kHost, now_));
    EXPECT_NE(admission.admit(kHost, now_)->find("--max-pending-per-address"), std::string::npos);
    EXPECT_FALSE(admission.admit(kOther, now_));
    admission.pendingLeft(kHost);
    EXPECT_FALSE(admission.admit(kHost, now_));
}

TEST_F(AdmissionTest, KeepsPendingConnectionsInAllBelowTheirLimit) {
    Admission admission{{.pending = 2}};
    EXPECT_FALSE(admission.admit(kHost, now_));
    EXPECT_FALSE(admission.admit(kOther, now_));
    EXPECT_NE(admission.admit("192.0.2.9", now_)->find("--max-pending)"), std::string::npos);
    admission.pendingLeft(kHost);
    EXPECT_FALSE(admission.admit("192.0.2.9", now_));
}

TEST_F(AdmissionTest, CountsAConnectionNoMoreAsPendingOnceItIsASlave) {
    Admission admission{{.pending = 1, .pendingPerAddress = 1}};
    for (int i = 0; i < 100; ++i) {
        EXPECT_FALSE(admission.admit(kHost, now_));
        EXPECT_FALSE(admission.admitSlave(kHost, "one"));
    }
}

TEST_F(AdmissionTest, KeepsSlavesBelowTheirLimit) {
    Admission admission{{.slaves = 1}};
    EXPECT_FALSE(admission.admit(kHost, now_));
    EXPECT_FALSE(admission.admit(kOther, now_));
    EXPECT_FALSE(admission.admitSlave(kHost, "one"));
    EXPECT_NE(admission.admitSlave(kOther, "two")->find("--max-slaves"), std::string::npos);
    EXPECT_NE(admission.admit(kHost, now_)->find("--max-slaves"), std::string::npos);
    admission.slaveLeft("one");
    EXPECT_FALSE(admission.admitSlave(kOther, "two"));
}

TEST_F(AdmissionTest, GivesOneConnectionOfEachOtherMasterAPlaceOfItsOwn) {
    Admission admission{{.slaves = 1}, {"master-2", "master-3"}};
    const auto come = [&](const std::string& name) {
        EXPECT_FALSE(admission.admit(kHost, now_));
        const bool admitted = !admission.admitSlave(kHost, name);
        if (!admitted) {
            admission.pendingLeft(kHost);
        }
        return admitted;
    };
    EXPECT_TRUE(come("one"));
    EXPECT_FALSE(come("two"));
    EXPECT_TRUE(come("master-2"));
    EXPECT_TRUE(come("master-3"));
    EXPECT_FALSE(come("master-2"));
    EXPECT_FALSE(come("master-4"));
    admission.slaveLeft("master-2");
    EXPECT_FALSE(come("two"));
    EXPECT_TRUE(come("master-2"));
    admission.slaveLeft("one");
    EXPECT_TRUE(come("master-2"));
    EXPECT_FALSE(come("two"));
    admission.slaveLeft("master-2");
    EXPECT_TRUE(come("two"));
    EXPECT_FALSE(come("master-2"));
}

TEST_F(AdmissionTest, TakesAnIpv6NetworkForOneAddress) {
    Admission admission{{.connectsPerSecond = 1, .pendingPerAddress = 2}};
    EXPECT_FALSE(admission.admit("2001:db8:1:2::1", now_));
    EXPECT_FALSE(admission.admit("2001:db8:1:2::2", now_));
    EXPECT_TRUE(admission.admit("2001:db8:1:2::3", now_));
    EXPECT_FALSE(admission.admit("2001:db8:1:3::1", now_));
    EXPECT_LT(admitted(admission, 20, "2001:db8:1:3::2"), 10);
}

TEST_F(AdmissionTest, RemembersNoMoreThanSoMuchWhateverNumberOfAddressesComes) {
    Admission admission{{.connectsPerSecond = 1}};
    std::size_t most = 0;
    for (int i = 0; i < 100'000; ++i) {
        EXPECT_EQ(admitted(admission, 1, hostNumber(i)), 1);
        most = std::max(most, admission.addresses());
    }
    EXPECT_LE(most, 5'000U);
}

TEST_F(AdmissionTest, RemembersWhoCameTooOftenWhileOthersComeAndAreForgotten) {
    Admission admission{{.connectsPerSecond = 1}};
    (void)admitted(admission, 1'000);
    for (int i = 0; i < 5'000; ++i) {
        EXPECT_EQ(admitted(admission, 1, hostNumber(i)), 1);
        now_ += 1ms;
    }
    EXPECT_LE(admitted(admission, 1'000), 5);
}

}  // namespace
}  // namespace berkeley::node
