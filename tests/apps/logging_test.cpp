#include "common/logging.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

namespace berkeley::apps {
namespace {

/// What a logger writes to stderr for one message.
std::string logged(LogFormat format, const std::string& message,
                   spdlog::level::level_enum level = spdlog::level::warn) {
    testing::internal::CaptureStderr();
    makeLogger(spdlog::level::info, format)->log(level, message);
    return testing::internal::GetCapturedStderr();
}

TEST(TextLog, isTimeLevelAndMessageWithoutColourInAFile) {
    const std::regex line{
        "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3} warning late: alpha\n"};
    const std::string text = logged(LogFormat::text, "late: alpha");
    EXPECT_TRUE(std::regex_match(text, line)) << text;
}

TEST(JsonLog, isOneObjectALine) {
    const std::string text = logged(LogFormat::json, "late: alpha", spdlog::level::err);
    ASSERT_EQ(text.find('\n'), text.size() - 1);
    const auto object = nlohmann::json::parse(text);
    EXPECT_EQ(object.size(), 3U);
    EXPECT_EQ(object.at("level"), "error");
    EXPECT_EQ(object.at("message"), "late: alpha");
    EXPECT_TRUE(std::regex_match(
        object.at("time").get<std::string>(),
        std::regex{"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z"}))
        << text;
}

TEST(JsonLog, showsUtcWhateverTheTimeZone) {
    setenv("TZ", "XXX-14", 1);
    tzset();
    const auto before = std::chrono::system_clock::now();
    const std::string text = logged(LogFormat::json, "now");
    unsetenv("TZ");
    tzset();

    std::tm shown{};
    const auto time = nlohmann::json::parse(text).at("time").get<std::string>();
    ASSERT_NE(strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &shown), nullptr) << time;
    const auto difference = std::chrono::system_clock::from_time_t(timegm(&shown)) - before;
    EXPECT_LT(std::chrono::abs(difference), std::chrono::minutes{1});
}

TEST(JsonLog, escapesWhateverStandsInAMessage) {
    const std::string message = "a \"quoted\" \\ and\nanother line\t\x01";
    const std::string text = logged(LogFormat::json, message);
    EXPECT_EQ(text.find('\n'), text.size() - 1);
    EXPECT_EQ(nlohmann::json::parse(text).at("message"), message);
}

TEST(JsonLog, replacesWhatIsNotUtf8) {
    const std::string text = logged(LogFormat::json, "peer sent \xFF\xC3");
    EXPECT_EQ(nlohmann::json::parse(text).at("message"), "peer sent \uFFFD\uFFFD");
}

/// What a logger writes to stderr when that leads to the journal.
std::string journaled(LogFormat format, spdlog::level::level_enum level) {
    testing::internal::CaptureStderr();
    struct stat file {};
    fstat(STDERR_FILENO, &file);
    const std::string stream = std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino);
    setenv("JOURNAL_STREAM", stream.c_str(), 1);
    makeLogger(spdlog::level::trace, format)->log(level, "late: alpha");
    std::cerr << errorPrefix();
    unsetenv("JOURNAL_STREAM");
    return testing::internal::GetCapturedStderr();
}

TEST(JournalLog, isPriorityAndMessage) {
    EXPECT_EQ(journaled(LogFormat::text, spdlog::level::debug), "<7>late: alpha\n<3>");
    EXPECT_EQ(journaled(LogFormat::text, spdlog::level::info), "<6>late: alpha\n<3>");
    EXPECT_EQ(journaled(LogFormat::text, spdlog::level::warn), "<4>late: alpha\n<3>");
    EXPECT_EQ(journaled(LogFormat::text, spdlog::level::err), "<3>late: alpha\n<3>");
}

TEST(JournalLog, hasThePriorityOfJsonToo) {
    const std::string text = journaled(LogFormat::json, spdlog::level::warn);
    EXPECT_TRUE(text.starts_with("<4>{\"time\":")) << text;
}

TEST(JournalLog, isOnlyWhereTheJournalReads) {
    setenv("JOURNAL_STREAM", "1:2", 1);
    EXPECT_NE(logged(LogFormat::text, "late: alpha")[0], '<');
    EXPECT_EQ(errorPrefix(), "");
    unsetenv("JOURNAL_STREAM");
}

TEST(Log, dropsWhatIsBelowItsLevel) {
    EXPECT_EQ(logged(LogFormat::text, "detail", spdlog::level::debug), "");
    EXPECT_EQ(logged(LogFormat::json, "detail", spdlog::level::debug), "");
}

TEST(WantsColour, onATerminalUnlessTheUserOptsOut) {
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    ASSERT_GE(terminal, 0);
    unsetenv("NO_COLOR");
    EXPECT_TRUE(wantsColour(terminal));
    setenv("NO_COLOR", "", 1);
    EXPECT_TRUE(wantsColour(terminal));
    setenv("NO_COLOR", "1", 1);
    EXPECT_FALSE(wantsColour(terminal));
    unsetenv("NO_COLOR");
    close(terminal);
}

TEST(WantsColour, notInAPipe) {
    int ends[2] = {-1, -1};
    ASSERT_EQ(pipe(ends), 0);
    EXPECT_FALSE(wantsColour(ends[1]));
    close(ends[0]);
    close(ends[1]);
}

}  // namespace
}  // namespace berkeley::apps
