#include "ctl/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <sstream>
#include <string_view>

#include "common/values.h"

namespace berkeley::apps {
namespace {

struct CommandText {
    CtlCommand command;
    std::string_view name;
    std::string_view purpose;
};

constexpr std::array kCommands{
    CommandText{CtlCommand::status, "status", "how well this machine's clock is synchronized"},
    CommandText{CtlCommand::sources, "sources", "the group's clocks, as the master sees them"},
    CommandText{CtlCommand::now, "now", "the group's time, with its bound"},
    CommandText{CtlCommand::waitsync, "waitsync", "wait until the clock is synchronized"},
    CommandText{CtlCommand::run, "run", "run a program under the group's time"},
};

constexpr const char* kExamples =
    "Examples:\n"
    "  berkeleyctl status\n"
    "  berkeleyctl sources --http 127.0.0.1:8081\n"
    "  berkeleyctl waitsync --max-bound 100us --timeout 30s && start-the-measurement\n"
    "  berkeleyctl run -- date\n";

/// Without a command, those of all.
OptionTable optionsOf(std::optional<CtlCommand> command, CtlOptions& options) {
    using enum CtlCommand;
    const auto has = [&](auto... commands) { return !command || ((*command == commands) || ...); };
    OptionTable group{"Options"};
    addHelp(group);
    if (has(status, sources, now, waitsync)) {
        addFlag(group, "json", options.json, "print one JSON object; not for run");
    }
    if (has(status, now, waitsync, run)) {
        addOption(group, "page", "FILE", options.page, readFile,
                  "what a daemon publishes; not for sources",
                  "BERKELEY_PAGE in the environment, else this machine's");
    }
    if (has(sources)) {
        addOption(group, "http", "ADDR:PORT", options.http, readHttp,
                  "sources: where the master answers HTTP", toText(options.http));
    }
    if (has(waitsync)) {
        addOption(group, "max-bound", "DURATION", options.maxBound, readSpan,
                  "waitsync: and until the bound is no larger", "any");
        addOption(group, "timeout", "DURATION", options.timeout, readTimeout,
                  "waitsync: give up after so long, with exit code 1", "never");
    }
    return group;
}

std::string commandNames() {
    std::vector<std::string_view> names;
    std::ranges::transform(kCommands, std::back_inserter(names), &CommandText::name);
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string helpText() {
    CtlOptions unused;
    std::ostringstream text;
    text << "Usage: berkeleyctl COMMAND [OPTION]...\n"
            "       berkeleyctl run [OPTION]... -- PROGRAM [ARGUMENT]...\n\n"
            "Reads the group's time on this machine, and tells how far it can be relied on.\n\n"
            "Commands:\n";
    for (const CommandText& command : kCommands) {
        text << "  " << command.name << std::string(10 - command.name.size(), ' ')
             << command.purpose << "\n";
    }
    text << "\n" << optionsOf(std::nullopt, unused) << "\n" << kExamples;
    return text.str();
}

CtlCommand readCommand(const std::string& text) {
    const auto* found = std::ranges::find(kCommands, text, &CommandText::name);
    if (found == kCommands.end()) {
        throw UsageError('"' + text + "\" is no command: give one of " + commandNames());
    }
    return found->command;
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
    const OptionTable known = optionsOf(command, options);
    const auto given = readCommandLine(arguments, known);
    if (given.contains("help")) {
        return helpText();
    }
    if (given.contains("version")) {
        return versionText("berkeleyctl");
    }
    assignAll(given, "--");
    if (!command) {
        throw UsageError("give a command before the options; see --help");
    }
    options.command = *command;
    if (*command == CtlCommand::run && options.program.empty()) {
        throw UsageError("run: give the program after --, as in \"berkeleyctl run -- date\"");
    }
    return options;
}

ProgramText describeCtl() {
    CtlOptions unused;
    ProgramText text{"berkeleyctl", {textOf(optionsOf(std::nullopt, unused))}, {}};
    for (const CommandText& command : kCommands) {
        text.commands.push_back({std::string{command.name}, std::string{command.purpose}});
    }
    return text;
}

}  // namespace berkeley::apps
