#include "common/options.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <cmath>
#include <string_view>
#include <vector>

#include "berkeley/time/units.h"
#include "berkeley/wire/native.h"
#include "common/command_line.h"

namespace berkeley {
namespace {

namespace po = boost::program_options;

// --- what there is to be told ---

std::string joined(const std::vector<std::string>& texts) {
    std::string text;
    for (const std::string& part : texts) {
        text += (text.empty() ? "" : ",") + part;
    }
    return text;
}

const std::string& joined(const std::string& text) { return text; }

/// Adds an option whose text `read` turns into `target`. With a vector as `Given` it may stand
/// there several times, which is as good as with commas.
template <class Given = std::string, class Target, class Read>
void add(po::options_description& group, const std::string& name, const char* placeholder,
         Target& target, Read read, const std::string& description) {
    const auto store = [name, &target, read](const Given& given) {
        try {
            target = read(joined(given));
        } catch (const std::invalid_argument& error) {
            throw std::invalid_argument{name + ": " + error.what()};
        }
    };
    group.add_options()(name.c_str(), po::value<Given>()->value_name(placeholder)->notifier(store),
                        description.c_str());
}

using List = std::vector<std::string>;

std::string byDefault(std::string_view value) { return " (default: " + std::string{value} + ")"; }

std::string ppmText(double ppb) { return std::to_string(std::lround(ppb / 1e3)) + "ppm"; }

po::options_description generalGroup() {
    po::options_description group{"General"};
    group.add_options()("help", "show this text and end");
    group.add_options()("version", "show the version and end");
    group.add_options()("config", po::value<std::string>()->value_name("FILE"),
                        "also read options from FILE, one \"key = value\" a line, with the keys "
                        "below; the command line wins (default: none)");
    return group;
}

po::options_description networkGroup(MasterOptions& options) {
    po::options_description group{"Network"};
    add(group, "listen", "ADDR", options.listen.host, readHost,
        "address to accept slaves on" + byDefault(options.listen.host));
    add(group, "port", "PORT", options.listen.port, readPort,
        "TCP port to accept slaves on" + byDefault(std::to_string(options.listen.port)));
    add<List>(group, "peers", "HOST[:PORT],...", options.peers, readEndpoints,
              "all masters by rank, this one among them, the same everywhere: one is active, the "
              "others stand by" +
                  byDefault("none"));
    add(group, "key-file", "FILE", options.keyFile, readFile,
        "who may join: a line name:key for each slave; read again at SIGHUP" + byDefault("none"));
    group.add_options()("insecure", po::value<bool>(&options.insecure)->zero_tokens(),
                        "without keys, listen also where others can reach it (default: off)");
    return group;
}

po::options_description networkGroup(SlaveOptions& options) {
    po::options_description group{"Network"};
    add<List>(group, "master", "HOST[:PORT]", options.masters, readEndpoints,
              "where the master is, as in [::1]:8080; give all of them, by rank, where there are "
              "several" +
                  byDefault(toText(options.masters.front())));
    add(group, "name", "NAME", options.name, readName,
        "under which the master knows this clock" + byDefault("host name and process id"));
    add(group, "key-file", "FILE", options.keyFile, readFile,
        "the key that proves the name, in a line name:key" + byDefault("none"));
    group.add_options()("lab", po::value<bool>(&options.lab)->zero_tokens(),
                        "speak the lab's text, to a master that knows nothing else "
                        "(default: off)");
    return group;
}

po::options_description limitsGroup(MasterOptions& options) {
    AdmissionLimits& admission = options.admission;
    po::options_description group{"Limits"};
    add(group, "max-slaves", "N", admission.slaves, readLimit,
        "so many slaves and no more" + byDefault(std::to_string(admission.slaves)));
    add(group, "max-connects", "N", admission.connectsPerSecond, readLimit,
        "so many connections a second from one address, and ten times as many at once" +
            byDefault(std::to_string(admission.connectsPerSecond)));
    add(group, "max-pending", "N", admission.pending, readLimit,
        "so many connections that have not said yet who they are" +
            byDefault(std::to_string(admission.pending)));
    add(group, "max-pending-per-address", "N", admission.pendingPerAddress, readLimit,
        "so many of them from one address" +
            byDefault(std::to_string(admission.pendingPerAddress)));
    add(group, "patience", "DURATION", options.patience, readPatience,
        "how long a peer may take to say who it is, and for any frame that it begins" +
            byDefault(toOptionText(options.patience)));
    add(group, "max-unread", "SIZE", options.maxUnread, readUnread,
        "so much may wait for a slave that does not read before it is disconnected" +
            byDefault(std::to_string(options.maxUnread / 1024) + "KiB"));
    return group;
}

/// `period` is what passes in an interval.
po::options_description timeGroup(CommonOptions& options, const std::string& period) {
    po::options_description group{"Time"};
    add(group, "interval", "DURATION", options.interval, readInterval,
        period + byDefault(toOptionText(options.interval)));
    add(group, "max-slew", "FREQUENCY", options.maxSlewPpb, readMaxSlew,
        "fastest that the clock makes good an offset" + byDefault(ppmText(options.maxSlewPpb)));
    add(group, "clock", "CLOCK", options.clock, readClockKind,
        "software or system; system steers the system clock too, and needs root or CAP_SYS_TIME" +
            byDefault("software"));
    add(group, "state-dir", "DIR", options.stateFolder, readFile,
        "where the drift is remembered for the next start" +
            byDefault("/var/lib/berkeley for root, else ~/.local/state/berkeley; none for a "
                      "simulated clock"));
    add(group, "publish", "FILE", options.publish, readFile,
        "share the group's time with other processes in FILE, or none" +
            byDefault("master.page or slave.page in /run/berkeley for root, else in "
                      "$XDG_RUNTIME_DIR/berkeley; none for a simulated clock"));
    add(group, "max-bound", "DURATION", options.maxBound, readMaxBound,
        "with a larger bound the clock is not healthy, and those processes are told that it is "
        "not synchronized" +
            byDefault(toOptionText(options.maxBound)));
    return group;
}

po::options_description timeGroup(MasterOptions& options) {
    po::options_description group = timeGroup(options, "from one sync cycle to the next");
    add(group, "min-slaves", "N", options.minSlaves, readCount,
        "no sync cycle with fewer slaves" + byDefault(std::to_string(options.minSlaves)));
    add(group, "cycles", "N", options.cycles, readCount,
        "end after N sync cycles, or with 0 only when stopped" + byDefault("0"));
    add(group, "average", "METHOD", options.average.method, readAveraging,
        "robust, mean, median or trimmed" + byDefault(toText(options.average.method)));
    add(group, "sanity-limit", "DURATION", options.average.sanityLimit, readSanityLimit,
        "of two clocks farther apart, the master's stands" +
            byDefault(toOptionText(options.average.sanityLimit)));
    return group;
}

po::options_description timeGroup(SlaveOptions& options) {
    po::options_description group = timeGroup(options, "from one report to the next");
    add(group, "chrony-sock", "PATH", options.chronySock, readFile,
        "hand the group's time to chronyd, which has \"refclock SOCK PATH\"" + byDefault("none"));
    add(group, "ntp-shm", "UNIT", options.ntpShm, readShmUnit,
        "hand it to chronyd or ntpd through NTP's shared memory, units 0 to 255" +
            byDefault("none"));
    return group;
}

po::options_description simulationGroup(CommonOptions& options) {
    po::options_description group{"Simulation"};
    add(group, "simulate-offset", "DURATION", options.simulateOffset, readSimulatedOffset,
        "pretend that the host's clock is off, as in -10min" +
            byDefault(toOptionText(options.simulateOffset)));
    add(group, "simulate-drift", "FREQUENCY", options.simulateDriftPpb, readSimulatedDrift,
        "pretend that the host's clock runs fast, as in 40ppm" +
            byDefault(ppmText(options.simulateDriftPpb)));
    return group;
}

po::options_description loggingGroup(CommonOptions& options) {
    po::options_description group{"Logging"};
    add(group, "log-level", "LEVEL", options.logLevel, readLogLevel,
        "trace, debug, info, warn, error or off" + byDefault("info"));
    add(group, "log-format", "FORMAT", options.logFormat, readLogFormat,
        "text or json" + byDefault("text"));
    return group;
}

po::options_description monitoringGroup(CommonOptions& options) {
    po::options_description group{"Monitoring"};
    add(group, "http", "ADDR:PORT", options.http, readHttp,
        "serve a web page there, and /status.json, /history.json, /healthz and /metrics, to "
        "everybody who reaches it; port 0 is one that the system chooses" +
            byDefault("none"));
    return group;
}

po::options_description monitoringGroup(MasterOptions& options) {
    po::options_description group = monitoringGroup(static_cast<CommonOptions&>(options));
    group.add_options()("watch", po::value<bool>(&options.watch)->zero_tokens(),
                        "show the group on one screen that is redrawn, instead of a table for each "
                        "cycle; q ends it (default: off)");
    add(group, "metrics-slaves", "N", options.metricsSlaves, readCount,
        "so many clocks, the first by name, have metrics of their own" +
            byDefault(std::to_string(options.metricsSlaves)));
    return group;
}

/// What may stand on the command line and in the file alike.
template <class Options>
std::vector<po::options_description> settingsOf(Options& options) {
    std::vector<po::options_description> groups{networkGroup(options), timeGroup(options)};
    if constexpr (std::is_same_v<Options, MasterOptions>) {
        groups.push_back(limitsGroup(options));
    }
    groups.push_back(simulationGroup(options));
    groups.push_back(monitoringGroup(options));
    groups.push_back(loggingGroup(options));
    return groups;
}

template <class Options>
void addSettings(po::options_description& known, Options& options) {
    for (const po::options_description& group : settingsOf(options)) {
        known.add(group);
    }
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
    "One clock of a group: answers the master's polls and follows its corrections.",
    "Example: a clock that starts 25 minutes fast, and a master on another host\n"
    "  berkeley-slave --master clocks.example:8080 --simulate-offset 25min\n"};

std::string versionText(const Program& program) { return program.name + " " BERKELEY_VERSION "\n"; }

std::string helpText(const Program& program, const po::options_description& known) {
    std::ostringstream text;
    text << "Usage: " << program.name << " [OPTION]...\n\n"
         << program.purpose << "\n"
         << known << "\n"
         << program.example;
    return text.str();
}

void refuseContradictions(const CommonOptions& options) {
    if (options.clock == ClockKind::system && isSimulated(options)) {
        throw usageError(
            "--clock system would set the system clock wrong on purpose; leave out "
            "--simulate-offset and --simulate-drift");
    }
}

void refuseContradictions(const SlaveOptions& options) {
    refuseContradictions(static_cast<const CommonOptions&>(options));
    if (options.clock == ClockKind::system && (!options.chronySock.empty() || options.ntpShm)) {
        throw usageError(
            "--clock system steers the system clock, and so does whoever is fed by --chrony-sock "
            "or --ntp-shm; leave out one of them");
    }
}

void refuseContradictions(const MasterOptions& options) {
    refuseContradictions(static_cast<const CommonOptions&>(options));
    const bool hasKeys = !options.keyFile.empty();
    if (hasKeys && options.insecure) {
        throw usageError("--insecure lets anyone join, --key-file does not; leave out one of them");
    }
    if (!hasKeys && !options.insecure && !isLoopback(options.listen.host)) {
        throw usageError("--listen " + options.listen.host +
                         " can be reached by others, and there are no keys; give --key-file so "
                         "that only slaves with a key join, or --insecure to let anyone join");
    }
    for (const Endpoint& peer : options.peers) {
        if (peer.host.size() > kLongestHost) {
            throw usageError("--peers: " + peer.host + " is longer than " +
                             std::to_string(kLongestHost) + " bytes; give its address");
        }
    }
}

/// Which of the masters is this one: the one that listens where this one does.
Rank rankIn(const std::vector<Endpoint>& peers, const Endpoint& listen) {
    std::vector<Rank> found;
    for (Rank rank = 0; rank < peers.size(); ++rank) {
        if (peers[rank].port == listen.port &&
            (peers[rank].host == listen.host || isAddressOfThisMachine(peers[rank].host))) {
            found.push_back(rank);
        }
    }
    if (const auto exact = std::find(peers.begin(), peers.end(), listen); exact != peers.end()) {
        return static_cast<Rank>(exact - peers.begin());
    }
    if (found.size() != 1) {
        throw usageError("--peers: " + std::string{found.empty() ? "none" : "more than one"} +
                         " of them is this master, which listens on " + toText(listen) +
                         "; give its address among them, and --listen and --port accordingly");
    }
    return found.front();
}

template <class Options>
ProgramText describe(const Program& program) {
    Options unused;
    ProgramText text{program.name, {textOf(generalGroup())}};
    for (const po::options_description& group : settingsOf(unused)) {
        text.groups.push_back(textOf(group));
    }
    return text;
}

template <class Options>
ParseResult<Options> parse(const Program& program, std::span<const char* const> arguments) {
    Options options;
    po::options_description settings;
    addSettings(settings, options);
    po::options_description known;
    known.add(generalGroup());
    addSettings(known, options);

    const po::variables_map commandLine = readCommandLine(arguments, known);
    if (commandLine.contains("help")) {
        return helpText(program, known);
    }
    if (commandLine.contains("version")) {
        return versionText(program);
    }
    if (commandLine.contains("config")) {
        const auto& file = commandLine["config"].as<std::string>();
        assignAll(readConfig(file, settings), file + ": ");
    }
    assignAll(commandLine, "--");
    refuseContradictions(options);
    return options;
}

}  // namespace

bool isSimulated(const CommonOptions& options) {
    return options.simulateOffset != Nanoseconds::zero() || options.simulateDriftPpb != 0;
}

std::unique_ptr<SystemClock> systemClockFor(ClockKind kind) {
    if (kind == ClockKind::system) {
        return std::make_unique<KernelClock>();
    }
    return nullptr;
}

ParseResult<MasterOptions> parseMasterOptions(std::span<const char* const> arguments) {
    ParseResult<MasterOptions> result = parse<MasterOptions>(kMaster, arguments);
    if (auto* options = std::get_if<MasterOptions>(&result); options && !options->peers.empty()) {
        options->rank = rankIn(options->peers, options->listen);
    }
    return result;
}

ParseResult<SlaveOptions> parseSlaveOptions(std::span<const char* const> arguments) {
    return parse<SlaveOptions>(kSlave, arguments);
}

ProgramText describeMaster() { return describe<MasterOptions>(kMaster); }

ProgramText describeSlave() { return describe<SlaveOptions>(kSlave); }

}  // namespace berkeley
