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
        host::environmentVariable("BERKELEY_PAGE");  ///< empty: this machine's daemon's
    net::Endpoint http{"127.0.0.1", 8081};           ///< where the master tells about its clocks
    std::optional<Nanoseconds> maxBound{};           ///< any will do
    std::optional<Nanoseconds> timeout{};            ///< none: wait for ever
    std::vector<std::string> program{};              ///< to be run, with its arguments
};

ParseResult<CtlOptions> parseCtlOptions(std::span<const char* const> arguments);

/// The program, whose options set `options`, which has to outlive them.
Program describe(CtlOptions& options);

}  // namespace berkeley::apps
