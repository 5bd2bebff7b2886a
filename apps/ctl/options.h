/// What berkeleyctl is told on the command line.
///
/// Units: std::chrono. Thread safety: values. Errors: UsageError.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/command_line.h"
#include "common/program.h"
#include "host/environment.h"
#include "net/endpoint.h"
#include "time/timeline.h"

namespace berkeley::apps {

enum class CtlCommand { status, sources, now, waitsync, run };

struct CtlOptions {
    CtlCommand command{};
    bool json{};
    std::string page =
        host::environmentVariable("BERKELEY_PAGE");  ///< empty: that of this machine's daemon
    net::Endpoint http{"127.0.0.1", 8081};           ///< where the master answers HTTP
    std::optional<Nanoseconds> maxBound{};           ///< nothing: any
    std::optional<Nanoseconds> timeout{};            ///< nothing: wait for ever
    std::vector<std::string> program{};              ///< to run, with its arguments
};

ParseResult<CtlOptions> parseCtlOptions(std::span<const char* const> arguments);

/// Returns the program, whose options set `options`, which must outlive it.
Program describe(CtlOptions& options);

}  // namespace berkeley::apps
