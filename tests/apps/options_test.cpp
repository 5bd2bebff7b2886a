#include "common/options.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

namespace berkeley {
namespace {

using namespace std::chrono_literals;

using Words = std::vector<std::string>;

template <class Parse>
auto parsed(Parse parse, const Words& words) {
    std::vector<const char*> arguments{"program"};
    for (const std::string& word : words) {
        arguments.push_back(word.c_str());
    }
    return parse(arguments);
}

MasterOptions master(const Words& words) {
    return std::get<MasterOptions>(parsed(parseMasterOptions, words));
}

SlaveOptions slave(const Words& words) {
    return std::get<SlaveOptions>(parsed(parseSlaveOptions, words));
}

template <class Parse>
std::string errorOf(Parse parse, const Words& words) {
    try {
        parsed(parse, words);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "accepted";
}

std::string masterError(const Words& words) { return errorOf(parseMasterOptions, words); }
std::string slaveError(const Words& words) { return errorOf(parseSlaveOptions, words); }

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

/// A configuration file that lives as long as this object.
class ConfigFile {
  public:
    explicit ConfigFile(const std::string& content) { std::ofstream{path_} << content; }
    ~ConfigFile() { std::filesystem::remove(path_); }
    ConfigFile(const ConfigFile&) = delete;
    ConfigFile& operator=(const ConfigFile&) = delete;

    const std::string& path() const { return path_; }

  private:
    // The process id, because the tests run side by side.
    std::string path_ = testing::TempDir() + "berkeley-" + defaultName() + ".conf";
};

std::string configError(const std::string& content) {
    const ConfigFile file{content};
    const std::string error = slaveError({"--config", file.path()});
    const std::string prefix = file.path() + ": ";
    return error.starts_with(prefix) ? error.substr(prefix.size()) : "without the file: " + error;
}

// --- values ---

TEST(MasterOptions, haveTheDefaultsOfTheHelp) {
    const MasterOptions options = master({});
    EXPECT_EQ(options.listen.host, "127.0.0.1");
    EXPECT_EQ(options.listen.port, 8080);
    EXPECT_FALSE(options.insecure);
    EXPECT_TRUE(options.keyFile.empty());
    EXPECT_EQ(options.interval, 5s);
    EXPECT_EQ(options.maxSlewPpb, 500'000.0);
    EXPECT_EQ(options.minSlaves, 1U);
    EXPECT_EQ(options.cycles, 0U);
    EXPECT_EQ(options.average.method, Averaging::robust);
    EXPECT_EQ(options.average.sanityLimit, 1h);
    EXPECT_EQ(options.simulateOffset, 0s);
    EXPECT_EQ(options.simulateDriftPpb, 0.0);
    EXPECT_TRUE(options.publish.empty());
    EXPECT_EQ(options.maxBound, 100ms);
    EXPECT_EQ(options.logLevel, spdlog::level::info);
    EXPECT_EQ(options.logFormat, LogFormat::text);
}

TEST(MasterOptions, takeEveryOption) {
    const MasterOptions options =
        master({"--listen",          "::1",        "--port",           "9000",
                "--interval",        "200ms",      "--max-slew",       "100ppm",
                "--min-slaves",      "3",          "--cycles",         "7",
                "--average",         "trimmed",    "--sanity-limit",   "10min",
                "--simulate-offset", "25min",      "--simulate-drift", "40ppm",
                "--publish",         "/run/clock", "--log-level",      "error",
                "--log-format",      "json",       "--key-file",       "/etc/keys",
                "--max-bound",       "100us"});
    EXPECT_EQ(options.listen.host, "::1");
    EXPECT_EQ(options.keyFile, "/etc/keys");
    EXPECT_EQ(options.listen.port, 9000);
    EXPECT_EQ(options.interval, 200ms);
    EXPECT_EQ(options.maxSlewPpb, 100'000.0);
    EXPECT_EQ(options.minSlaves, 3U);
    EXPECT_EQ(options.cycles, 7U);
    EXPECT_EQ(options.average.method, Averaging::trimmed);
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
    EXPECT_EQ(options.http, (Endpoint{"::1", 0}));
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
    EXPECT_EQ(options.http, (Endpoint{"127.0.0.1", 9090}));
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
        const Endpoint endpoint = slave({"--master", text}).masters.front();
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

TEST(ConfigFile, setsWhatTheCommandLineDoesNot) {
    const ConfigFile file{
        "# a clock of the textbook\n\ninterval = 2s  # often\nlab = "
        "yes\nsimulate-offset=-10min\r\n"};
    const SlaveOptions options = slave({"--interval", "3s", "--config", file.path()});
    EXPECT_EQ(options.interval, 3s);
    EXPECT_EQ(options.simulateOffset, -10min);
    EXPECT_TRUE(options.lab);
}

TEST(ConfigFile, isNamedInEveryErrorAboutIt) {
    EXPECT_EQ(configError("interval = 5\n"),
              "interval: \"5\" is not a duration: give a number with a unit, as in 5s, 200ms or "
              "-10min");
    const std::string remedy = "; write \"key = value\" with the keys of --help";
    EXPECT_EQ(configError("intervall = 5s\n"), "unrecognised option 'intervall'" + remedy);
    EXPECT_EQ(configError("inter = 5s\n"), "unrecognised option 'inter'" + remedy);
    EXPECT_EQ(configError("config = other\n"), "unrecognised option 'config'" + remedy);
    EXPECT_EQ(configError("interval=5s\ninterval=6s\n"),
              "option 'interval' cannot be specified more than once" + remedy);
    EXPECT_EQ(configError("interval\n"),
              "the options configuration file contains an invalid line 'interval'" + remedy);
    EXPECT_NE(configError("lab = perhaps\n").find("'perhaps'"), std::string::npos);
}

TEST(ConfigFile, isText) {
    using namespace std::string_literals;
    EXPECT_EQ(configError("name = a\0b\n"s),
              "holds a zero byte; give a text file in ASCII or UTF-8");
}

TEST(ConfigFile, isCheckedAlsoWhereTheCommandLineWins) {
    const ConfigFile file{"interval = 5\n"};
    EXPECT_NE(slaveError({"--interval", "3s", "--config", file.path()}), "accepted");
}

TEST(ConfigFile, mustBeReadable) {
    EXPECT_EQ(slaveError({"--config", "/nowhere/at.all"}),
              "--config: cannot read \"/nowhere/at.all\": No such file or directory; give a "
              "readable file");
    EXPECT_EQ(slaveError({"--config", "/"}),
              "--config: cannot read \"/\": Is a directory; give a readable file");
}

// --- errors on the command line ---

TEST(UsageErrors, nameTheWordThatBelongsNowhere) {
    EXPECT_EQ(masterError({"--bogus"}), "unrecognised option '--bogus'; see --help");
    EXPECT_EQ(masterError({"--lab"}), "unrecognised option '--lab'; see --help");
    EXPECT_EQ(masterError({"--inter", "5s"}), "unrecognised option '--inter'; see --help");
    EXPECT_EQ(masterError({"stray"}), "\"stray\" belongs to no option; see --help");
    EXPECT_EQ(masterError({"-p"}), "\"-p\" belongs to no option; see --help");
    EXPECT_EQ(masterError({"--", "stray"}), "\"stray\" belongs to no option; see --help");
}

TEST(UsageErrors, nameTheOptionWithoutItsValueOrWithTwo) {
    EXPECT_EQ(masterError({"--port"}),
              "the required argument for option '--port' is missing; see --help");
    EXPECT_EQ(masterError({"--interval", "--port", "80"}),
              "--interval: give its value before \"--port\"");
    EXPECT_EQ(masterError({"--port", "1", "--port", "2"}),
              "option '--port' cannot be specified more than once; see --help");
    EXPECT_EQ(slaveError({"--lab=yes"}), "option '--lab' does not take any arguments; see --help");
}

TEST(UsageErrors, nameTheValueAndTheRemedy) {
    const std::string port = " is no port: give a whole number from 1 to 65535";
    EXPECT_EQ(masterError({"--port", "0"}), "--port: \"0\"" + port);
    EXPECT_EQ(masterError({"--port", "65536"}), "--port: \"65536\"" + port);
    EXPECT_EQ(masterError({"--port", "80x"}), "--port: \"80x\"" + port);
    EXPECT_EQ(slaveError({"--master", "rack:0"}), "--master: \"0\"" + port);
    EXPECT_EQ(masterError({"--listen", ""}),
              "--listen: \"\" is no host: give a name or an address, as in 127.0.0.1");
    EXPECT_EQ(masterError({"--min-slaves", "-1"}),
              "--min-slaves: \"-1\" is no count: give a whole number from 0 to 4294967295");
    EXPECT_EQ(masterError({"--average", "best"}),
              "--average: \"best\" is none of its values: give one of robust, mean, median, "
              "trimmed");
    EXPECT_EQ(masterError({"--log-level", "loud"}),
              "--log-level: \"loud\" is none of its values: give one of trace, debug, info, warn, "
              "error, off");
    EXPECT_EQ(masterError({"--log-format", "xml"}),
              "--log-format: \"xml\" is none of its values: give one of text, json");
    EXPECT_EQ(masterError({"--publish", ""}), "--publish: \"\" is no file: give its path");
    EXPECT_EQ(masterError({"--simulate-drift", "40"}),
              "--simulate-drift: \"40\" is not a frequency: give a number with ppm or ppb, as in "
              "40ppm or -3.5ppm");
}

TEST(UsageErrors, sayWhichRangeHolds) {
    EXPECT_EQ(master({"--interval", "10ms"}).interval, 10ms);
    EXPECT_EQ(master({"--interval", "1d"}).interval, 24h);
    EXPECT_EQ(masterError({"--interval", "9ms"}),
              "--interval: \"9ms\" is out of range: give 10ms to 1d");
    EXPECT_EQ(masterError({"--interval", "25h"}),
              "--interval: \"25h\" is out of range: give 10ms to 1d");
    EXPECT_EQ(masterError({"--sanity-limit", "0"}),
              "--sanity-limit: \"0\" is out of range: give 1ns to 50y");
    EXPECT_EQ(masterError({"--simulate-offset", "-51y"}),
              "--simulate-offset: \"-51y\" is out of range: give -50y to 50y");
    EXPECT_EQ(masterError({"--simulate-drift", "2000000ppm"}),
              "--simulate-drift: \"2000000ppm\" is out of range: give -10000ppm to 10000ppm");
    EXPECT_EQ(masterError({"--max-slaves", "0"}),
              "--max-slaves: \"0\" is no limit: give a whole number from 1 to 4294967295");
    EXPECT_EQ(masterError({"--patience", "11min"}),
              "--patience: \"11min\" is out of range: give 10ms to 10min");
    EXPECT_EQ(masterError({"--patience", "10.5ms"}),
              "--patience: \"10.5ms\" is no whole number of milliseconds: give one, as in 1500ms");
    for (const std::string text : {"16", "3KiB", "101KiB", "KiB", "16 KiB", "-16KiB", "16MiB"}) {
        EXPECT_EQ(
            masterError({"--max-unread", text}),
            "--max-unread: \"" + text + "\" is out of range or has no unit: give 4KiB to 100KiB");
    }
    EXPECT_EQ(masterError({"--http", "127.0.0.1"}),
              "--http: \"127.0.0.1\" has no port: give ADDR:PORT, as in 127.0.0.1:9090");
    EXPECT_EQ(masterError({"--http", "::1"}),
              "--http: \"::1\" has no port: give ADDR:PORT, as in 127.0.0.1:9090");
    EXPECT_EQ(masterError({"--http", "127.0.0.1:65536"}),
              "--http: \"65536\" is no port: give a whole number from 1 to 65535");
    EXPECT_EQ(masterError({"--http", ":9090"}),
              "--http: \"\" is no host: give a name or an address, as in 127.0.0.1");
    EXPECT_EQ(masterError({"--max-bound", "0"}),
              "--max-bound: \"0\" is out of range: give 1ns to 50y");
    EXPECT_EQ(masterError({"--max-slew", "0"}),
              "--max-slew: \"0\" is out of range: give 1ppb to 100000ppm");
}

TEST(UsageErrors, refuseNamesThatCannotBeSent) {
    EXPECT_EQ(slave({"--name", std::string(40, 'x')}).name, std::string(40, 'x'));
    const Words names{"", std::string(41, 'x'), "a b", "\u00FCber", "a\x7F"};
    for (const std::string& name : names) {
        EXPECT_EQ(slaveError({"--name", name}),
                  "--name: \"" + name +
                      "\" is no name: give 1 to 40 printable ASCII characters without a space");
    }
}

TEST(UsageErrors, refuseAddressesThatAreNone) {
    for (const std::string text : {"a:b:c", "[::1", "::1]", "[rack]:80", "[::1]80", "[]:80", "["}) {
        EXPECT_EQ(
            slaveError({"--master", text}),
            "--master: \"" + text + "\" is no host and port: give HOST, HOST:PORT or [IPV6]:PORT");
    }
    EXPECT_NE(slaveError({"--master", std::string(100'000, 'a') + "]"}), "accepted");
    for (const std::string text : {"", ":80", "a b:80", "rack:", "rack:x"}) {
        EXPECT_EQ(slaveError({"--master", text}).find("--master: \""), 0U) << text;
    }
}

TEST(UsageErrors, comeToAnEndWhateverTheUserWrote) {
    for (const std::string placeholder : {"%canonical_option%", "%invalid_line%", "%option%",
                                          "%original_token%", "%prefix%", "%value%"}) {
        EXPECT_EQ(slaveError({"--x" + placeholder}), "\"--x" + placeholder + "\" holds " +
                                                         placeholder +
                                                         ", which no option needs; leave it out");
        for (const std::string& line : {placeholder, placeholder + "=1", "lab=" + placeholder}) {
            EXPECT_EQ(configError(line),
                      "holds " + placeholder + ", which no option needs; leave it out");
        }
    }
}

TEST(UsageErrors, refuseToListenToOthersWithoutKeys) {
    for (const std::string host : {"0.0.0.0", "::", "192.0.2.1", "rack"}) {
        EXPECT_EQ(masterError({"--listen", host}),
                  "--listen " + host +
                      " can be reached by others, and there are no keys; give --key-file so that "
                      "only slaves with a key join, or --insecure to let anyone join");
        EXPECT_TRUE(master({"--listen", host, "--insecure"}).insecure);
        EXPECT_EQ(master({"--listen", host, "--key-file", "keys"}).listen.host, host);
    }
    for (const std::string host : {"127.0.0.2", "::1", "localhost"}) {
        EXPECT_EQ(master({"--listen", host}).listen.host, host);
    }
}

TEST(UsageErrors, refuseToBeInsecureWithKeys) {
    EXPECT_EQ(masterError({"--insecure", "--key-file", "keys"}),
              "--insecure lets anyone join, --key-file does not; leave out one of them");
    EXPECT_EQ(masterError({"--key-file", ""}), "--key-file: \"\" is no file: give its path");
}

TEST(SlaveOptions, takeWhomTheyFeed) {
    const SlaveOptions options = slave({"--chrony-sock", "/run/berkeley.sock", "--ntp-shm", "2"});
    EXPECT_EQ(options.chronySock, "/run/berkeley.sock");
    EXPECT_EQ(options.ntpShm, 2U);
    EXPECT_FALSE(slave({}).ntpShm);
    EXPECT_EQ(slaveError({"--ntp-shm", "256"}),
              "--ntp-shm: \"256\" is no unit: give a whole number from 0 to 255");
    for (const std::string feed : {"--chrony-sock", "--ntp-shm"}) {
        EXPECT_NE(slaveError({"--clock", "system", feed, "2"}).find("leave out one"),
                  std::string::npos)
            << "two would steer the system clock";
    }
}

TEST(UsageErrors, areOneLineWhateverTheUserWrote) {
    EXPECT_EQ(masterError({"two\nlines"}), "\"two?lines\" belongs to no option; see --help");
    EXPECT_EQ(slaveError({"--name", "two\nlines"}).find('\n'), std::string::npos);
}

// --- help and version ---

TEST(Help, showsEveryOptionWithItsDefault) {
    const std::vector<std::pair<std::string, std::string>> shared{
        {"--interval DURATION", "5s"},
        {"--key-file FILE", "none"},
        {"--max-slew FREQUENCY", "500ppm"},
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
    std::vector<std::pair<std::string, std::string>> masters{{"--listen ADDR", "127.0.0.1"},
                                                             {"--port PORT", "8080"},
                                                             {"--insecure", "off"},
                                                             {"--min-slaves N", "1"},
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
    std::vector<std::pair<std::string, std::string>> slaves{
        {"--master HOST[:PORT]", "127.0.0.1:8080"},
        {"--name NAME", "host name and process id"},
        {"--chrony-sock PATH", "none"},
        {"--ntp-shm UNIT", "none"},
        {"--lab", "off"}};
    masters.insert(masters.end(), shared.begin(), shared.end());
    slaves.insert(slaves.end(), shared.begin(), shared.end());

    const auto expectShown = [](const std::string& help, const auto& options) {
        for (const auto& [option, value] : options) {
            // From the option's own line up to the next option or group.
            const std::size_t begin = help.find(" " + option + " ");
            ASSERT_NE(begin, std::string::npos) << option;
            const std::size_t end = help.find(" --", begin + 3);
            const std::string line = help.substr(begin, end - begin);
            EXPECT_NE(line.find("(default: " + value + ")"), std::string::npos) << line;
        }
    };
    expectShown(masterHelp(), masters);
    expectShown(slaveHelp(), slaves);
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
}  // namespace berkeley
