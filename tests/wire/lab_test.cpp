#include "wire/lab.h"

#include <gtest/gtest.h>

#include <cctype>
#include <random>
#include <string>
#include <string_view>

#include "support/errors.h"
#include "wire/messages.h"

namespace berkeley::wire {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const date::time_zone& utc() { return *date::locate_zone("Etc/UTC"); }
const date::time_zone& berlin() { return *date::locate_zone("Europe/Berlin"); }

HostTime at(date::sys_days day, Nanoseconds timeOfDay) {
    return HostTime{day.time_since_epoch() + timeOfDay};
}

std::string textError(std::string_view text) {
    return errorOf<WireError>([&] { return fromLabText(text, utc()); });
}

std::vector<HostTime> feed(LabDecoder& decoder, std::string_view text) {
    return decoder.feed(std::as_bytes(std::span(text)));
}

std::string feedError(std::string_view text) {
    LabDecoder decoder{utc()};
    return errorOf<WireError>([&] { return feed(decoder, text); });
}

constexpr std::string_view kLong = "2026-11-24 15:00:00.123456";
constexpr std::string_view kShort = "2026-11-24 15:00:00";
const HostTime kShortTime{date::sys_days{date::year{2026} / 11 / 24}.time_since_epoch() +
                          hours{15}};
const HostTime kLongTime = kShortTime + microseconds{123456};

TEST(LabText, ReadsBothForms) {
    EXPECT_EQ(fromLabText(kLong, utc()), kLongTime);
    EXPECT_EQ(fromLabText(kShort, utc()), kShortTime);
}

TEST(LabText, IsLocalTime) {
    EXPECT_EQ(fromLabText("2026-11-24 15:00:00", berlin()), kShortTime - hours{1});
    EXPECT_EQ(fromLabText("2026-07-24 15:00:00", berlin()),
              at(date::year{2026} / 7 / 24, hours{13}));
    EXPECT_EQ(toLabText(kLongTime.time_since_epoch(), berlin()), "2026-11-24 16:00:00.123456");
}

TEST(LabText, IsWrittenWithSixDigitsAlways) {
    EXPECT_EQ(toLabText(kShortTime.time_since_epoch(), utc()), "2026-11-24 15:00:00.000000");
    EXPECT_EQ(toLabText(Nanoseconds::zero(), utc()), "1970-01-01 00:00:00.000000");
}

TEST(LabText, IsTruncatedToMicroseconds) {
    EXPECT_EQ(toLabText((kLongTime + Nanoseconds{999}).time_since_epoch(), utc()), kLong);
}

TEST(LabText, RandomTimesSurviveTheRoundTrip) {
    std::mt19937_64 random{20261124};
    std::uniform_int_distribution<std::int64_t> anyMicrosecond{
        0, date::floor<microseconds>(kTimeLimit).count()};
    for (int i = 0; i < 20'000; ++i) {
        const HostTime time{microseconds{anyMicrosecond(random)}};
        ASSERT_EQ(fromLabText(toLabText(time.time_since_epoch(), utc()), utc()), time);
    }
}

TEST(LabText, LeapDayIsADayInLeapYearsOnly) {
    EXPECT_EQ(fromLabText("2028-02-29 00:00:00", utc()), at(date::year{2028} / 2 / 29, hours{0}));
    EXPECT_NE(textError("2026-02-29 00:00:00"), "");
    EXPECT_NE(textError("2100-02-29 00:00:00"), "");
}

TEST(LabText, TimeThatHappensTwiceIsTheFirst) {
    EXPECT_EQ(fromLabText("2026-10-25 02:30:00.500000", berlin()),
              at(date::year{2026} / 10 / 25, minutes{30} + std::chrono::milliseconds{500}));
    EXPECT_EQ(fromLabText("2026-10-25 03:00:00", berlin()),
              at(date::year{2026} / 10 / 25, hours{2}));
}

TEST(LabText, TimeThatNeverHappensIsTheMomentOfTheChange) {
    const HostTime change = at(date::year{2026} / 3 / 29, hours{1});
    EXPECT_EQ(fromLabText("2026-03-29 02:00:00", berlin()), change);
    EXPECT_EQ(fromLabText("2026-03-29 02:59:59.999999", berlin()), change);
    EXPECT_EQ(fromLabText("2026-03-29 03:00:00", berlin()), change);
    EXPECT_EQ(fromLabText("2026-03-29 01:59:59", berlin()), change - seconds{1});
}

TEST(LabText, RefusesDatesThatDoNotExist) {
    EXPECT_EQ(textError("2026-13-45 00:00:00"),
              "\"2026-13-45 00:00:00\" names a day that does not exist");
    for (const auto* day : {"2026-00-01", "2026-01-00", "2026-04-31", "2026-01-32"}) {
        EXPECT_NE(textError(std::string(day) + " 00:00:00"), "") << day;
    }
}

TEST(LabText, RefusesTimesOfDayThatDoNotExist) {
    EXPECT_EQ(textError("2026-11-24 24:00:00"),
              "\"2026-11-24 24:00:00\" names a time of day that does not exist");
    EXPECT_NE(textError("2026-11-24 23:60:00"), "");
    EXPECT_NE(textError("2026-11-24 23:59:60"), "");
    EXPECT_EQ(textError("2026-11-24 23:59:59.999999"), "");
}

TEST(LabText, RefusesTimesThatAreNotBelievable) {
    EXPECT_EQ(textError("1969-12-31 23:59:59.999999"),
              "\"1969-12-31 23:59:59.999999\" is outside 1970 to 2116");
    EXPECT_EQ(textError("9999-12-31 23:59:59.999999"),
              "\"9999-12-31 23:59:59.999999\" is outside 1970 to 2116");
    EXPECT_NE(textError("0000-01-01 00:00:00"), "");
    EXPECT_THROW(fromLabText("1970-01-01 00:59:59", berlin()), WireError);
    EXPECT_EQ(fromLabText("1970-01-01 01:00:00", berlin()), HostTime{});
}

TEST(LabText, LastBelievableMicrosecondIsRead) {
    EXPECT_EQ(fromLabText("2116-02-20 23:53:38.427387", utc()),
              HostTime{date::floor<microseconds>(kTimeLimit)});
    EXPECT_NE(textError("2116-02-20 23:53:38.427388"), "");
}

TEST(LabText, RefusesEveryOtherShape) {
    for (const auto* text :
         {"", "2026-11-24", "2026-11-24 15:00:00.", "2026-11-24 15:00:00.1",
          "2026-11-24 15:00:00.1234567", "2026-11-24T15:00:00", "2026-11-24 15:00:0",
          " 2026-11-24 15:00:00", "2026-11-24 15:00:00 ", "2026-1-024 15:00:00",
          "2026-11-24 +5:00:00", "-026-11-24 15:00:00", "2026-11-24 15:00:00,123456"}) {
        EXPECT_NE(textError(text), "") << text;
    }
}

TEST(LabText, ErrorEscapesAndShortensWhatItQuotes) {
    EXPECT_EQ(textError("\"\\\r\n\xFF"),
              R"("\"\\\x0d\x0a\xff" is not of the form YYYY-MM-DD HH:MM:SS[.ffffff])");
    EXPECT_LT(textError(std::string(100'000, '\0')).size(), 100U);
}

TEST(LabDecoder, GivesALongReportAtItsLastCharacter) {
    LabDecoder decoder{utc()};
    EXPECT_TRUE(feed(decoder, kLong.substr(0, 25)).empty());
    EXPECT_EQ(feed(decoder, kLong.substr(25)), std::vector{kLongTime});
    EXPECT_EQ(decoder.pending(), 0U);
}

TEST(LabDecoder, KeepsAShortReportUntilItIsFinished) {
    LabDecoder decoder{utc()};
    EXPECT_TRUE(feed(decoder, kShort).empty());
    EXPECT_TRUE(decoder.ambiguous());
    EXPECT_EQ(decoder.pending(), kShort.size());
    EXPECT_EQ(decoder.finish(), kShortTime);
    EXPECT_FALSE(decoder.ambiguous());
    EXPECT_EQ(decoder.pending(), 0U);
}

TEST(LabDecoder, EndsAShortReportWhereTheNextBegins) {
    LabDecoder decoder{utc()};
    EXPECT_TRUE(feed(decoder, kShort).empty());
    EXPECT_EQ(feed(decoder, kLong), (std::vector{kShortTime, kLongTime}));
}

TEST(LabDecoder, IsNotAmbiguousInsideTheMicroseconds) {
    LabDecoder decoder{utc()};
    feed(decoder, "2026-11-24 15:00:00.");
    EXPECT_FALSE(decoder.ambiguous());
}

TEST(LabDecoder, CountsReportsCutAtEveryPosition) {
    const std::string stream =
        std::string(kLong) + std::string(kShort) + std::string(kShort) + std::string(kLong);
    const std::vector expected{kLongTime, kShortTime, kShortTime, kLongTime};
    for (std::size_t first = 0; first <= stream.size(); ++first) {
        for (std::size_t second = first; second <= stream.size(); ++second) {
            LabDecoder decoder{utc()};
            std::vector<HostTime> times;
            for (const auto& part : {stream.substr(0, first), stream.substr(first, second - first),
                                     stream.substr(second)}) {
                for (const HostTime time : feed(decoder, part)) {
                    times.push_back(time);
                }
            }
            ASSERT_EQ(times, expected) << "cut at " << first << " and " << second;
        }
    }
}

TEST(LabDecoder, CountsReportsOfARandomStream) {
    std::mt19937_64 random{8080};
    LabDecoder decoder{berlin()};
    std::string stream;
    std::size_t sent = 0;
    std::size_t received = 0;
    for (; sent < 5'000; ++sent) {
        stream += random() % 4 == 0 ? kShort : kLong;
        while (stream.size() > 80) {
            const std::size_t size = 1 + random() % 80;
            received += feed(decoder, stream.substr(0, size)).size();
            ASSERT_LE(decoder.pending(), 26U);
            stream.erase(0, size);
        }
    }
    received += feed(decoder, stream).size() + (decoder.ambiguous() ? 1 : 0);
    EXPECT_EQ(received, sent);
}

TEST(LabDecoder, RefusesAStrangerAtHisFirstCharacter) {
    EXPECT_EQ(feedError("G"), "\"G\" is not of the form YYYY-MM-DD HH:MM:SS[.ffffff]");
    EXPECT_EQ(feedError("GET / HTTP/1.1\r\n"),
              R"("GET / HTTP/1.1\x0d\x0a" is not of the form YYYY-MM-DD HH:MM:SS[.ffffff])");
    EXPECT_NE(feedError("2026/"), "");
    EXPECT_NE(feedError("2026-11-24T"), "");
}

TEST(LabDecoder, RefusesEveryByteThatDoesNotFit) {
    for (std::size_t at = 0; at < kLong.size(); ++at) {
        for (int value = 0; value < 256; ++value) {
            std::string text{kLong};
            text[at] = static_cast<char>(value);
            const bool fits =
                std::isdigit(kLong[at]) != 0 ? std::isdigit(value) != 0 : text[at] == kLong[at];
            // A day or a time of day that does not exist fits, but is refused too.
            EXPECT_TRUE(fits || !feedError(text).empty()) << at << ": " << value;
        }
    }
}

TEST(LabDecoder, RefusesWhatIsNeitherPointNorDigitBehindAShortReport) {
    EXPECT_EQ(feedError("2026-11-24 15:00:00\n"),
              R"("2026-11-24 15:00:00\x0a" is not of the form YYYY-MM-DD HH:MM:SS[.ffffff])");
}

TEST(LabDecoder, RefusesADateThatDoesNotExistAsSoonAsItIsComplete) {
    EXPECT_NE(feedError("2026-13-45 00:00:00.000000"), "");
    EXPECT_NE(feedError("2026-13-45 00:00:002"), "");
}

TEST(LabDecoder, StaysBoundedWhenFedAfterAnError) {
    LabDecoder decoder{utc()};
    for (int i = 0; i < 3; ++i) {
        EXPECT_THROW(feed(decoder, "2026-13-45 00:00:00.000000"), WireError);
        EXPECT_THROW(feed(decoder, std::string(1'000, 'x')), WireError);
        EXPECT_LE(decoder.pending(), 26U);
    }
}

}  // namespace
}  // namespace berkeley::wire
