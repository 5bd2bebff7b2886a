#include "common/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "time/units.h"
#include "wire/native.h"

namespace berkeley::apps {
namespace {

// --- the options ---

template <class Value>
std::string nameOf(Value value, std::span<const std::string_view> names) {
    return std::string{names[static_cast<std::size_t>(value)]};
}

void add(OptionGroup& group, std::initializer_list<Option> options) {
    group.options.insert(group.options.end(), options);
}

OptionGroup generalGroup() {
    OptionGroup group{"General", helpOptions()};
    group.options.push_back({"config",
                             "FILE",
                             "also read options from FILE, one \"key = value\" per line, with the "
                             "keys below; the command line takes precedence",
                             inWords("none"),
                             {}});
    return group;
}

OptionGroup networkGroup(MasterOptions& options) {
    return {"Network",
            {{"listen", "ADDR", "address to accept slaves on", value(options.listen.host),
              into(options.listen.host, readHost)},
             {"port", "PORT", "TCP port to accept slaves on",
              value(std::to_string(options.listen.port)), into(options.listen.port, readPort)},
             {"peers",
              "HOST[:PORT],...",
              "all masters in order of rank, including this one, the same list everywhere; one is "
              "active, the others stand by",
              inWords("none"),
              into(options.peers, readEndpoints),
              {},
              Times::any},
             {"key-file", "FILE",
              "keys of the peers that may join, one name:key per line; read again at SIGHUP",
              inWords("none"), into(options.keyFile, readFile)},
             {"insecure", "",
              "allow listening without keys on an address that other machines can reach",
              value("off"), into(options.insecure)}}};
}

OptionGroup networkGroup(SlaveOptions& options) {
    return {"Network",
            {{"master",
              "HOST[:PORT]",
              "address of the master, such as [::1]:8080; with several masters, list all in order "
              "of rank",
              value(toText(options.masters.front())),
              into(options.masters, readEndpoints),
              {},
              Times::any},
             {"name", "NAME", "name under which the master knows this clock",
              inWords("host name and process id"), into(options.name, readName)},
             {"key-file", "FILE", "key that proves the name, in a line name:key", inWords("none"),
              into(options.keyFile, readFile)},
             {"lab", "", "speak the lab's text, for a master that knows nothing else", value("off"),
              into(options.lab)}}};
}

OptionGroup limitsGroup(MasterOptions& options) {
    node::AdmissionLimits& admission = options.admission;
    return {
        "Limits",
        {{"max-slaves", "N", "maximum number of slaves", value(std::to_string(admission.slaves)),
          into(admission.slaves, readLimit)},
         {"max-connects", "N",
          "maximum connections per second from one address; ten times as many at once",
          value(std::to_string(admission.connectsPerSecond)),
          into(admission.connectsPerSecond, readLimit)},
         {"max-pending", "N", "maximum number of connections that have not yet said who they are",
          value(std::to_string(admission.pending)), into(admission.pending, readLimit)},
         {"max-pending-per-address", "N", "maximum number of these from one address",
          value(std::to_string(admission.pendingPerAddress)),
          into(admission.pendingPerAddress, readLimit)},
         {"patience", "DURATION",
          "how long a peer may take to say who it is, and to complete any frame",
          value(toOptionText(options.patience)), into(options.patience, readPatience)},
         {"max-unread", "SIZE",
          "maximum amount of data that waits for a slave that does not read; beyond it the slave "
          "is disconnected",
          value(std::to_string(options.maxUnread / 1024) + "KiB"),
          into(options.maxUnread, readUnread)}}};
}

/// `period` says what an interval is.
OptionGroup timeGroup(CommonOptions& options, const std::string& period) {
    return {
        "Time",
        {{"interval", "DURATION", period, value(toOptionText(options.interval)),
          into(options.interval, readInterval)},
         {"max-slew", "FREQUENCY", "maximum rate at which the clock is slewed",
          value(toOptionText(options.maxSlewPpb)), into(options.maxSlewPpb, readMaxSlew)},
         {"step", "DURATION",
          "a clock that is farther behind than this steps forward; one that is farther ahead runs "
          "at nine tenths of its rate until it is right",
          value(toOptionText(options.step)), into(options.step, readStep)},
         {"max-drift", "FREQUENCY", "largest rate error of a good unsteered clock",
          value(toOptionText(options.driftLimit.ppb)), into(options.driftLimit.ppb, readMaxDrift)},
         {"clock", "CLOCK", "system steers the system clock too, and needs root or CAP_SYS_TIME",
          value(nameOf(options.clock, kClockKinds)), into(options.clock, readClockKind),
          kClockKinds},
         {"state-dir", "DIR", "folder where the drift is saved for the next start",
          inWords("/var/lib/berkeley for root, else ~/.local/state/berkeley; none for a "
                  "simulated clock"),
          into(options.stateFolder, readFile)},
         {"publish", "FILE",
          "share the group's time with other processes through FILE; none turns this off",
          inWords("master.page or slave.page in /run/berkeley for root, else in "
                  "$XDG_RUNTIME_DIR/berkeley; none for a simulated clock"),
          into(options.publish, readFile)},
         {"max-bound", "DURATION",
          "if the bound is larger, the clock is not healthy, and counts as unsynchronized for "
          "those processes",
          value(toOptionText(options.maxBound)), into(options.maxBound, readSpan)}}};
}

OptionGroup timeGroup(MasterOptions& options) {
    OptionGroup group = timeGroup(options, "time from one sync cycle to the next");
    add(group,
        {{"min-slaves", "N", "run no sync cycle with fewer slaves",
          value(std::to_string(options.minSlaves)), into(options.minSlaves, readCount)},
         {"found-after", "DURATION", "a new group begins when no new slave has come for this long",
          value(toOptionText(options.foundAfter)), into(options.foundAfter, readFoundAfter)},
         {"cycles", "N", "end after N sync cycles; with 0, run until stopped",
          value(std::to_string(options.cycles)), into(options.cycles, readCount)},
         {"average", "METHOD", "how the clocks are averaged",
          value(nameOf(options.average.method, sync::kAveragings)),
          into(options.average.method, readAveraging), sync::kAveragings},
         {"sanity-limit", "DURATION",
          "where only two clocks count and they differ by more than this, the master's is kept",
          value(toOptionText(options.average.sanityLimit)),
          into(options.average.sanityLimit, readSpan)}});
    return group;
}

OptionGroup timeGroup(SlaveOptions& options) {
    OptionGroup group = timeGroup(options, "time from one report to the next");
    add(group,
        {{"chrony-sock", "PATH",
          "pass the group's time to chronyd, configured with \"refclock SOCK PATH\"",
          inWords("none"), into(options.chronySock, readFile)},
         {"ntp-shm", "UNIT",
          "pass the group's time to chronyd or ntpd through NTP's shared memory, unit 0 to 255",
          inWords("none"), into(options.ntpShm, readShmUnit)}});
    return group;
}

OptionGroup simulationGroup(CommonOptions& options) {
    return {"Simulation",
            {{"simulate-offset", "DURATION",
              "pretend that the host's clock is off by this much, as in -10min",
              value(toOptionText(options.simulateOffset)),
              into(options.simulateOffset, readSimulatedOffset)},
             {"simulate-drift", "FREQUENCY",
              "pretend that the host's clock runs fast by this much, as in 40ppm",
              value(toOptionText(options.simulateDriftPpb)),
              into(options.simulateDriftPpb, readSimulatedDrift)}}};
}

OptionGroup monitoringGroup(CommonOptions& options) {
    return {"Monitoring",
            {{"http", "ADDR:PORT",
              "serve a web page, /status.json, /history.json, /healthz and /metrics at this "
              "address, to any client that can reach it; with port 0 the system chooses the port",
              inWords("none"), into(options.http, readHttp)}}};
}

OptionGroup monitoringGroup(MasterOptions& options) {
    OptionGroup group = monitoringGroup(static_cast<CommonOptions&>(options));
    add(group,
        {{"watch", "",
          "show the group on one screen that is redrawn, instead of a table for each "
          "cycle; q quits",
          value("off"), into(options.watch)},
         {"metrics-slaves", "N",
          "maximum number of clocks with metrics of their own, the first by name",
          value(std::to_string(options.metricsSlaves)), into(options.metricsSlaves, readCount)}});
    return group;
}

OptionGroup loggingGroup(CommonOptions& options) {
    return {"Logging",
            {{"log-level", "LEVEL", "the least severe messages to log",
              value(fmt::to_string(spdlog::level::to_string_view(options.logLevel))),
              into(options.logLevel, readLogLevel), kLogLevels},
             {"log-format", "FORMAT", "how a log line looks",
              value(nameOf(options.logFormat, kLogFormats)), into(options.logFormat, readLogFormat),
              kLogFormats}}};
}

// --- what cannot be combined ---

/// Returns which of the masters is this one: the one that listens where this one does.
sync::Rank rankIn(const std::vector<net::Endpoint>& peers, const net::Endpoint& listen) {
    if (const auto exact = std::find(peers.begin(), peers.end(), listen); exact != peers.end()) {
        return static_cast<sync::Rank>(exact - peers.begin());
    }
    std::vector<sync::Rank> found;
    for (sync::Rank rank = 0; rank < peers.size(); ++rank) {
        if (peers[rank].port == listen.port && net::isAddressOfThisMachine(peers[rank].host)) {
            found.push_back(rank);
        }
    }
    if (found.size() != 1) {
        throw UsageError("--peers: " + std::string{found.empty() ? "none" : "more than one"} +
                         " of them is this master, which listens on " + toText(listen) +
                         "; give its address among them, and --listen and --port accordingly");
    }
    return found.front();
}

void check(const CommonOptions& options) {
    if (options.clock == ClockKind::system && isSimulated(options)) {
        throw UsageError(
            "--clock system would set the system clock wrong on purpose; leave out "
            "--simulate-offset and --simulate-drift");
    }
}

void check(const SlaveOptions& options) {
    check(static_cast<const CommonOptions&>(options));
    if (options.clock == ClockKind::system && (!options.chronySock.empty() || options.ntpShm)) {
        throw UsageError(
            "--clock system steers the system clock, and so does the daemon that is fed by "
            "--chrony-sock or --ntp-shm; leave out one of them");
    }
}

void check(MasterOptions& options) {
    check(static_cast<const CommonOptions&>(options));
    const bool hasKeys = !options.keyFile.empty();
    if (hasKeys && options.insecure) {
        throw UsageError("--insecure lets anyone join, --key-file does not; leave out one of them");
    }
    if (!hasKeys && !options.insecure && !net::isLoopback(options.listen.host)) {
        throw UsageError("--listen " + options.listen.host +
                         " can be reached by others, and there are no keys; give --key-file so "
                         "that only slaves with a key join, or --insecure to let anyone join");
    }
    for (const net::Endpoint& peer : options.peers) {
        if (peer.host.size() > wire::kLongestHost) {
            throw UsageError("--peers: " + peer.host + " is longer than " +
                             std::to_string(wire::kLongestHost) + " bytes; give its address");
        }
    }
    if (!options.peers.empty()) {
        options.rank = rankIn(options.peers, options.listen);
    }
}

// --- parsing ---

template <class Options>
ParseResult<Options> parse(std::span<const char* const> arguments) {
    Options options;
    const Program program = describe(options);
    if (const auto text = readOptions(program, program.groups, arguments)) {
        return *text;
    }
    check(options);
    return options;
}

}  // namespace

bool isSimulated(const CommonOptions& options) {
    return options.simulateOffset != Nanoseconds::zero() || options.simulateDriftPpb != 0;
}

Program describe(MasterOptions& options) {
    return {"berkeley-master",
            "[OPTION]...",
            "The master of a group of clocks: polls its slaves, averages the clocks that can\n"
            "be believed, and tells every clock, its own included, how to change.",
            {},
            {generalGroup(), networkGroup(options), timeGroup(options), limitsGroup(options),
             simulationGroup(options), monitoringGroup(options), loggingGroup(options)},
            "Example: three sync cycles, one a second, once two slaves are there\n"
            "  berkeley-master --min-slaves 2 --interval 1s --cycles 3\n"};
}

Program describe(SlaveOptions& options) {
    return {"berkeley-slave",
            "[OPTION]...",
            "One clock of a group: answers the master's polls and follows its adjustments.",
            {},
            {generalGroup(), networkGroup(options), timeGroup(options), simulationGroup(options),
             monitoringGroup(options), loggingGroup(options)},
            "Example: a clock that starts 25 minutes fast, and a master on another host\n"
            "  berkeley-slave --master clocks.example:8080 --simulate-offset 25min\n"};
}

ParseResult<MasterOptions> parseMasterOptions(std::span<const char* const> arguments) {
    return parse<MasterOptions>(arguments);
}

ParseResult<SlaveOptions> parseSlaveOptions(std::span<const char* const> arguments) {
    return parse<SlaveOptions>(arguments);
}

}  // namespace berkeley::apps
