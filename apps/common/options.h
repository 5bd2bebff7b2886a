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
    std::filesystem::path keyFile;  ///< with which slaves prove who they are; empty: none
    Nanoseconds interval = std::chrono::seconds{5};  ///< between sync cycles, or between reports
    double maxSlewPpb = 500'000.0;  ///< highest rate at which the group clock is slewed
    /// A clock farther behind than this steps forward; one farther ahead is slewed as fast as is
    /// allowed.
    Nanoseconds step = std::chrono::seconds{1};
    sync::DriftLimit driftLimit;    ///< of good unsteered clocks; one beyond it is reported
    std::filesystem::path publish;  ///< page for other processes; empty: the usual place
    /// With a larger bound the clock is not healthy, and other processes are told not to rely on
    /// it.
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
    /// A new group begins when no new slave has come for this long.
    Nanoseconds foundAfter = std::chrono::seconds{5};
    std::uint32_t cycles = 0;  ///< after which the master ends; 0: it runs until stopped
    sync::AverageOptions average;
    std::vector<net::Endpoint> peers;  ///< all masters by rank, this one among them; or none
    sync::Rank rank{};                 ///< of this one among them
    node::AdmissionLimits admission;
    std::chrono::milliseconds patience{5'000};  ///< for a peer's frame, and until it says who it is
    std::uint32_t maxUnread = 16 * 1024;        ///< bytes kept for a peer that does not read
    bool watch{};                               ///< one screen that is redrawn instead of tables
    std::uint32_t metricsSlaves = 100;          ///< most clocks with their own metrics
};

struct SlaveOptions : CommonOptions {
    std::vector<net::Endpoint> masters{{"127.0.0.1", kDefaultPort}};  ///< by rank
    std::string name = defaultName();     ///< under which the master knows this slave
    bool lab{};                           ///< speak the lab's text
    std::filesystem::path chronySock;     ///< where chronyd takes the group's time; empty: nowhere
    std::optional<std::uint32_t> ntpShm;  ///< unit of NTP's shared memory; nothing: none
};

/// Returns whether the clock is wrong on purpose, and so says nothing about this machine's.
bool isSimulated(const CommonOptions& options);

/// `arguments` are those of main, the program's name first. The command line wins over the file
/// that --config names. Throws UsageError.
ParseResult<MasterOptions> parseMasterOptions(std::span<const char* const> arguments);
ParseResult<SlaveOptions> parseSlaveOptions(std::span<const char* const> arguments);

/// Returns the program, whose options set `options`. That must hold the defaults beforehand, and
/// must outlive the program.
Program describe(MasterOptions& options);
Program describe(SlaveOptions& options);

}  // namespace berkeley::apps
