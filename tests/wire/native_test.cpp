#include "wire/native.h"

#include <gtest/gtest.h>

#include <random>
#include <sstream>
#include <string>

#include "wire/samples.h"

namespace berkeley::wire {
namespace {

/// The rest is zero.
Frame fromHex(const std::string& text) {
    std::istringstream bytes{text};
    Frame frame{};
    unsigned byte = 0;
    for (std::size_t i = 0; bytes >> std::hex >> byte; ++i) {
        frame.at(i) = static_cast<std::byte>(byte);
    }
    return frame;
}

class RandomMessages {
  public:
    Message next() {
        switch (between(0, 8)) {
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
            case 7:
                return announcement();
            default:
                return sync::Membership{random_() | 1, sequence()};
        }
    }

  private:
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>{low, high}(random_);
    }
    std::uint32_t upTo(std::uint32_t high) { return static_cast<std::uint32_t>(between(0, high)); }
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
    sync::Deviation deviation() {
        return {.sigma = sinceEpoch(), .driftDeviationPpb = frequency(0)};
    }
    Message announcement() {
        return MasterAnnouncement{.announcement = {.from = static_cast<sync::Rank>(between(0, 255)),
                                                   .active = between(0, 1) == 1,
                                                   .wait = sinceEpoch(),
                                                   .sent = sinceEpoch(),
                                                   .answers = sinceEpoch(),
                                                   .group = random_(),
                                                   .claim = {.members = upTo(sync::kMostMembers),
                                                             .term = upTo(sync::kMostTerms)},
                                                   .counted = sinceEpoch()},
                                  .masters = random_()};
    }
    Message adjustment() {
        const HostTime reference{sinceEpoch()};
        return sync::Adjustment{.cycle = sequence(),
                                .reference = reference,
                                .correction = sinceEpoch() - reference.time_since_epoch(),
                                .frequencyPpb = frequency(-100'000'000'000'000),
                                .bound = sinceEpoch(),
                                .boundGrowthPpb = frequency(0),
                                .deviation = deviation()};
    }

    std::mt19937_64 random_{20261124};
};

TEST(NativeFrame, LayoutOfEveryMessageIsFixed) {
    const std::vector<std::pair<Message, const char*>> layouts{
        {kHello,
         "be 01 01 00 00 00 00 00 72 61 63 6b 2d 37 2e 6c "
         "65 66 74 00 00 00 00 00 00 00 00 00 00 00 00 00 "
         "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
         "00 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 "},
        {kPoll, "be 01 02 00 01 02 03 04 00 00 00 00 00 00 00 00 "},
        {kReport,
         "be 01 03 03 01 02 03 04 18 eb 06 7a 9c c8 cd 15 "
         "18 eb 06 7a 9c c9 6d 3d ff ff ff ff ff e9 1c a0 "
         "18 eb 06 7a 9c c8 b1 bd 00 00 00 00 00 00 04 d2 "
         "00 00 00 00 00 a0 37 a0 00 00 00 00 00 00 00 00 "},
        {kAdjustment,
         "be 01 04 00 00 00 00 2a 18 eb 06 7b c6 ce bf 15 "
         "ff ff ff ff ff e9 1c a0 ff ff ff fd 20 23 e3 cb "
         "00 00 00 00 00 03 d0 90 00 00 00 09 50 2f 90 00 "
         "00 00 00 00 00 00 04 d2 00 00 00 00 00 a0 37 a0 "},
        {kWelcome, "be 01 05 00 00 00 00 00 00 00 00 01 2a 05 f2 00 01 "},
        {kRedirect,
         "be 01 06 00 00 00 00 00 6d 61 73 74 65 72 2d 32 "
         "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
         "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
         "00 00 00 00 00 00 00 00 1f 90 00 00 00 00 00 00 "},
        {kActive,
         "be 01 07 07 00 00 00 01 01 02 03 04 05 06 07 08 "
         "00 00 00 00 00 00 00 00 00 00 00 02 18 71 1a 00 "
         "00 00 00 01 dc d6 50 00 11 12 13 14 15 16 17 18 "
         "00 00 00 05 00 00 00 06 00 00 00 01 a1 3b 86 00 "},
        {kMembership, "be 01 08 00 00 00 00 05 11 12 13 14 15 16 17 18 "}};
    for (const auto& [message, layout] : layouts) {
        EXPECT_EQ(encode(message), fromHex(layout)) << layout;
    }
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
    RandomMessages messages;
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
        MasterAnnouncement{.announcement = {.claim = {sync::kMostMembers, sync::kMostTerms}}},
        sync::Membership{1, 0},
        sync::Membership{0xFFFFFFFFFFFFFFFF, 0xFFFFFFFF},
        with(kAdjustment, &sync::Adjustment::frequencyPpb, -1e8),
        with(kAdjustment, &sync::Adjustment::frequencyPpb, 1e8),
        with(kAdjustment, &sync::Adjustment::bound, kTimeLimit - Nanoseconds{1}),
        with(kAdjustment, &sync::Adjustment::boundGrowthPpb, 1e8)};
    for (const Message& message : extremes) {
        EXPECT_EQ(decode(encode(message)), message);
    }
}

TEST(NativeFrame, FrequencyIsRoundedToTheMillionthOfAPpb) {
    sync::Adjustment adjustment = kAdjustment;
    adjustment.frequencyPpb = -0.0000016;
    EXPECT_EQ(std::get<sync::Adjustment>(decode(encode(adjustment))).frequencyPpb, -0.000002);
}

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
    std::mt19937_64 random{8080};
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

}  // namespace
}  // namespace berkeley::wire
