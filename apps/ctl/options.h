/// What berkeleyctl is told on the command line.
///
/// Units: std::chrono. Thread safety: values. Errors: UsageError.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "berkeley/net/endpoint.h"
#include "berkeley/time/timeline.h"
#include "common/program_text.h"

namespace berkeley {

enum class CtlCommand { status, sources, now, waitsync, run };

struct CtlOptions {
    CtlCommand command{};
    bool json{};
    std::string page{};                     ///< empty: that of this machine's daemon
    Endpoint http{"127.0.0.1", 8081};       ///< where the master tells about its clocks
    std::optional<Nanoseconds> maxBound{};  ///< any will do
    std::optional<Nanoseconds> timeout{};   ///< none: wait for ever
    std::vector<std::string> program{};     ///< to be run, with its arguments
};

/// The options, or the text that --help or --version asks for.
std::variant<CtlOptions, std::string> parseCtlOptions(std::span<const char* const> arguments);

/// What its --help says.
ProgramText describeCtl();

}  // namespace berkeley
