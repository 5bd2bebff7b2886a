#include "ctl/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <string_view>

#include "common/values.h"

namespace berkeley::apps {
namespace {

/// In the order of CtlCommand.
const std::vector<Command> kCommands{
    {"status", "how well this machine's clock is synchronized"},
    {"sources", "the group's clocks, as the master sees them"},
    {"now", "the group's time, with its bound"},
    {"waitsync", "wait until the clock is synchronized"},
    {"run", "run a program under the group's time"},
};

/// Without a command, returns the options of all commands.
OptionGroup optionsOf(std::optional<CtlCommand> command, CtlOptions& options) {
    using enum CtlCommand;
    OptionGroup group{"Options", helpOptions()};
    const auto add = [&](std::initializer_list<CtlCommand> commands, const Option& option) {
        if (!command || std::ranges::find(commands, *command) != commands.end()) {
            group.options.push_back(option);
        }
    };
    add({status, sources, now, waitsync},
        {"json", "", "print one JSON object; not for run", value("off"), into(options.json)});
    add({status, now, waitsync, run},
        {"page", "FILE", "published page of a daemon; not for sources",
         inWords("BERKELEY_PAGE in the environment, else this machine's"),
         into(options.page, readFile)});
    add({sources}, {"http", "ADDR:PORT", "sources: address where the master serves HTTP",
                    value(toText(options.http)), into(options.http, readHttp)});
    add({waitsync}, {"max-bound", "DURATION", "waitsync: also wait until the bound is at most this",
                     inWords("any"), into(options.maxBound, readSpan)});
    add({waitsync}, {"timeout", "DURATION", "waitsync: give up after this time, with exit code 1",
                     inWords("never"), into(options.timeout, readTimeout)});
    return group;
}

std::string commandNames() {
    std::vector<std::string> names;
    std::ranges::transform(kCommands, std::back_inserter(names), &Command::name);
    return fmt::format("{}", fmt::join(names, ", "));
}

CtlCommand readCommand(const std::string& text) {
    const auto found = std::ranges::find(kCommands, text, &Command::name);
    if (found == kCommands.end()) {
        throw UsageError('"' + text + "\" is not a command: give one of " + commandNames());
    }
    return static_cast<CtlCommand>(found - kCommands.begin());
}

}  // namespace

ParseResult<CtlOptions> parseCtlOptions(std::span<const char* const> arguments) {
    if (arguments.size() < 2) {
        throw UsageError("give a command, one of " + commandNames() + "; see --help");
    }
    CtlOptions options;
    std::optional<CtlCommand> command;
    if (!std::string_view{arguments[1]}.starts_with("--")) {
        command = readCommand(arguments[1]);
        arguments = arguments.subspan(1);
    }
    const auto end = std::ranges::find(arguments, std::string_view{"--"});
    if (command == CtlCommand::run) {
        options.program.assign(end == arguments.end() ? end : end + 1, arguments.end());
        arguments = {arguments.begin(), end};
    }
    if (const auto text =
            readOptions(describe(options), {optionsOf(command, options)}, arguments)) {
        return *text;
    }
    if (!command) {
        throw UsageError("give a command before the options; see --help");
    }
    options.command = *command;
    if (*command == CtlCommand::run && options.program.empty()) {
        throw UsageError("run: give the program after --, as in \"berkeleyctl run -- date\"");
    }
    return options;
}

Program describe(CtlOptions& options) {
    return {"berkeleyctl",
            "COMMAND [OPTION]...\n"
            "       berkeleyctl run [OPTION]... -- PROGRAM [ARGUMENT]...",
            "Reads the group's time on this machine, and says how far to rely on it.",
            kCommands,
            {optionsOf(std::nullopt, options)},
            "Examples:\n"
            "  berkeleyctl status\n"
            "  berkeleyctl sources --http 127.0.0.1:8081\n"
            "  berkeleyctl waitsync --max-bound 100us --timeout 30s && start-the-measurement\n"
            "  berkeleyctl run -- date\n"};
}

}  // namespace berkeley::apps
