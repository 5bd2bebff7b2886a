/// What no frame may say, in either direction, and what is left aside because a later minor version
/// may say it.
#include "wire/native.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "support/errors.h"
#include "wire/samples.h"

namespace berkeley::wire {
namespace {

using std::chrono::seconds;

std::string frameError(const Frame& frame) {
    return errorOf<WireError>([&] { return decode(frame); });
}

TEST(NativeFrame, RefusesWhatIsNotItsPreamble) {
    EXPECT_EQ(frameError(patched(kPoll, 0, {0x47})),
              "first byte 0x47 is not a native frame (HTTP?)");
    EXPECT_EQ(frameError(patched(kPoll, 0, {0x16})),
              "first byte 0x16 is not a native frame (TLS? The peer uses keys; this side has no "
              "--key-file)");
    EXPECT_EQ(frameError(patched(kPoll, 0, {0x15})),
              "first byte 0x15 is not a native frame (TLS? The peer uses keys; this side has no "
              "--key-file)");
    EXPECT_EQ(frameError(patched(kPoll, 0, {'2'})),
              "first byte 0x32 is not a native frame (lab text?)");
    EXPECT_EQ(frameError(patched(kPoll, 0, {0xFF})), "first byte 0xff is not a native frame");
    EXPECT_EQ(frameError(patched(kPoll, 1, {7})),
              "peer speaks protocol version 7, this is version 1");
    EXPECT_EQ(frameError(patched(kPoll, 2, {0})), "frame type 0 does not exist");
}

TEST(NativeFrame, RefusesNamesThatAreNoNames) {
    EXPECT_EQ(frameError(patched(Hello{"a"}, 8, {0})), "hello has no name");
    const std::string unprintable = "hello name holds a byte that is not printable ASCII";
    EXPECT_EQ(frameError(patched(kHello, 10, {0})), unprintable);
    EXPECT_EQ(frameError(patched(kHello, 10, {' '})), unprintable);
    EXPECT_EQ(frameError(patched(kHello, 10, {'\n'})), unprintable);
    EXPECT_EQ(frameError(patched(kHello, 10, {0x7F})), unprintable);
    EXPECT_EQ(frameError(patched(kHello, 10, {0xC3})), unprintable);
}

TEST(NativeFrame, RefusesReportsThatCannotBe) {
    EXPECT_EQ(frameError(patched(kReport, 8, {0x80})),
              "report's receive time is outside 1970 to 2116");
    EXPECT_EQ(frameError(patched(kReport, 16, {0x40})),
              "report's send time is outside 1970 to 2116");
    EXPECT_EQ(frameError(patched(kReport, 16, {0x00})),
              "report was sent before its poll was received");
    EXPECT_EQ(frameError(patched(kReport, 24, {0x3F})),
              "report's correction leads outside 1970 to 2116");
    EXPECT_EQ(frameError(patched(kReport, 24, {0x80, 0, 0, 0, 0, 0, 0, 0})),
              "report's correction leads outside 1970 to 2116");
    EXPECT_EQ(frameError(patched(kReport, 3, {2})), "unsolicited report has a sequence number");
    EXPECT_EQ(frameError(patched(kReport, 3, {2, 0, 0, 0, 0})),
              "unsolicited report has two different times");
    EXPECT_EQ(frameError(patched(kUnasked, 32, {1})), "unsolicited report names a previous answer");
    EXPECT_EQ(frameError(patched(kReport, 32, {0x80})),
              "report's previous send time is outside 1970 to 2116");
    EXPECT_EQ(frameError(patched(kReport, 32, {0x19})),
              "previous report was sent after this one's poll was received");
}

TEST(NativeFrame, RefusesAdjustmentsThatCannotBe) {
    EXPECT_EQ(frameError(patched(kAdjustment, 8, {0x40})),
              "adjustment's reference is outside 1970 to 2116");
    EXPECT_EQ(frameError(patched(kAdjustment, 16, {0x80})),
              "adjustment's correction leads outside 1970 to 2116");
    EXPECT_EQ(frameError(patched(kAdjustment, 24, {0x80})), "adjustment's frequency exceeds 10 %");
    EXPECT_EQ(frameError(patched(kAdjustment, 32, {0x80})), "adjustment's bound is negative");
    EXPECT_EQ(frameError(patched(kAdjustment, 32, {0x40})), "adjustment's bound exceeds 146 years");
    EXPECT_EQ(frameError(patched(kAdjustment, 40, {0x7F})),
              "adjustment's bound growth exceeds 10 %");
    EXPECT_EQ(frameError(patched(kAdjustment, 40, {0xFF, 0xFF, 0xFF})),
              "adjustment's bound growth is negative");
}

TEST(NativeFrame, RefusesWhatElseMastersSayThatCannotBe) {
    EXPECT_EQ(frameError(patched(kWelcome, 8, {0x80})), "welcome's interval is not positive");
    EXPECT_EQ(frameError(patched(kWelcome, 8, {0x40})), "welcome's interval exceeds 146 years");
    EXPECT_EQ(frameError(patched(kRedirect, 8, {' '})),
              "redirect's host holds a byte that is not printable ASCII");
    EXPECT_EQ(frameError(patched(kRedirect, 56, {0, 0})), "redirect has only one of host and port");
    EXPECT_EQ(frameError(patched(kNobody, 57, {1})), "redirect has only one of host and port");
    EXPECT_EQ(frameError(patched(kActive, 6, {1})), "announcement's rank exceeds 255");
    EXPECT_EQ(frameError(patched(kActive, 16, {0x80})),
              "announcement holds a time outside 0 to 146 years");
    EXPECT_EQ(frameError(patched(kActive, 32, {0x40})),
              "announcement holds a time outside 0 to 146 years");
    EXPECT_EQ(frameError(patched(kActive, 56, {0x80})),
              "announcement holds a time outside 0 to 146 years");
    EXPECT_EQ(frameError(patched(kActive, 48, {0x40})), "announcement's term exceeds 2^30");
    EXPECT_EQ(frameError(patched(kActive, 48, {0xFF, 0xFF, 0xFF, 0xFF})),
              "announcement's term exceeds 2^30");
    EXPECT_EQ(frameError(patched(kActive, 52, {1})), "announcement's members exceed 2^24");
}

TEST(NativeFrame, RefusesMembershipOfNoGroup) {
    EXPECT_EQ(frameError(patched(kMembership, 8, {0, 0, 0, 0, 0, 0, 0, 0})),
              "membership is of no group");
}

TEST(NativeFrame, RefusesDeviationsThatCannotBe) {
    const std::string wrong =
        "deviation is outside 0 to 146 years, or its rate's outside 0 to 10 %";
    EXPECT_EQ(frameError(patched(kReport, 40, {0x80})), "report's " + wrong);
    EXPECT_EQ(frameError(patched(kReport, 48, {0x7F})), "report's " + wrong);
    EXPECT_EQ(frameError(patched(kAdjustment, 48, {0x40})), "adjustment's " + wrong);
    EXPECT_EQ(frameError(patched(kAdjustment, 56, {0xFF})), "adjustment's " + wrong);
}

// 10 % is 100 000 000 000 000 units, 0x5AF3107A4000.
TEST(NativeFrame, FrequencyLimitIsExactToTheUnit) {
    EXPECT_EQ(frameError(patched(kAdjustment, 24, {0, 0, 0x5A, 0xF3, 0x10, 0x7A, 0x40, 0x00})), "");
    EXPECT_EQ(frameError(patched(kAdjustment, 24, {0, 0, 0x5A, 0xF3, 0x10, 0x7A, 0x40, 0x01})),
              "adjustment's frequency exceeds 10 %");
}

TEST(NativeFrame, EncodeRejectsWhatDecodeWouldNotAccept) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const Nanoseconds before1970 = Nanoseconds{-1} - kAfternoon.time_since_epoch();
    const std::vector<Message> wrong{
        Hello{},
        Hello{std::string(41, 'a')},
        Hello{"two words"},
        Hello{std::string("a\0", 2)},
        with(kUnasked, &Report::sequence, 1),
        with(kUnasked, &Report::sent, kAfternoon + seconds{1}),
        with(kReport, &Report::sent, kAfternoon - Nanoseconds{1}),
        with(kReport, &Report::received, HostTime::min()),
        with(kReport, &Report::sent, HostTime::max()),
        with(kReport, &Report::correction, Nanoseconds::min()),
        with(kReport, &Report::correction, Nanoseconds::max()),
        with(kUnasked, &Report::correction, before1970),
        with(kUnasked, &Report::previousSent, kAfternoon),
        with(kReport, &Report::previousSent, HostTime{}),
        with(kReport, &Report::previousSent, HostTime::min()),
        with(kReport, &Report::previousSent, kAfternoon + Nanoseconds{1}),
        with(kUnasked, &Report::deviation, sync::Deviation{}),
        with(kReport, &Report::deviation, sync::Deviation{Nanoseconds{-1}, 0}),
        with(kReport, &Report::deviation, sync::Deviation{Nanoseconds{1}, nan}),
        with(kAdjustment, &sync::Adjustment::deviation, sync::Deviation{kTimeLimit, 0}),
        Welcome{},
        Redirect{std::string(49, 'a'), 8080},
        Redirect{"", 8080},
        Redirect{"a", 0},
        MasterAnnouncement{.announcement = {.from = 256}},
        MasterAnnouncement{.announcement = {.claim = {.term = sync::kMostTerms + 1}}},
        MasterAnnouncement{.announcement = {.claim = {.members = sync::kMostMembers + 1}}},
        MasterAnnouncement{.announcement = {.counted = kTimeLimit}},
        sync::Membership{.term = 1},
        with(kAdjustment, &sync::Adjustment::reference, HostTime{kTimeLimit}),
        with(kAdjustment, &sync::Adjustment::correction, Nanoseconds::min()),
        with(kAdjustment, &sync::Adjustment::frequencyPpb, nan),
        with(kAdjustment, &sync::Adjustment::frequencyPpb, -infinity),
        with(kAdjustment, &sync::Adjustment::frequencyPpb, 1.000001e8),
        with(kAdjustment, &sync::Adjustment::bound, Nanoseconds{-1}),
        with(kAdjustment, &sync::Adjustment::bound, kTimeLimit),
        with(kAdjustment, &sync::Adjustment::boundGrowthPpb, nan),
        with(kAdjustment, &sync::Adjustment::boundGrowthPpb, -0.000001)};
    for (std::size_t i = 0; i < wrong.size(); ++i) {
        EXPECT_THROW(encode(wrong[i]), std::invalid_argument) << "message " << i;
    }
}

TEST(NativeFrame, LeavesUnknownFlagsAside) {
    EXPECT_EQ(decode(patched(kHello, 3, {2})), decode(encode(kHello)));
    EXPECT_EQ(decode(patched(kPoll, 3, {1})), Message{kPoll});
    EXPECT_EQ(decode(patched(kActive, 3, {0xFF})), Message{kActive});
    EXPECT_EQ(decode(patched(kUnasked, 3, {0x84})), Message{kUnasked});
    EXPECT_EQ(decode(patched(kAdjustment, 3, {0x80})), Message{kAdjustment});
    EXPECT_EQ(decode(patched(kMembership, 3, {1})), Message{kMembership});
}

TEST(NativeFrame, LeavesReservedBytesAside) {
    EXPECT_EQ(decode(patched(kHello, 4, {1})), Message{kHello});
    EXPECT_EQ(decode(patched(kHello, 57, {1})), Message{kHello});
    EXPECT_EQ(decode(patched(kPoll, 8, {1})), Message{kPoll});
    EXPECT_EQ(decode(patched(kFirst, 40, {1})), Message{kFirst});
    EXPECT_EQ(decode(patched(kUnasked, 63, {1})), Message{kUnasked});
    EXPECT_EQ(decode(patched(kWelcome, 17, {1})), Message{kWelcome});
    EXPECT_EQ(decode(patched(kRedirect, 58, {1})), Message{kRedirect});
    EXPECT_EQ(decode(patched(kMembership, 16, {1})), Message{kMembership});
    EXPECT_EQ(decode(patched(kMembership, 63, {1})), Message{kMembership});
}

TEST(NativeFrame, NamesAnUnknownTypeAndNothingElseOfIt) {
    EXPECT_EQ(decode(patched(kPoll, 2, {9, 0xFF, 1, 2, 3, 4, 5})), Message{UnknownMessage{9}});
    EXPECT_EQ(decode(patched(kPoll, 2, {0xEE})), Message{UnknownMessage{0xEE}});
    EXPECT_THROW(encode(UnknownMessage{9}), std::invalid_argument);
}

TEST(NativeFrame, TellsTheMinorVersion) {
    EXPECT_EQ(decode(patched(kHello, 56, {7})),
              (Message{Hello{.name = kHello.name, .minorVersion = 7}}));
    EXPECT_EQ(decode(patched(kWelcome, 16, {7})), (Message{Welcome{kWelcome.interval, 7}}));
    EXPECT_EQ(std::get<Hello>(decode(encode(kHello))).minorVersion, 1);
    EXPECT_EQ(toVersionText(7), "1.7");
}

}  // namespace
}  // namespace berkeley::wire
