#include "common/options.h"

#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "apps/parsed.h"

namespace berkeley::apps {
namespace {

using namespace std::chrono_literals;

TEST(MasterOptions, haveTheDefaultsOfTheHelp) {
    const MasterOptions options = master({});
    EXPECT_EQ(options.listen.host, "127.0.0.1");
    EXPECT_EQ(options.listen.port, 8080);
    EXPECT_FALSE(options.insecure);
    EXPECT_TRUE(options.keyFile.empty());
    EXPECT_EQ(options.interval, 5s);
    EXPECT_EQ(options.maxSlewPpb, 500'000.0);
    EXPECT_EQ(options.step, 1s);
    EXPECT_EQ(options.driftLimit.ppb, 500'000.0);
    EXPECT_EQ(options.minSlaves, 1U);
    EXPECT_EQ(options.cycles, 0U);
    EXPECT_EQ(options.average.method, sync::Averaging::robust);
    EXPECT_EQ(options.average.sanityLimit, 1h);
    EXPECT_EQ(options.simulateOffset, 0s);
    EXPECT_EQ(options.simulateDriftPpb, 0.0);
    EXPECT_TRUE(options.publish.empty());
    EXPECT_EQ(options.maxBound, 100ms);
    EXPECT_EQ(options.logLevel, spdlog::level::info);
    EXPECT_EQ(options.logFormat, LogFormat::text);
}

TEST(MasterOptions, takeEveryOption) {
    const MasterOptions options = master({"--listen",
                                          "::1",
                                          "--port",
                                          "9000",
                                          "--interval",
                                          "200ms",
                                          "--max-slew",
                                          "100ppm",
                                          "--min-slaves",
                                          "3",
                                          "--cycles",
                                          "7",
                                          "--average",
                                          "trimmed",
                                          "--sanity-limit",
                                          "10min",
                                          "--simulate-offset",
                                          "25min",
                                          "--simulate-drift",
                                          "40ppm",
                                          "--publish",
                                          "/run/clock",
                                          "--log-level",
                                          "error",
                                          "--log-format",
                                          "json",
                                          "--key-file",
                                          "/etc/keys",
                                          "--max-bound",
                                          "100us",
                                          "--found-after",
                                          "2s",
                                          "--step",
                                          "30s",
                                          "--max-drift",
                                          "2000ppm"});
    EXPECT_EQ(options.foundAfter, 2s);
    EXPECT_EQ(options.step, 30s);
    EXPECT_EQ(options.listen.host, "::1");
    EXPECT_EQ(options.keyFile, "/etc/keys");
    EXPECT_EQ(options.listen.port, 9000);
    EXPECT_EQ(options.interval, 200ms);
    EXPECT_EQ(options.maxSlewPpb, 100'000.0);
    EXPECT_EQ(options.driftLimit.ppb, 2e6);
    EXPECT_EQ(options.minSlaves, 3U);
    EXPECT_EQ(options.cycles, 7U);
    EXPECT_EQ(options.average.method, sync::Averaging::trimmed);
    EXPECT_EQ(options.average.sanityLimit, 10min);
    EXPECT_EQ(options.simulateOffset, 25min);
    EXPECT_EQ(options.simulateDriftPpb, 40'000.0);
    EXPECT_EQ(options.publish, "/run/clock");
    EXPECT_EQ(options.maxBound, 100us);
    EXPECT_EQ(options.logLevel, spdlog::level::err);
    EXPECT_EQ(options.logFormat, LogFormat::json);
}

TEST(MasterOptions, takeEveryLimit) {
    const MasterOptions options =
        master({"--max-slaves", "1", "--max-connects", "2", "--max-pending", "3",
                "--max-pending-per-address", "4", "--patience", "1500ms", "--max-unread", "4KiB"});
    EXPECT_EQ(options.admission.slaves, 1U);
    EXPECT_EQ(options.admission.connectsPerSecond, 2U);
    EXPECT_EQ(options.admission.pending, 3U);
    EXPECT_EQ(options.admission.pendingPerAddress, 4U);
    EXPECT_EQ(options.patience, 1500ms);
    EXPECT_EQ(options.maxUnread, 4'096U);
}

TEST(MasterOptions, sayWhatOthersMaySee) {
    const MasterOptions options =
        master({"--http", "[::1]:0", "--max-bound", "50us", "--metrics-slaves", "7"});
    EXPECT_EQ(options.http, (net::Endpoint{"::1", 0}));
    EXPECT_EQ(options.maxBound, 50us);
    EXPECT_EQ(options.metricsSlaves, 7U);
    EXPECT_TRUE(master({"--watch"}).watch);
    EXPECT_FALSE(options.watch);
    EXPECT_FALSE(master({}).http);
    EXPECT_EQ(master({}).maxBound, 100ms);
    EXPECT_EQ(master({}).metricsSlaves, 100U);
}

TEST(SlaveOptions, sayWhatOthersMaySee) {
    const SlaveOptions options = slave({"--http", "127.0.0.1:9090", "--max-bound", "50us"});
    EXPECT_EQ(options.http, (net::Endpoint{"127.0.0.1", 9090}));
    EXPECT_EQ(options.maxBound, 50us);
}

TEST(SlaveOptions, haveTheDefaultsOfTheHelp) {
    const SlaveOptions options = slave({});
    EXPECT_EQ(options.masters.front().host, "127.0.0.1");
    EXPECT_EQ(options.masters.front().port, 8080);
    EXPECT_EQ(options.interval, 5s);
    EXPECT_FALSE(options.lab);
    EXPECT_EQ(options.name, defaultName());
}

TEST(SlaveOptions, takeTheirOwnOptions) {
    const SlaveOptions options =
        slave({"--name", "clock-7", "--lab", "--master", "rack:9000", "--key-file", "/etc/keys"});
    EXPECT_EQ(options.keyFile, "/etc/keys");
    EXPECT_EQ(options.name, "clock-7");
    EXPECT_TRUE(options.lab);
    EXPECT_EQ(options.masters.front().host, "rack");
    EXPECT_EQ(options.masters.front().port, 9000);
}

TEST(SlaveOptions, haveADefaultNameThatCanBeSent) {
    EXPECT_EQ(readName(defaultName()), defaultName());
}

TEST(SlaveOptions, readEveryFormOfTheMastersAddress) {
    const std::vector<std::tuple<std::string, std::string, int>> cases{
        {"rack", "rack", 8080},
        {"rack:9000", "rack", 9000},
        {"10.0.0.1:1", "10.0.0.1", 1},
        {"[::1]:65535", "::1", 65535},
        {"[::1]", "::1", 8080},
        {"::1", "::1", 8080},
        {"fe80::1%eth0", "fe80::1%eth0", 8080}};
    for (const auto& [text, host, port] : cases) {
        const net::Endpoint endpoint = slave({"--master", text}).masters.front();
        EXPECT_EQ(endpoint.host, host) << text;
        EXPECT_EQ(endpoint.port, port) << text;
    }
}

TEST(Options, takeNegativeValuesAsWordAndWithEqualsSign) {
    EXPECT_EQ(slave({"--simulate-offset", "-10min"}).simulateOffset, -10min);
    EXPECT_EQ(slave({"--simulate-offset=-10min"}).simulateOffset, -10min);
    EXPECT_EQ(slave({"--simulate-drift", "-40ppm"}).simulateDriftPpb, -40'000.0);
    EXPECT_EQ(slave({"--simulate-drift=-40ppm"}).simulateDriftPpb, -40'000.0);
}

// --- the configuration file ---

TEST(SlaveOptions, takeWhomTheyFeed) {
    const SlaveOptions options = slave({"--chrony-sock", "/run/berkeley.sock", "--ntp-shm", "2"});
    EXPECT_EQ(options.chronySock, "/run/berkeley.sock");
    EXPECT_EQ(options.ntpShm, 2U);
    EXPECT_FALSE(slave({}).ntpShm);
    EXPECT_EQ(slaveError({"--ntp-shm", "256"}),
              "--ntp-shm: \"256\" is not a unit: give a whole number from 0 to 255");
    for (const std::string feed : {"--chrony-sock", "--ntp-shm"}) {
        EXPECT_NE(slaveError({"--clock", "system", feed, "2"}).find("leave out one"),
                  std::string::npos)
            << "two would steer the system clock";
    }
}

/// With every run of white space as one space, so that line breaks do not matter.
std::string helpOf(const std::string& text) {
    return std::regex_replace(text, std::regex{"\\s+"}, " ");
}

std::string masterHelp() {
    return helpOf(std::get<std::string>(parsed(parseMasterOptions, {"--help"})));
}

std::string slaveHelp() {
    return helpOf(std::get<std::string>(parsed(parseSlaveOptions, {"--help"})));
}

/// Options as the help shows them, with their defaults.
using Defaults = std::vector<std::pair<std::string, std::string>>;

const Defaults kOfBoth{
    {"--interval DURATION", "5s"},
    {"--key-file FILE", "none"},
    {"--max-slew FREQUENCY", "500ppm"},
    {"--step DURATION", "1s"},
    {"--max-drift FREQUENCY", "500ppm"},
    {"--publish FILE",
     "master.page or slave.page in /run/berkeley for root, else in $XDG_RUNTIME_DIR/berkeley; "
     "none for a simulated clock"},
    {"--simulate-offset DURATION", "0s"},
    {"--simulate-drift FREQUENCY", "0ppm"},
    {"--http ADDR:PORT", "none"},
    {"--max-bound DURATION", "100ms"},
    {"--log-level LEVEL", "info"},
    {"--log-format FORMAT", "text"},
    {"--config FILE", "none"}};
const Defaults kOfMaster{{"--listen ADDR", "127.0.0.1"},
                         {"--port PORT", "8080"},
                         {"--insecure", "off"},
                         {"--min-slaves N", "1"},
                         {"--found-after DURATION", "5s"},
                         {"--cycles N", "0"},
                         {"--average METHOD", "robust"},
                         {"--sanity-limit DURATION", "1h"},
                         {"--max-slaves N", "10000"},
                         {"--max-connects N", "100"},
                         {"--max-pending N", "1000"},
                         {"--max-pending-per-address N", "250"},
                         {"--patience DURATION", "5s"},
                         {"--max-unread SIZE", "16KiB"},
                         {"--metrics-slaves N", "100"}};
const Defaults kOfSlave{{"--master HOST[:PORT]", "127.0.0.1:8080"},
                        {"--name NAME", "host name and process id"},
                        {"--chrony-sock PATH", "none"},
                        {"--ntp-shm UNIT", "none"},
                        {"--lab", "off"}};

void expectShown(const std::string& help, const Defaults& defaults) {
    for (const auto& [option, value] : defaults) {
        // From the option's own line up to the next option or group.
        const std::size_t begin = help.find(" " + option + " ");
        ASSERT_NE(begin, std::string::npos) << option;
        const std::size_t end = help.find(" --", begin + 3);
        const std::string line = help.substr(begin, end - begin);
        EXPECT_NE(line.find("(default: " + value + ")"), std::string::npos) << line;
    }
}

TEST(Help, showsEveryOptionWithItsDefault) {
    for (const auto& [help, own] : {std::pair{masterHelp(), kOfMaster}, {slaveHelp(), kOfSlave}}) {
        expectShown(help, kOfBoth);
        expectShown(help, own);
    }
}

TEST(Help, isGroupedAndEndsWithAnExampleThatWorks) {
    const std::string text = std::get<std::string>(parsed(parseMasterOptions, {"--help"}));
    std::size_t position = 0;
    for (const std::string caption : {"General", "Network", "Time", "Simulation", "Logging"}) {
        position = text.find("\n" + caption + ":\n", position);
        ASSERT_NE(position, std::string::npos) << caption;
    }
    EXPECT_TRUE(text.ends_with("  berkeley-master --min-slaves 2 --interval 1s --cycles 3\n"));
    EXPECT_EQ(master({"--min-slaves", "2", "--interval", "1s", "--cycles", "3"}).cycles, 3U);

    EXPECT_TRUE(slaveHelp().ends_with(
        " berkeley-slave --master clocks.example:8080 --simulate-offset 25min "));
    EXPECT_EQ(
        slave({"--master", "clocks.example:8080", "--simulate-offset", "25min"}).simulateOffset,
        25min);
}

TEST(Version, isShownWithTheProgramsName) {
    const auto text = std::get<std::string>(parsed(parseSlaveOptions, {"--version"}));
    EXPECT_TRUE(std::regex_match(text, std::regex{"berkeley-slave [0-9]+\\.[0-9]+\\.[0-9]+\n"}))
        << text;
}

}  // namespace
}  // namespace berkeley::apps
