#include "berkeley/wire/native.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <cctype>
#include <iostream>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>

namespace berkeley {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

// 2026-11-24 16:00:00.123456789 UTC
constexpr HostTime kAfternoon{Nanoseconds{1'795'536'000'123'456'789}};

const Hello kHello{.name = "rack-7.left"};
const Hello kRemembering{.name = "rack-7.left", .frequencyPpb = -12345.678901};
const Poll kPoll{.sequence = 0x01020304};
const Report kReport{.sequence = 0x01020304,
                     .solicited = true,
                     .received = kAfternoon,
                     .sent = kAfternoon + microseconds{41},
                     .correction = Nanoseconds{-1'500'000},
                     .previousSent = kAfternoon - microseconds{7},
                     .deviation = Deviation{.sigma = Nanoseconds{1'234}, .driftPpb = 10.5}};
const Report kFirst{.sequence = 1,
                    .solicited = true,
                    .received = kAfternoon,
                    .sent = kAfternoon + microseconds{41},
                    .correction = Nanoseconds{-1'500'000}};
const Report kUnasked{.solicited = false,
                      .received = kAfternoon,
                      .sent = kAfternoon,
                      .correction = Nanoseconds{-1'500'000}};
const Adjustment kAdjustment{.cycle = 42,
                             .reference = kAfternoon + seconds{5},
                             .correction = Nanoseconds{-1'500'000},
                             .frequencyPpb = -12345.678901,
                             .bound = Nanoseconds{250'000},
                             .boundGrowthPpb = 40'000,
                             .deviation = {.sigma = Nanoseconds{1'234}, .driftPpb = 10.5}};
const Welcome kWelcome{.interval = seconds{5}};
const Redirect kRedirect{.host = "master-2", .port = 8080};
const Redirect kNobody{};
const MasterAnnouncement kBeginning{.announcement = {.from = 2, .wait = seconds{1}}, .masters = 7};
const MasterAnnouncement kActive{.announcement = {.from = 1,
                                                  .active = true,
                                                  .wait = Nanoseconds::zero(),
                                                  .sent = seconds{9},
                                                  .answers = seconds{8}},
                                 .masters = 0x0102030405060708};
const std::vector<Message> kOneOfEach{kHello,    kRemembering, kPoll,       kReport,
                                      kFirst,    kUnasked,     kAdjustment, kWelcome,
                                      kRedirect, kNobody,      kBeginning,  kActive};

Frame fromHex(std::string_view text) {
    std::string digits;
    for (const char c : text) {
        if (!std::isspace(static_cast<unsigned char>(c))) {
            digits.push_back(c);
        }
    }
    Frame frame{};
    for (std::size_t i = 0; 2 * i < digits.size(); ++i) {
        frame.at(i) = static_cast<std::byte>(std::stoi(digits.substr(2 * i, 2), nullptr, 16));
    }
    return frame;
}

std::string errorOf(const Frame& frame) {
    try {
        decode(frame);
    } catch (const WireError& error) {
        return error.what();
    }
    return "";
}

std::string feedError(std::string_view text) {
    NativeDecoder decoder;
    try {
        decoder.feed(std::as_bytes(std::span(text)));
    } catch (const WireError& error) {
        return error.what();
    }
    return "";
}

/// The frame of `message` with `bytes` written over it from `offset` on.
Frame patched(const Message& message, std::size_t offset, std::initializer_list<int> bytes) {
    Frame frame = encode(message);
    for (const int value : bytes) {
        frame.at(offset++) = static_cast<std::byte>(value);
    }
    return frame;
}

/// A good message with one field changed.
template <class M, class Field>
Message with(M message, Field M::*field, std::type_identity_t<Field> value) {
    message.*field = value;
    return message;
}

std::mt19937_64 seeded(std::uint64_t seed) {
    std::cout << "seed " << seed << '\n';
    return std::mt19937_64{seed};
}

class RandomMessages {
  public:
    explicit RandomMessages(std::uint64_t seed) : random_(seeded(seed)) {}

    Message next() {
        switch (between(0, 7)) {
            case 0:
                return hello();
            case 1:
                return Poll{.sequence = sequence()};
            case 2:
                return unasked();
            case 3:
                return answer();
            case 4:
                return adjustment();
            case 5:
                return Welcome{Nanoseconds{between(1, kTimeLimit.count() - 1)}};
            case 6:
                return Redirect{hello().name, static_cast<std::uint16_t>(between(1, 65'535))};
            default:
                return announcement();
        }
    }

  private:
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>{low, high}(random_);
    }
    std::uint32_t sequence() { return static_cast<std::uint32_t>(random_()); }
    Nanoseconds sinceEpoch() { return Nanoseconds{between(0, kTimeLimit.count() - 1)}; }
    double frequency(std::int64_t low) {
        return static_cast<double>(between(low, 100'000'000'000'000)) / 1e6;
    }

    Hello hello() {
        Hello hello;
        for (auto left = between(1, 40); left > 0; --left) {
            hello.name.push_back(static_cast<char>(between('!', '~')));
        }
        return hello;
    }
    Report unasked() {
        const HostTime sent{sinceEpoch()};
        return Report{
            .received = sent, .sent = sent, .correction = sinceEpoch() - sent.time_since_epoch()};
    }
    Message answer() {
        Report report = unasked();
        report.solicited = true;
        report.sequence = sequence();
        report.received = HostTime{Nanoseconds{between(1, report.sent.time_since_epoch().count())}};
        if (between(0, 1) == 1) {
            report.previousSent =
                HostTime{Nanoseconds{between(1, report.received.time_since_epoch().count())}};
        }
        if (between(0, 1) == 1) {
            report.deviation = deviation();
        }
        return report;
    }
    Deviation deviation() { return {.sigma = sinceEpoch(), .driftPpb = frequency(0)}; }
    Message announcement() {
        return MasterAnnouncement{.announcement = {.from = static_cast<Rank>(between(0, 255)),
                                                   .active = between(0, 1) == 1,
                                                   .wait = sinceEpoch(),
                                                   .sent = sinceEpoch(),
                                                   .answers = sinceEpoch()},
                                  .masters = random_()};
    }
    Message adjustment() {
        const HostTime reference{sinceEpoch()};
        return Adjustment{.cycle = sequence(),
                          .reference = reference,
                          .correction = sinceEpoch() - reference.time_since_epoch(),
                          .frequencyPpb = frequency(-100'000'000'000'000),
                          .bound = sinceEpoch(),
                          .boundGrowthPpb = frequency(0),
                          .deviation = deviation()};
    }

    std::mt19937_64 random_;
};

TEST(NativeFrame, LayoutOfHelloIsFixed) {
    EXPECT_EQ(encode(kHello), fromHex("be 01 01 00 00 00 00 00 72 61 63 6b 2d 37 2e 6c "
                                      "65 66 74 00 00 00 00 00 00 00 00 00 00 00 00 00 "
                                      "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
                                      "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "));
}

TEST(NativeFrame, LayoutOfPollIsFixed) {
    EXPECT_EQ(encode(kPoll), fromHex("be 01 02 00 01 02 03 04 00 00 00 00 00 00 00 00 "
                                     "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
                                     "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
                                     "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "));
}

TEST(NativeFrame, LayoutOfReportIsFixed) {
    EXPECT_EQ(encode(kReport), fromHex("be 01 03 03 01 02 03 04 18 eb 06 7a 9c c8 cd 15 "
                                       "18 eb 06 7a 9c c9 6d 3d ff ff ff ff ff e9 1c a0 "
                                       "18 eb 06 7a 9c c8 b1 bd 00 00 00 00 00 00 04 d2 "
                                       "00 00 00 00 00 a0 37 a0 00 00 00 00 00 00 00 00 "));
}

TEST(NativeFrame, LayoutOfAdjustmentIsFixed) {
    EXPECT_EQ(encode(kAdjustment), fromHex("be 01 04 00 00 00 00 2a 18 eb 06 7b c6 ce bf 15 "
                                           "ff ff ff ff ff e9 1c a0 ff ff ff fd 20 23 e3 cb "
                                           "00 00 00 00 00 03 d0 90 00 00 00 09 50 2f 90 00 "
                                           "00 00 00 00 00 00 04 d2 00 00 00 00 00 a0 37 a0 "));
}

TEST(NativeFrame, LayoutOfWelcomeIsFixed) {
    EXPECT_EQ(encode(kWelcome), fromHex("be 01 05 00 00 00 00 00 00 00 00 01 2a 05 f2 00"));
}

TEST(NativeFrame, LayoutOfRedirectIsFixed) {
    EXPECT_EQ(encode(kRedirect), fromHex("be 01 06 00 00 00 00 00 6d 61 73 74 65 72 2d 32 "
                                         "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
                                         "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
                                         "00 00 00 00 00 00 00 00 1f 90 00 00 00 00 00 00 "));
}

TEST(NativeFrame, LayoutOfAnnouncementIsFixed) {
    EXPECT_EQ(encode(kActive), fromHex("be 01 07 03 00 00 00 01 01 02 03 04 05 06 07 08 "
                                       "00 00 00 00 00 00 00 00 00 00 00 02 18 71 1a 00 "
                                       "00 00 00 01 dc d6 50 00 00 00 00 00 00 00 00 00 "));
}

TEST(NativeFrame, FlagsTellAnswersFromUnaskedReports) {
    EXPECT_EQ(encode(kFirst)[3], std::byte{1});
    EXPECT_EQ(encode(kUnasked)[3], std::byte{0});
}

TEST(NativeFrame, EveryTypeSurvivesTheRoundTrip) {
    for (const Message& message : kOneOfEach) {
        EXPECT_EQ(decode(encode(message)), message);
    }
}

TEST(NativeFrame, RandomMessagesSurviveTheRoundTrip) {
    RandomMessages messages{20261124};
    for (int i = 0; i < 20'000; ++i) {
        const Message message = messages.next();
        ASSERT_EQ(decode(encode(message)), message) << "message " << i;
    }
}

TEST(NativeFrame, ExtremesSurviveTheRoundTrip) {
    const HostTime last{kTimeLimit - Nanoseconds{1}};
    const std::vector<Message> extremes{
        Hello{std::string(40, '~')},
        Hello{"!"},
        Poll{0xFFFFFFFF},
        with(kReport, &Report::sequence, 0xFFFFFFFF),
        with(kFirst, &Report::received, HostTime{}),
        with(kReport, &Report::sent, last),
        with(kReport, &Report::previousSent, HostTime{Nanoseconds{1}}),
        with(kReport, &Report::previousSent, kReport.received),
        with(kReport, &Report::correction, -kReport.sent.time_since_epoch()),
        with(kReport, &Report::correction, last - kReport.sent),
        with(kAdjustment, &Adjustment::frequencyPpb, -1e8),
        with(kAdjustment, &Adjustment::frequencyPpb, 1e8),
        with(kAdjustment, &Adjustment::bound, kTimeLimit - Nanoseconds{1}),
        with(kAdjustment, &Adjustment::boundGrowthPpb, 1e8)};
    for (const Message& message : extremes) {
        EXPECT_EQ(decode(encode(message)), message);
    }
}

TEST(NativeFrame, FrequencyIsRoundedToTheMillionthOfAPpb) {
    Adjustment adjustment = kAdjustment;
    adjustment.frequencyPpb = -0.0000016;
    EXPECT_EQ(std::get<Adjustment>(decode(encode(adjustment))).frequencyPpb, -0.000002);
}

// A frame has one meaning and a message has one frame, so a corrupted frame that is still accepted
// has to be the frame of the message that it is taken for.
/// What was understood of a frame is all there is to it: it can be sent on.
bool isUnderstood(const Message& message) {
    return std::holds_alternative<UnknownMessage>(message) || decode(encode(message)) == message;
}

TEST(NativeFrame, EverySingleByteCorruptionIsAMessageOrAWireError) {
    for (const Message& message : kOneOfEach) {
        for (std::size_t at = 0; at < kFrameSize; ++at) {
            for (int flip = 1; flip < 256; ++flip) {
                Frame frame = encode(message);
                frame[at] ^= static_cast<std::byte>(flip);
                try {
                    ASSERT_TRUE(isUnderstood(decode(frame))) << "byte " << at << " ^ " << flip;
                } catch (const WireError&) {
                }
            }
        }
    }
}

TEST(NativeFrame, RandomPayloadsAreMessagesOrWireErrors) {
    std::mt19937_64 random = seeded(8080);
    std::size_t accepted = 0;
    for (int i = 0; i < 50'000; ++i) {
        Frame frame = encode(kOneOfEach[random() % kOneOfEach.size()]);
        for (auto changes = random() % 8; changes-- > 0;) {
            frame[3 + random() % 61] = static_cast<std::byte>(random());
        }
        try {
            ASSERT_TRUE(isUnderstood(decode(frame)));
            ++accepted;
        } catch (const WireError&) {
        }
    }
    EXPECT_GT(accepted, 0U);
}

TEST(NativeFrame, RefusesWhatIsNotItsPreamble) {
    EXPECT_EQ(errorOf(patched(kPoll, 0, {0x47})), "first byte 0x47 is not a native frame (HTTP?)");
    EXPECT_EQ(
        errorOf(patched(kPoll, 0, {0x16})),
        "first byte 0x16 is not a native frame (TLS? with keys there and no --key-file here)");
    EXPECT_EQ(
        errorOf(patched(kPoll, 0, {0x15})),
        "first byte 0x15 is not a native frame (TLS? with keys there and no --key-file here)");
    EXPECT_EQ(errorOf(patched(kPoll, 0, {'2'})),
              "first byte 0x32 is not a native frame (lab text?)");
    EXPECT_EQ(errorOf(patched(kPoll, 0, {0xFF})), "first byte 0xff is not a native frame");
    EXPECT_EQ(errorOf(patched(kPoll, 1, {7})), "peer speaks protocol version 7, this is version 1");
    EXPECT_EQ(errorOf(patched(kPoll, 2, {0})), "frame type 0 is none");
}

/// All that one side of a recorded connection said.
std::vector<std::byte> contentOf(const std::filesystem::path& file) {
    std::ifstream stream{file, std::ios::binary};
    const std::string content{std::istreambuf_iterator<char>{stream}, {}};
    const auto bytes = std::as_bytes(std::span{content});
    return {bytes.begin(), bytes.end()};
}

TEST(NativeDecoder, UnderstandsEveryWordOfEarlierVersions) {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator{BERKELEY_RECORDED}) {
        if (entry.path().extension() != ".bin") {
            continue;
        }
        ++files;
        const std::vector<std::byte> said = contentOf(entry.path());
        NativeDecoder decoder;
        std::vector<std::byte> again;
        for (const Message& message : decoder.feed(said)) {
            const Frame frame = encode(message);
            again.insert(again.end(), frame.begin(), frame.end());
        }
        EXPECT_EQ(again, said) << entry.path();
    }
    EXPECT_GE(files, 4U);
}

// What a later minor version may have added.

TEST(NativeFrame, LeavesUnknownFlagsAside) {
    EXPECT_EQ(decode(patched(kHello, 3, {2})), decode(encode(kHello)));
    EXPECT_EQ(decode(patched(kPoll, 3, {1})), Message{kPoll});
    EXPECT_EQ(decode(patched(kUnasked, 3, {0x84})), Message{kUnasked});
    EXPECT_EQ(decode(patched(kAdjustment, 3, {0x80})), Message{kAdjustment});
}

TEST(NativeFrame, LeavesReservedBytesAside) {
    EXPECT_EQ(decode(patched(kHello, 4, {1})), Message{kHello});
    EXPECT_EQ(decode(patched(kHello, 57, {1})), Message{kHello});
    EXPECT_EQ(decode(patched(kPoll, 8, {1})), Message{kPoll});
    EXPECT_EQ(decode(patched(kFirst, 40, {1})), Message{kFirst});
    EXPECT_EQ(decode(patched(kUnasked, 63, {1})), Message{kUnasked});
    EXPECT_EQ(decode(patched(kWelcome, 17, {1})), Message{kWelcome});
    EXPECT_EQ(decode(patched(kRedirect, 58, {1})), Message{kRedirect});
    EXPECT_EQ(decode(patched(kActive, 48, {1})), Message{kActive});
}

TEST(NativeFrame, NamesAnUnknownTypeAndNothingElseOfIt) {
    EXPECT_EQ(decode(patched(kPoll, 2, {8, 0xFF, 1, 2, 3, 4, 5})), Message{UnknownMessage{8}});
    EXPECT_EQ(decode(patched(kPoll, 2, {0xEE})), Message{UnknownMessage{0xEE}});
    EXPECT_THROW(encode(UnknownMessage{8}), std::invalid_argument);
}

TEST(NativeFrame, TellsTheMinorVersion) {
    EXPECT_EQ(decode(patched(kHello, 56, {7})),
              (Message{Hello{.name = kHello.name, .minorVersion = 7}}));
    EXPECT_EQ(decode(patched(kWelcome, 16, {7})), (Message{Welcome{kWelcome.interval, 7}}));
    EXPECT_EQ(toVersionText(7), "1.7");
}

TEST(NativeFrame, RefusesNamesThatAreNoNames) {
    EXPECT_EQ(errorOf(patched(Hello{"a"}, 8, {0})), "hello has no name");
    const std::string unprintable = "hello name holds a byte that is not printable ASCII";
    EXPECT_EQ(errorOf(patched(kHello, 10, {0})), unprintable);
    EXPECT_EQ(errorOf(patched(kHello, 10, {' '})), unprintable);
    EXPECT_EQ(errorOf(patched(kHello, 10, {'\n'})), unprintable);
    EXPECT_EQ(errorOf(patched(kHello, 10, {0x7F})), unprintable);
    EXPECT_EQ(errorOf(patched(kHello, 10, {0xC3})), unprintable);
}

TEST(NativeFrame, RefusesReportsThatCannotBe) {
    EXPECT_EQ(errorOf(patched(kReport, 8, {0x80})),
              "report's receive time is outside 1970 to 2116");
    EXPECT_EQ(errorOf(patched(kReport, 16, {0x40})), "report's send time is outside 1970 to 2116");
    EXPECT_EQ(errorOf(patched(kReport, 16, {0x00})),
              "report was sent before its poll was received");
    EXPECT_EQ(errorOf(patched(kReport, 24, {0x3F})),
              "report's correction leads outside 1970 to 2116");
    EXPECT_EQ(errorOf(patched(kReport, 24, {0x80, 0, 0, 0, 0, 0, 0, 0})),
              "report's correction leads outside 1970 to 2116");
    EXPECT_EQ(errorOf(patched(kReport, 3, {2})), "unasked report has a sequence number");
    EXPECT_EQ(errorOf(patched(kReport, 3, {2, 0, 0, 0, 0})),
              "unasked report has two different times");
    EXPECT_EQ(errorOf(patched(kUnasked, 32, {1})), "unasked report tells of an answer before it");
    EXPECT_EQ(errorOf(patched(kReport, 32, {0x80})),
              "report's previous send time is outside 1970 to 2116");
    EXPECT_EQ(errorOf(patched(kReport, 32, {0x19})),
              "previous report was sent after this one's poll was received");
}

TEST(NativeFrame, RefusesAdjustmentsThatCannotBe) {
    EXPECT_EQ(errorOf(patched(kAdjustment, 8, {0x40})),
              "adjustment's reference is outside 1970 to 2116");
    EXPECT_EQ(errorOf(patched(kAdjustment, 16, {0x80})),
              "adjustment's correction leads outside 1970 to 2116");
    EXPECT_EQ(errorOf(patched(kAdjustment, 24, {0x80})), "adjustment's frequency exceeds 10 %");
    EXPECT_EQ(errorOf(patched(kAdjustment, 32, {0x80})), "adjustment's bound is negative");
    EXPECT_EQ(errorOf(patched(kAdjustment, 32, {0x40})), "adjustment's bound exceeds 146 years");
    EXPECT_EQ(errorOf(patched(kAdjustment, 40, {0x7F})), "adjustment's bound growth exceeds 10 %");
    EXPECT_EQ(errorOf(patched(kAdjustment, 40, {0xFF, 0xFF, 0xFF})),
              "adjustment's bound growth is negative");
}

TEST(NativeFrame, RefusesWelcomesRedirectsAndAnnouncementsThatCannotBe) {
    EXPECT_EQ(errorOf(patched(kWelcome, 8, {0x80})), "welcome's interval is not positive");
    EXPECT_EQ(errorOf(patched(kWelcome, 8, {0x40})), "welcome's interval exceeds 146 years");
    EXPECT_EQ(errorOf(patched(kRedirect, 8, {' '})),
              "redirect's host holds a byte that is not printable ASCII");
    EXPECT_EQ(errorOf(patched(kRedirect, 56, {0, 0})), "redirect has only one of host and port");
    EXPECT_EQ(errorOf(patched(kNobody, 57, {1})), "redirect has only one of host and port");
    EXPECT_EQ(errorOf(patched(kActive, 6, {1})), "announcement's rank exceeds 255");
    EXPECT_EQ(errorOf(patched(kActive, 16, {0x80})),
              "announcement holds a time outside 0 to 146 years");
    EXPECT_EQ(errorOf(patched(kActive, 32, {0x40})),
              "announcement holds a time outside 0 to 146 years");
}

TEST(NativeFrame, RefusesDeviationsThatCannotBe) {
    const std::string wrong =
        "deviation is outside 0 to 146 years, or its rate's outside 0 to 10 %";
    EXPECT_EQ(errorOf(patched(kReport, 40, {0x80})), "report's " + wrong);
    EXPECT_EQ(errorOf(patched(kReport, 48, {0x7F})), "report's " + wrong);
    EXPECT_EQ(errorOf(patched(kAdjustment, 48, {0x40})), "adjustment's " + wrong);
    EXPECT_EQ(errorOf(patched(kAdjustment, 56, {0xFF})), "adjustment's " + wrong);
}

// 10 % is 100 000 000 000 000 units, 0x5AF3107A4000.
TEST(NativeFrame, FrequencyLimitIsExactToTheUnit) {
    EXPECT_EQ(errorOf(patched(kAdjustment, 24, {0, 0, 0x5A, 0xF3, 0x10, 0x7A, 0x40, 0x00})), "");
    EXPECT_EQ(errorOf(patched(kAdjustment, 24, {0, 0, 0x5A, 0xF3, 0x10, 0x7A, 0x40, 0x01})),
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
        with(kUnasked, &Report::deviation, Deviation{}),
        with(kReport, &Report::deviation, Deviation{Nanoseconds{-1}, 0}),
        with(kReport, &Report::deviation, Deviation{Nanoseconds{1}, nan}),
        with(kAdjustment, &Adjustment::deviation, Deviation{kTimeLimit, 0}),
        Welcome{},
        Redirect{std::string(49, 'a'), 8080},
        Redirect{"", 8080},
        Redirect{"a", 0},
        MasterAnnouncement{.announcement = {.from = 256}},
        with(kAdjustment, &Adjustment::reference, HostTime{kTimeLimit}),
        with(kAdjustment, &Adjustment::correction, Nanoseconds::min()),
        with(kAdjustment, &Adjustment::frequencyPpb, nan),
        with(kAdjustment, &Adjustment::frequencyPpb, -infinity),
        with(kAdjustment, &Adjustment::frequencyPpb, 1.000001e8),
        with(kAdjustment, &Adjustment::bound, Nanoseconds{-1}),
        with(kAdjustment, &Adjustment::bound, kTimeLimit),
        with(kAdjustment, &Adjustment::boundGrowthPpb, nan),
        with(kAdjustment, &Adjustment::boundGrowthPpb, -0.000001)};
    for (std::size_t i = 0; i < wrong.size(); ++i) {
        EXPECT_THROW(encode(wrong[i]), std::invalid_argument) << "message " << i;
    }
}

std::vector<std::byte> streamOf(const std::vector<Message>& messages) {
    std::vector<std::byte> stream;
    for (const Message& message : messages) {
        const Frame frame = encode(message);
        stream.insert(stream.end(), frame.begin(), frame.end());
    }
    return stream;
}

TEST(NativeDecoder, GivesEveryMessageOfOneFeed) {
    NativeDecoder decoder;
    EXPECT_EQ(decoder.feed(streamOf(kOneOfEach)), kOneOfEach);
    EXPECT_EQ(decoder.pending(), 0U);
}

TEST(NativeDecoder, GivesTheSameMessagesWhereverTheStreamIsCut) {
    const auto stream = streamOf(kOneOfEach);
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        NativeDecoder decoder;
        auto messages = decoder.feed(std::span(stream).first(cut));
        EXPECT_EQ(messages.size(), cut / kFrameSize);
        EXPECT_EQ(decoder.pending(), cut % kFrameSize);
        for (const Message& message : decoder.feed(std::span(stream).subspan(cut))) {
            messages.push_back(message);
        }
        EXPECT_EQ(messages, kOneOfEach) << "cut at " << cut;
    }
}

TEST(NativeDecoder, GivesTheSameMessagesByteByByte) {
    NativeDecoder decoder;
    std::vector<Message> messages;
    for (const std::byte byte : streamOf(kOneOfEach)) {
        for (const Message& message : decoder.feed(std::span(&byte, 1))) {
            messages.push_back(message);
        }
    }
    EXPECT_EQ(messages, kOneOfEach);
}

TEST(NativeDecoder, KnowsWhenItWasFedOneFrameAndNothingElse) {
    const auto stream = streamOf({kPoll, kReport});
    const std::span bytes{stream};
    NativeDecoder decoder;
    EXPECT_FALSE(decoder.fedOneFrame());
    decoder.feed(bytes.first(kFrameSize));
    EXPECT_TRUE(decoder.fedOneFrame());
    decoder.feed(bytes);
    EXPECT_FALSE(decoder.fedOneFrame()) << "two frames";
    decoder.feed(bytes.first(10));
    EXPECT_FALSE(decoder.fedOneFrame()) << "the beginning of one";
    decoder.feed(bytes.subspan(10, kFrameSize));
    EXPECT_FALSE(decoder.fedOneFrame()) << "parts of two";
    decoder.feed(bytes.subspan(10 + kFrameSize));
    EXPECT_FALSE(decoder.fedOneFrame()) << "the end of one";
    decoder.feed(bytes.first(kFrameSize));
    EXPECT_TRUE(decoder.fedOneFrame());
}

TEST(NativeDecoder, TakesAnEmptyFeed) {
    NativeDecoder decoder;
    EXPECT_TRUE(decoder.feed({}).empty());
    EXPECT_EQ(decoder.pending(), 0U);
}

TEST(NativeDecoder, RefusesAStrangerBeforeAFrameIsComplete) {
    EXPECT_EQ(feedError("G"), "first byte 0x47 is not a native frame (HTTP?)");
    EXPECT_EQ(feedError("\xBE\x07"), "peer speaks protocol version 7, this is version 1");
    EXPECT_EQ(feedError(std::string_view{"\xBE\x01\x00", 3}), "frame type 0 is none");
    EXPECT_EQ(feedError("\xBE\x01\x03"), "");
}

TEST(NativeDecoder, RefusesAStrangerBehindAGoodFrame) {
    auto stream = streamOf({kPoll});
    stream.push_back(std::byte{0});
    NativeDecoder decoder;
    EXPECT_THROW(decoder.feed(stream), WireError);
}

TEST(NativeDecoder, SurvivesBeingFedAfterAnError) {
    NativeDecoder decoder;
    const std::vector<std::byte> noise(200, std::byte{0x55});
    for (int i = 0; i < 3; ++i) {
        EXPECT_THROW(decoder.feed(noise), WireError);
    }
    EXPECT_LE(decoder.pending(), kFrameSize);
}

}  // namespace
}  // namespace berkeley
