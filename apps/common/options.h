/// What the daemons are told on the command line and in the configuration file.
///
/// Units: std::chrono, or in the name. Thread safety: values; parse before any thread starts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "common/command_line.h"
#include "common/logging.h"
#include "common/program.h"
#include "common/values.h"
#include "net/endpoint.h"
#include "node/admission.h"
#include "sync/average.h"
#include "sync/drift_limit.h"
#include "sync/election.h"

namespace berkeley::apps {

/// Options that both daemons have.
struct CommonOptions {
    std::filesystem::path keyFile;  ///< with what slaves prove who they are; empty: nothing
    Nanoseconds interval = std::chrono::seconds{5};  ///< between sync cycles, or between reports
    double maxSlewPpb = 500'000.0;  ///< fastest that the group clock makes good an offset
    /// Farther behind than this it steps forward, farther ahead it is slewed as fast as is allowed.
    Nanoseconds step = std::chrono::seconds{1};
    sync::DriftLimit driftLimit;    ///< of good unsteered clocks; one beyond it is named
    std::filesystem::path publish;  ///< page for other processes; empty: the usual place
    /// With a larger one the clock is not healthy, and other processes are told not to rely on it.
    Nanoseconds maxBound = std::chrono::milliseconds{100};
    ClockKind clock = ClockKind::software;
    std::filesystem::path stateFolder;  ///< where the drift is remembered; empty: the usual place
    Nanoseconds simulateOffset{};       ///< added to what the host's clock shows
    double simulateDriftPpb{};          ///< by which the host's clock runs fast
    spdlog::level::level_enum logLevel = spdlog::level::info;
    LogFormat logFormat = LogFormat::text;
    std::optional<net::Endpoint> http;  ///< where to serve HTTP; nothing: nowhere
};

struct MasterOptions : CommonOptions {
    net::Endpoint listen{"127.0.0.1", kDefaultPort};
    bool insecure{};              ///< any peer that reaches the port may join without a key
    std::uint32_t minSlaves = 1;  ///< no cycle with fewer
    /// A new group begins when no new slave has come for that long.
    Nanoseconds foundAfter = std::chrono::seconds{5};
    std::uint32_t cycles = 0;  ///< after which the master ends; 0: it goes on until stopped
    sync::AverageOptions average;
    std::vector<net::Endpoint> peers;  ///< all masters by rank, this one among them; or none
    sync::Rank rank{};                 ///< this one's among them
    node::AdmissionLimits admission;
    std::chrono::milliseconds patience{5'000};  ///< for a frame of a peer, and for its first one
    std::uint32_t maxUnread = 16 * 1024;        ///< bytes for a peer that does not read
    bool watch{};                               ///< one screen that is redrawn, no tables
    std::uint32_t metricsSlaves = 100;          ///< clocks that have metrics of their own
};

struct SlaveOptions : CommonOptions {
    std::vector<net::Endpoint> masters{{"127.0.0.1", kDefaultPort}};  ///< by rank
    std::string name = defaultName();     ///< under which the master knows this slave
    bool lab{};                           ///< speak the lab's text
    std::filesystem::path chronySock;     ///< where chronyd takes the group's time; empty: nowhere
    std::optional<std::uint32_t> ntpShm;  ///< the unit of NTP's shared memory, likewise
};

/// Whether the clock is wrong on purpose, and so no matter of this machine's.
bool isSimulated(const CommonOptions& options);

/// `arguments` are those of main, the program's name first. The command line wins over the file
/// that is named by --config. Throws UsageError.
ParseResult<MasterOptions> parseMasterOptions(std::span<const char* const> arguments);
ParseResult<SlaveOptions> parseSlaveOptions(std::span<const char* const> arguments);

/// The programs, whose options set `options`; that has their defaults before, and has to outlive
/// them.
Program describe(MasterOptions& options);
Program describe(SlaveOptions& options);

}  // namespace berkeley::apps
