/// Connections with keys over real sockets, with whoever may be on the path.
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <thread>

#include "relay.h"
#include "support/errors.h"
#include "wire/messages.h"

namespace berkeley::net {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kFrame = 64;
/// Of the record that a frame becomes: a header, the type inside, the proof that it is authentic.
constexpr std::size_t kRecord = 5 + kFrame + 1 + 16;

/// All that the peer says until it leaves, and what is wrong with it.
struct Heard {
    std::string text;
    std::string error;
};

Heard hear(Connection& connection) {
    Heard heard;
    heard.error = errorOf<wire::WireError>([&] {
        std::array<std::byte, 256> buffer;
        while (true) {
            const Received received = connection.receive(buffer, 10s);
            if (received.receipt != Receipt::data) {
                EXPECT_EQ(received.receipt, Receipt::closed);
                return;
            }
            heard.text.append(reinterpret_cast<const char*>(buffer.data()), received.size);
        }
    });
    return heard;
}

class TamperedConnection : public testing::TestWithParam<Way> {
  protected:
    /// What the receiver hears of two frames whose bytes are changed like that on the way.
    static Heard heardWith(const Change& change) {
        RelayedPair pair;
        pair.change([&](Way way, Bytes& bytes, std::size_t before) {
            if (way == GetParam()) {
                change(way, bytes, before);
            }
        });
        const bool toMaster = GetParam() == Way::toMaster;
        Connection& speaker = toMaster ? pair.slave() : pair.master();
        EXPECT_TRUE(speaker.send(bytesOf(std::string(kFrame, 'a'))));
        (void)speaker.send(bytesOf(std::string(kFrame, 'b')));
        speaker.shutdown();
        return hear(toMaster ? pair.master() : pair.slave());
    }
};

INSTANTIATE_TEST_SUITE_P(OnTheWay, TamperedConnection, testing::Values(Way::toMaster, Way::toSlave),
                         testing::PrintToStringParamName());

TEST_P(TamperedConnection, IsAsGoodAsAnyWhenNothingIsChanged) {
    const Heard heard = heardWith(changeNothing);
    EXPECT_EQ(heard.text, std::string(kFrame, 'a') + std::string(kFrame, 'b'));
    EXPECT_EQ(heard.error, "");
}

/// In the header, the content and the proof; tampered_records_test.cpp has every byte.
TEST_P(TamperedConnection, NeverDeliversAFrameOfWhichAByteWasFlipped) {
    for (const std::size_t position : {std::size_t{0}, std::size_t{3}, std::size_t{4},
                                       std::size_t{5}, std::size_t{40}, kRecord - 1}) {
        EXPECT_EQ(heardWith(flipped(GetParam(), position)).text, "") << position;
    }
}

TEST_P(TamperedConnection, NeverDeliversAFrameTwice) {
    const Heard heard = heardWith([](Way, Bytes& bytes, std::size_t before) {
        if (before == 0) {
            const Bytes first(bytes.begin(), bytes.begin() + kRecord);
            bytes.insert(bytes.begin(), first.begin(), first.end());
        }
    });
    EXPECT_EQ(heard.text, std::string(kFrame, 'a'));
    EXPECT_NE(heard.error, "");
}

TEST_P(TamperedConnection, DeliversNothingOfAFrameThatWasCutOff) {
    for (const std::size_t cut : {std::size_t{1}, std::size_t{5}, std::size_t{40}, kRecord - 1}) {
        const Heard heard = heardWith([cut](Way, Bytes& bytes, std::size_t before) {
            bytes.resize(before < cut ? std::min(bytes.size(), cut - before) : 0);
        });
        EXPECT_EQ(heard.text, "") << cut;
    }
}

TEST(SecureConnection, SaysNothingOfWhatItCarries) {
    std::string carried;
    {
        RelayedPair pair{[&](Way way, Bytes& bytes, std::size_t) {
            if (way == Way::toMaster) {
                carried.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
            }
        }};
        pair.slave().send(bytesOf("a secret that nobody else reads"));
        pair.slave().shutdown();
        EXPECT_EQ(hear(pair.master()).text, "a secret that nobody else reads");
    }
    EXPECT_TRUE(has(carried, "client"));
    EXPECT_FALSE(has(carried, "secret"));
}

/// A slave whose records reach the master as the test wants, after the handshake.
class HeldUpSlaveTest : public testing::Test {
  protected:
    HeldUpSlaveTest() { master().setRecordPatience(100ms); }

    Connection& slave() { return pair_.slave(); }
    Connection& master() { return pair_.master(); }

    /// The same happens to all that the slave sends from now on.
    void change(std::function<void(Bytes&)> change) {
        pair_.change([change](Way way, Bytes& bytes, std::size_t) {
            if (way == Way::toMaster) {
                change(bytes);
            }
        });
    }

    Receipt receive(Connection::Patience patience) {
        std::array<std::byte, kFrame> buffer;
        return master().receive(buffer, patience).receipt;
    }
    std::string errorOfReceive() {
        return errorOf<wire::WireError>([&] { return receive(std::nullopt); });
    }

    const std::string tooSlow_ = "began a TLS record and did not finish it within 100ms";

  private:
    RelayedPair pair_;
};

TEST_F(HeldUpSlaveTest, HasNoMoreTimeForARecordThanItIsGiven) {
    change([](Bytes& bytes) { bytes.resize(10); });
    slave().send(bytesOf(std::string(kFrame, 'a')));
    EXPECT_EQ(errorOfReceive(), tooSlow_);
}

TEST_F(HeldUpSlaveTest, GetsNoMoreTimeWhenLittleOfARecordComesAtATime) {
    change([record = Bytes{}, next = std::size_t{0}](Bytes& bytes) mutable {
        if (record.empty()) {
            record = bytes;
        }
        bytes.assign(1, record[next++ % record.size()]);
    });
    std::atomic<bool> over = false;
    std::jthread dripping{[&] {
        while (!over && slave().send(bytesOf(std::string(3000, 'a')))) {
            std::this_thread::sleep_for(5ms);
        }
    }};
    EXPECT_EQ(errorOfReceive(), tooSlow_);
    over = true;
}

TEST_F(HeldUpSlaveTest, IsWaitedForNoLongerThanTheReceiverWants) {
    change([](Bytes& bytes) { bytes.resize(10); });
    slave().send(bytesOf(std::string(kFrame, 'a')));
    master().setRecordPatience(1h);
    EXPECT_EQ(receive(50ms), Receipt::timeout);
    EXPECT_EQ(receive(50ms), Receipt::timeout);
}

TEST_F(HeldUpSlaveTest, HasItsTimeForEachRecordAnew) {
    // The last byte of a record comes with the next one.
    change([kept = Bytes{}](Bytes& bytes) mutable {
        bytes.insert(bytes.begin(), kept.begin(), kept.end());
        kept.assign(1, bytes.back());
        bytes.pop_back();
    });
    master().setRecordPatience(1h);
    slave().send(bytesOf(std::string(kFrame, 'a')));
    EXPECT_EQ(receive(50ms), Receipt::timeout);
    master().setRecordPatience(100ms);
    slave().send(bytesOf(std::string(kFrame, 'b')));
    EXPECT_EQ(receive(10s), Receipt::data);
    EXPECT_EQ(errorOf<wire::WireError>([&] { return receive(10s); }), tooSlow_);
}

}  // namespace
}  // namespace berkeley::net
