/// TLS in memory: what somebody on the path may do.
#include <gtest/gtest.h>

#include <array>

#include "support/errors.h"
#include "talk.h"

namespace berkeley::net {
namespace {

TEST(TlsSession, NeverBelievesAByteThatWasFlipped) {
    Talk untouched;
    ASSERT_TRUE(untouched.run());
    for (const Way way : {Way::toMaster, Way::toSlave}) {
        for (std::size_t position = 0; position < untouched.carried(way); ++position) {
            Talk talk{kKey, flipped(way, position)};
            (void)talk.run();
            EXPECT_TRUE(kSaidBySlave.starts_with(talk.heardByMaster_));
            EXPECT_TRUE(kSaidByMaster.starts_with(talk.heardBySlave_));
            const bool heardAll =
                talk.heardByMaster_ == kSaidBySlave && talk.heardBySlave_ == kSaidByMaster;
            // The minor version in the header of the very first record means nothing to anybody.
            EXPECT_EQ(heardAll, position == 2) << position << testing::PrintToString(way);
        }
    }
}

TEST(TlsSession, RefusesAWholeConversationThatIsReplayed) {
    std::vector<Bytes> recorded;
    Talk talk{kKey, [&](Way way, Bytes& bytes, std::size_t) {
                  if (way == Way::toMaster) {
                      recorded.push_back(bytes);
                  }
              }};
    ASSERT_TRUE(talk.run());
    TlsSession master{talk.ring_};
    const auto replay = [&] {
        for (const Bytes& bytes : recorded) {
            if (!bytes.empty()) {
                master.feed(bytes);
                (void)master.handshake();
            }
        }
    };
    EXPECT_NE(errorOf<wire::WireError>(replay), "");
    EXPECT_EQ(heard(master), "");
    EXPECT_EQ(master.peer(), std::nullopt);
}

class TamperedRecords : public testing::TestWithParam<Way> {
  protected:
    TamperedRecords() {
        EXPECT_TRUE(talk_.shakeHands());
        for (std::size_t i = 0; i < records_.size(); ++i) {
            records_[i] = talk_.sealed(GetParam(), "abc"[i]);
        }
    }

    /// What the listener makes of that.
    std::string told(const Bytes& bytes) {
        TlsSession& listener = talk_.listener(GetParam());
        listener.feed(bytes);
        return heard(listener);
    }

    void expectRefused(const Bytes& bytes) {
        EXPECT_TRUE(has(errorOf<wire::WireError>([&] { EXPECT_EQ(told(bytes), ""); }),
                        "sent a record that was altered or does not belong here"));
        // And nothing afterwards.
        EXPECT_NE(errorOf<wire::WireError>([&] { EXPECT_EQ(told(records_[0]), ""); }), "");
    }

    Talk talk_;
    std::array<Bytes, 3> records_;
};

INSTANTIATE_TEST_SUITE_P(OnTheWay, TamperedRecords, testing::Values(Way::toMaster, Way::toSlave),
                         testing::PrintToStringParamName());

TEST_P(TamperedRecords, AreHeardInTheirOrder) {
    for (const char letter : {'a', 'b', 'c'}) {
        EXPECT_EQ(told(records_[static_cast<std::size_t>(letter - 'a')]),
                  std::string(kFrame, letter));
    }
}

TEST_P(TamperedRecords, AreRefusedWhenReplayed) {
    EXPECT_EQ(told(records_[0]), std::string(kFrame, 'a'));
    expectRefused(records_[0]);
}

TEST_P(TamperedRecords, AreRefusedWhenReordered) { expectRefused(records_[1]); }

TEST_P(TamperedRecords, AreRefusedWhenOneIsMissing) {
    EXPECT_EQ(told(records_[0]), std::string(kFrame, 'a'));
    expectRefused(records_[2]);
}

TEST_P(TamperedRecords, AreRefusedWhenSentBack) {
    const Way back = GetParam() == Way::toMaster ? Way::toSlave : Way::toMaster;
    expectRefused(talk_.sealed(back, 'z'));
}

/// What follows fills the gap, sooner or later, and does not fit.
TEST_P(TamperedRecords, AreNotBelievedWhenCutOff) {
    const std::size_t size = records_[0].size();
    for (std::size_t cut = 1; cut < size; ++cut) {
        Talk talk;
        ASSERT_TRUE(talk.shakeHands());
        TlsSession& listener = talk.listener(GetParam());
        Bytes record = talk.sealed(GetParam(), 'a');
        record.resize(cut);
        const std::string error = errorOf<wire::WireError>([&] {
            for (int i = 0; i < 1000; ++i) {
                listener.feed(record);
                EXPECT_EQ(heard(listener), "");
                record = talk.sealed(GetParam(), 'b');
            }
        });
        EXPECT_NE(error, "") << cut;
    }
}

}  // namespace
}  // namespace berkeley::net
