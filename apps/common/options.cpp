#include "common/options.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <string_view>
#include <vector>

#include "time/units.h"
#include "wire/native.h"

namespace berkeley::apps {
namespace {

namespace po = boost::program_options;

// --- what there is to be told ---

using List = std::vector<std::string>;

OptionTable generalGroup() {
    OptionTable group{"General"};
    addHelp(group);
    group.add_options()("config", po::value<std::string>()->value_name("FILE"),
                        "also read options from FILE, one \"key = value\" a line, with the keys "
                        "below; the command line wins (default: none)");
    return group;
}

OptionTable networkGroup(MasterOptions& options) {
    OptionTable group{"Network"};
    addOption(group, "listen", "ADDR", options.listen.host, readHost, "address to accept slaves on",
              options.listen.host);
    addOption(group, "port", "PORT", options.listen.port, readPort, "TCP port to accept slaves on",
              std::to_string(options.listen.port));
    addOption<List>(
        group, "peers", "HOST[:PORT],...", options.peers, readEndpoints,
        "all masters by rank, this one among them, the same everywhere: one is active, the "
        "others stand by",
        "none");
    addOption(group, "key-file", "FILE", options.keyFile, readFile,
              "who may join: a line name:key for each slave; read again at SIGHUP", "none");
    addFlag(group, "insecure", options.insecure,
            "without keys, listen also where others can reach it");
    return group;
}

OptionTable networkGroup(SlaveOptions& options) {
    OptionTable group{"Network"};
    addOption<List>(
        group, "master", "HOST[:PORT]", options.masters, readEndpoints,
        "where the master is, as in [::1]:8080; give all of them, by rank, where there are "
        "several",
        toText(options.masters.front()));
    addOption(group, "name", "NAME", options.name, readName,
              "under which the master knows this clock", "host name and process id");
    addOption(group, "key-file", "FILE", options.keyFile, readFile,
              "the key that proves the name, in a line name:key", "none");
    addFlag(group, "lab", options.lab, "speak the lab's text, to a master that knows nothing else");
    return group;
}

OptionTable limitsGroup(MasterOptions& options) {
    node::AdmissionLimits& admission = options.admission;
    OptionTable group{"Limits"};
    addOption(group, "max-slaves", "N", admission.slaves, readLimit, "so many slaves and no more",
              std::to_string(admission.slaves));
    addOption(group, "max-connects", "N", admission.connectsPerSecond, readLimit,
              "so many connections a second from one address, and ten times as many at once",
              std::to_string(admission.connectsPerSecond));
    addOption(group, "max-pending", "N", admission.pending, readLimit,
              "so many connections that have not said yet who they are",
              std::to_string(admission.pending));
    addOption(group, "max-pending-per-address", "N", admission.pendingPerAddress, readLimit,
              "so many of them from one address", std::to_string(admission.pendingPerAddress));
    addOption(group, "patience", "DURATION", options.patience, readPatience,
              "how long a peer may take to say who it is, and for any frame that it begins",
              toOptionText(options.patience));
    addOption(group, "max-unread", "SIZE", options.maxUnread, readUnread,
              "so much may wait for a slave that does not read before it is disconnected",
              std::to_string(options.maxUnread / 1024) + "KiB");
    return group;
}

/// `period` is what passes in an interval.
OptionTable timeGroup(CommonOptions& options, const std::string& period) {
    OptionTable group{"Time"};
    addOption(group, "interval", "DURATION", options.interval, readInterval, period,
              toOptionText(options.interval));
    addOption(group, "max-slew", "FREQUENCY", options.maxSlewPpb, readMaxSlew,
              "fastest that the clock makes good an offset", toOptionText(options.maxSlewPpb));
    addOption(group, "step", "DURATION", options.step, readStep,
              "a clock that is farther behind steps forward; one that is farther ahead goes at "
              "nine tenths of its rate until it is right",
              toOptionText(options.step));
    addOption(group, "max-drift", "FREQUENCY", options.driftLimit.ppb, readMaxDrift,
              "farthest that the rate of a good unsteered clock is from the truth",
              toOptionText(options.driftLimit.ppb));
    addOption(group, "clock", "CLOCK", options.clock, readClockKind,
              alternatives(kClockKinds) +
                  "; system steers the system clock too, and needs root or CAP_SYS_TIME",
              "software");
    addOption(group, "state-dir", "DIR", options.stateFolder, readFile,
              "where the drift is remembered for the next start",
              "/var/lib/berkeley for root, else ~/.local/state/berkeley; none for a "
              "simulated clock");
    addOption(group, "publish", "FILE", options.publish, readFile,
              "share the group's time with other processes in FILE, or none",
              "master.page or slave.page in /run/berkeley for root, else in "
              "$XDG_RUNTIME_DIR/berkeley; none for a simulated clock");
    addOption(
        group, "max-bound", "DURATION", options.maxBound, readSpan,
        "with a larger bound the clock is not healthy, and those processes are told that it is "
        "not synchronized",
        toOptionText(options.maxBound));
    return group;
}

OptionTable timeGroup(MasterOptions& options) {
    OptionTable group = timeGroup(options, "from one sync cycle to the next");
    addOption(group, "min-slaves", "N", options.minSlaves, readCount,
              "no sync cycle with fewer slaves", std::to_string(options.minSlaves));
    addOption(group, "found-after", "DURATION", options.foundAfter, readFoundAfter,
              "a new group begins when no other slave has come for so long",
              toOptionText(options.foundAfter));
    addOption(group, "cycles", "N", options.cycles, readCount,
              "end after N sync cycles, or with 0 only when stopped", "0");
    addOption(group, "average", "METHOD", options.average.method, readAveraging,
              alternatives(sync::kAveragings), toText(options.average.method));
    addOption(group, "sanity-limit", "DURATION", options.average.sanityLimit, readSpan,
              "of two clocks farther apart, the master's stands",
              toOptionText(options.average.sanityLimit));
    return group;
}

OptionTable timeGroup(SlaveOptions& options) {
    OptionTable group = timeGroup(options, "from one report to the next");
    addOption(group, "chrony-sock", "PATH", options.chronySock, readFile,
              "hand the group's time to chronyd, which has \"refclock SOCK PATH\"", "none");
    addOption(group, "ntp-shm", "UNIT", options.ntpShm, readShmUnit,
              "hand it to chronyd or ntpd through NTP's shared memory, units 0 to 255", "none");
    return group;
}

OptionTable simulationGroup(CommonOptions& options) {
    OptionTable group{"Simulation"};
    addOption(group, "simulate-offset", "DURATION", options.simulateOffset, readSimulatedOffset,
              "pretend that the host's clock is off, as in -10min",
              toOptionText(options.simulateOffset));
    addOption(group, "simulate-drift", "FREQUENCY", options.simulateDriftPpb, readSimulatedDrift,
              "pretend that the host's clock runs fast, as in 40ppm",
              toOptionText(options.simulateDriftPpb));
    return group;
}

OptionTable loggingGroup(CommonOptions& options) {
    OptionTable group{"Logging"};
    addOption(group, "log-level", "LEVEL", options.logLevel, readLogLevel, alternatives(kLogLevels),
              "info");
    addOption(group, "log-format", "FORMAT", options.logFormat, readLogFormat,
              alternatives(kLogFormats), "text");
    return group;
}

OptionTable monitoringGroup(CommonOptions& options) {
    OptionTable group{"Monitoring"};
    addOption(group, "http", "ADDR:PORT", options.http, readHttp,
              "serve a web page there, and /status.json, /history.json, /healthz and /metrics, to "
              "everybody who reaches it; port 0 is one that the system chooses",
              "none");
    return group;
}

OptionTable monitoringGroup(MasterOptions& options) {
    OptionTable group = monitoringGroup(static_cast<CommonOptions&>(options));
    addFlag(group, "watch", options.watch,
            "show the group on one screen that is redrawn, instead of a table for each "
            "cycle; q ends it");
    addOption(group, "metrics-slaves", "N", options.metricsSlaves, readCount,
              "so many clocks, the first by name, have metrics of their own",
              std::to_string(options.metricsSlaves));
    return group;
}

/// What may stand on the command line and in the file alike.
template <class Options>
std::vector<OptionTable> settingsOf(Options& options) {
    std::vector<OptionTable> groups{networkGroup(options), timeGroup(options)};
    if constexpr (std::is_same_v<Options, MasterOptions>) {
        groups.push_back(limitsGroup(options));
    }
    groups.push_back(simulationGroup(options));
    groups.push_back(monitoringGroup(options));
    groups.push_back(loggingGroup(options));
    return groups;
}

// --- --help and --version ---

struct Program {
    std::string name;
    std::string purpose;
    std::string example;
};

const Program kMaster{
    "berkeley-master",
    "The master of a group of clocks: polls its slaves, averages the clocks that can\n"
    "be believed, and tells every clock, its own included, by how much to change.",
    "Example: three sync cycles, one a second, once two slaves are there\n"
    "  berkeley-master --min-slaves 2 --interval 1s --cycles 3\n"};

const Program kSlave{
    "berkeley-slave",
    "One clock of a group: answers the master's polls and follows its adjustments.",
    "Example: a clock that starts 25 minutes fast, and a master on another host\n"
    "  berkeley-slave --master clocks.example:8080 --simulate-offset 25min\n"};

std::string helpText(const Program& program, const OptionTable& known) {
    std::ostringstream text;
    text << "Usage: " << program.name << " [OPTION]...\n\n"
         << program.purpose << "\n"
         << known << "\n"
         << program.example;
    return text.str();
}

// --- what cannot be together ---

/// Which of the masters is this one: the one that listens where this one does.
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
            "--clock system steers the system clock, and so does whoever is fed by --chrony-sock "
            "or --ntp-shm; leave out one of them");
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

// --- all of it ---

template <class Options>
ProgramText describe(const Program& program) {
    Options unused;
    ProgramText text{program.name, {textOf(generalGroup())}};
    for (const OptionTable& group : settingsOf(unused)) {
        text.groups.push_back(textOf(group));
    }
    return text;
}

template <class Options>
ParseResult<Options> parse(const Program& program, std::span<const char* const> arguments) {
    Options options;
    OptionTable known, settings;
    known.add(generalGroup());
    for (const OptionTable& group : settingsOf(options)) {
        known.add(group);
        settings.add(group);
    }
    const po::variables_map commandLine = readCommandLine(arguments, known);
    if (commandLine.contains("help")) {
        return helpText(program, known);
    }
    if (commandLine.contains("version")) {
        return versionText(program.name);
    }
    if (commandLine.contains("config")) {
        const auto& file = commandLine["config"].as<std::string>();
        assignAll(readConfig(file, settings), file + ": ");
    }
    assignAll(commandLine, "--");
    check(options);
    return options;
}

}  // namespace

bool isSimulated(const CommonOptions& options) {
    return options.simulateOffset != Nanoseconds::zero() || options.simulateDriftPpb != 0;
}

ParseResult<MasterOptions> parseMasterOptions(std::span<const char* const> arguments) {
    return parse<MasterOptions>(kMaster, arguments);
}

ParseResult<SlaveOptions> parseSlaveOptions(std::span<const char* const> arguments) {
    return parse<SlaveOptions>(kSlave, arguments);
}

ProgramText describeMaster() { return describe<MasterOptions>(kMaster); }

ProgramText describeSlave() { return describe<SlaveOptions>(kSlave); }

}  // namespace berkeley::apps
