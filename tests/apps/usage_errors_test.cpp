#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "apps/parsed.h"

namespace berkeley::apps {
namespace {

using namespace std::chrono_literals;

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
    const std::string port = " is not a port: give a whole number from 1 to 65535";
    EXPECT_EQ(masterError({"--port", "0"}), "--port: \"0\"" + port);
    EXPECT_EQ(masterError({"--port", "65536"}), "--port: \"65536\"" + port);
    EXPECT_EQ(masterError({"--port", "80x"}), "--port: \"80x\"" + port);
    EXPECT_EQ(slaveError({"--master", "rack:0"}), "--master: \"0\"" + port);
    EXPECT_EQ(masterError({"--listen", ""}),
              "--listen: \"\" is not a host: give a name or an address, as in 127.0.0.1");
    EXPECT_EQ(masterError({"--min-slaves", "-1"}),
              "--min-slaves: \"-1\" is not a count: give a whole number from 0 to 4294967295");
    EXPECT_EQ(masterError({"--average", "best"}),
              "--average: \"best\" is not one of its values: give one of robust, mean, median, "
              "trimmed");
    EXPECT_EQ(
        masterError({"--log-level", "loud"}),
        "--log-level: \"loud\" is not one of its values: give one of trace, debug, info, warn, "
        "error, off");
    EXPECT_EQ(masterError({"--log-format", "xml"}),
              "--log-format: \"xml\" is not one of its values: give one of text, json");
    EXPECT_EQ(masterError({"--publish", ""}), "--publish: \"\" is not a file: give its path");
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
              "--max-slaves: \"0\" is not a limit: give a whole number from 1 to 4294967295");
    EXPECT_EQ(masterError({"--patience", "11min"}),
              "--patience: \"11min\" is out of range: give 10ms to 10min");
    EXPECT_EQ(
        masterError({"--patience", "10.5ms"}),
        "--patience: \"10.5ms\" is not a whole number of milliseconds: give one, as in 1500ms");
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
              "--http: \"65536\" is not a port: give a whole number from 1 to 65535");
    EXPECT_EQ(masterError({"--http", ":9090"}),
              "--http: \"\" is not a host: give a name or an address, as in 127.0.0.1");
    EXPECT_EQ(masterError({"--max-bound", "0"}),
              "--max-bound: \"0\" is out of range: give 1ns to 50y");
    EXPECT_EQ(masterError({"--max-slew", "0"}),
              "--max-slew: \"0\" is out of range: give 1ppb to 100000ppm");
    for (const std::string text : {"0", "-1ppm", "10001ppm"}) {
        EXPECT_EQ(masterError({"--max-drift", text}),
                  "--max-drift: \"" + text + "\" is out of range: give 1ppb to 10000ppm");
    }
}

TEST(UsageErrors, refuseNamesThatCannotBeSent) {
    EXPECT_EQ(slave({"--name", std::string(40, 'x')}).name, std::string(40, 'x'));
    const Words names{"", std::string(41, 'x'), "a b", "\u00FCber", "a\x7F"};
    for (const std::string& name : names) {
        EXPECT_EQ(slaveError({"--name", name}),
                  "--name: \"" + name +
                      "\" is not a name: give 1 to 40 printable ASCII characters without a space");
    }
}

TEST(UsageErrors, refuseAddressesThatAreNone) {
    for (const std::string text : {"a:b:c", "[::1", "::1]", "[rack]:80", "[::1]80", "[]:80", "["}) {
        EXPECT_EQ(slaveError({"--master", text}),
                  "--master: \"" + text +
                      "\" is not a host and port: give HOST, HOST:PORT or [IPV6]:PORT");
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
    EXPECT_EQ(masterError({"--key-file", ""}), "--key-file: \"\" is not a file: give its path");
}

TEST(UsageErrors, areOneLineWhateverTheUserWrote) {
    EXPECT_EQ(masterError({"two\nlines"}), "\"two?lines\" belongs to no option; see --help");
    EXPECT_EQ(slaveError({"--name", "two\nlines"}).find('\n'), std::string::npos);
}

// --- help and version ---

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

}  // namespace
}  // namespace berkeley::apps
