/// TLS in memory: what each side believes of the other.
#include "net/tls_session.h"

#include <gtest/gtest.h>

#include <string_view>

#include "support/errors.h"
#include "talk.h"

namespace berkeley::net {
namespace {

TEST(TlsSession, CarriesWhatIsSaidAndKnowsByWhom) {
    Talk talk;
    EXPECT_EQ(talk.master_.peer(), std::nullopt);
    EXPECT_TRUE(talk.run());
    EXPECT_EQ(talk.heardByMaster_, kSaidBySlave);
    EXPECT_EQ(talk.heardBySlave_, kSaidByMaster);
    EXPECT_EQ(talk.master_.peer(), "client");
    EXPECT_EQ(talk.slave_.peer(), std::nullopt);
}

TEST(TlsSession, MakesOneRecordOfAFrame) {
    Talk talk;
    ASSERT_TRUE(talk.shakeHands());
    RecordBoundaries boundaries;
    for (const Way way : {Way::toMaster, Way::toSlave}) {
        boundaries.feed(talk.sealed(way, 'a'));
        EXPECT_TRUE(boundaries.fedOneRecord());
    }
}

TEST(TlsSession, HasNothingMoreToSayOnceTheSlaveHasAnswered) {
    Talk talk;
    EXPECT_FALSE(talk.slave_.handshake());
    talk.carry(Way::toMaster);
    EXPECT_FALSE(talk.master_.handshake());
    talk.carry(Way::toSlave);
    EXPECT_TRUE(talk.slave_.handshake());
    talk.carry(Way::toMaster);
    EXPECT_TRUE(talk.master_.handshake());
    EXPECT_TRUE(talk.master_.takeOutput().empty());  // no tickets
}

TEST(TlsSession, NeitherWritesNorReadsBeforeTheHandshakeIsOver) {
    Talk talk;
    EXPECT_FALSE(talk.slave_.write(frameOf('a')));
    EXPECT_FALSE(talk.master_.write(frameOf('a')));
    (void)talk.slave_.handshake();
    talk.carry(Way::toMaster);
    EXPECT_EQ(heard(talk.master_), "");
    EXPECT_TRUE(talk.master_.takeOutput().empty());
}

TEST(TlsSession, RefusesAnotherKey) {
    Talk talk{kOtherKey};
    EXPECT_FALSE(talk.run());
    EXPECT_EQ(talk.error_, "the peer's key is unknown or wrong (it calls itself \"client\")");
    talk.carry(Way::toSlave);
    EXPECT_EQ(errorOf<wire::WireError>([&] { talk.slave_.handshake(); }),
              "the peer's key is unknown or wrong");
}

TEST(TlsSession, RefusesAKeyThatIsPartOfTheRightOne) {
    Key longer = kKey;
    longer.push_back(0);
    EXPECT_FALSE(Talk{longer}.run());
}

TEST(TlsSession, DoesNotTellAnUnknownNameFromAWrongKey) {
    Talk wrong{kOtherKey};
    EXPECT_FALSE(wrong.run());
    Talk unknown;
    unknown.ring_.replace(Keys{{"other", kOtherKey}});
    EXPECT_FALSE(unknown.run());
    EXPECT_EQ(wrong.error_, unknown.error_);
    const Bytes answer = wrong.master_.takeOutput();
    EXPECT_FALSE(answer.empty());
    EXPECT_EQ(answer, unknown.master_.takeOutput());
}

TEST(TlsSession, KnowsWhenItsPeersKeyHasBeenTakenAway) {
    Talk talk;
    ASSERT_TRUE(talk.run());
    EXPECT_TRUE(talk.master_.isCurrent());
    talk.ring_.replace(Keys{{"client", kKey}});
    EXPECT_TRUE(talk.master_.isCurrent());
    talk.ring_.replace(Keys{{"client", kOtherKey}});
    EXPECT_FALSE(talk.master_.isCurrent());
    talk.ring_.replace(Keys{{"other", kKey}});
    EXPECT_FALSE(talk.master_.isCurrent());
}

TEST(TlsSession, SaysThatItsPeerSpeaksWithoutKeys) {
    const KeyRing ring{Keys{{"client", kKey}}};
    for (const std::string_view text : {"\xBE\x01", "2026-11-24", "GET /", "\x15\x03"}) {
        TlsSession master{ring};
        EXPECT_EQ(errorOf<wire::WireError>([&] { master.feed(std::as_bytes(std::span{text})); }),
                  "speaks without keys; this master requires them");
        // An alert, so that the peer can say what is missing.
        EXPECT_EQ(master.takeOutput().front(), std::byte{0x15});
    }
    for (const std::string_view text : {"\xBE\x01", "2026-11-24"}) {
        TlsSession slave{NamedKey{"client", kKey}};
        EXPECT_EQ(errorOf<wire::WireError>([&] { slave.feed(std::as_bytes(std::span{text})); }),
                  "speaks without keys; this slave requires them");
    }
}

}  // namespace
}  // namespace berkeley::net
