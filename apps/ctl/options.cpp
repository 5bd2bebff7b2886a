#include "ctl/options.h"

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>
#include <sstream>
#include <string_view>

#include "common/command_line.h"
#include "common/values.h"

namespace berkeley {
namespace {

namespace po = boost::program_options;

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

template <class Target, class Read>
void add(po::options_description& group, const std::string& name, const char* placeholder,
         Target& target, Read read, const char* description) {
    const auto store = [name, &target, read](const std::string& text) {
        try {
            target = read(text);
        } catch (const std::invalid_argument& error) {
            throw std::invalid_argument{name + ": " + error.what()};
        }
    };
    group.add_options()(name.c_str(),
                        po::value<std::string>()->value_name(placeholder)->notifier(store),
                        description);
}

/// Without a command, those of all.
po::options_description optionsOf(std::optional<CtlCommand> command, CtlOptions& options) {
    const auto has = [&](auto... commands) { return !command || ((*command == commands) || ...); };
    po::options_description group{"Options"};
    group.add_options()("help", "show this text and end");
    group.add_options()("version", "show the version and end");
    if (has(CtlCommand::status, CtlCommand::sources, CtlCommand::now, CtlCommand::waitsync)) {
        group.add_options()("json", po::value<bool>(&options.json)->zero_tokens(),
                            "print one JSON object; not for run (default: off)");
    }
    if (has(CtlCommand::status, CtlCommand::now, CtlCommand::waitsync, CtlCommand::run)) {
        add(group, "page", "FILE", options.page, readFile,
            "what a daemon publishes; not for sources (default: BERKELEY_PAGE in the environment, "
            "else this machine's)");
    }
    if (has(CtlCommand::sources)) {
        add(group, "http", "ADDRESS:PORT", options.http, readEndpoint,
            "sources: where the master answers HTTP (default: 127.0.0.1:8081)");
    }
    if (has(CtlCommand::waitsync)) {
        add(group, "max-bound", "DURATION", options.maxBound, readMaxBound,
            "waitsync: and until the bound is no larger (default: any)");
        add(group, "timeout", "DURATION", options.timeout, readTimeout,
            "waitsync: give up after so long, with exit code 1 (default: never)");
    }
    return group;
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
        std::string names;
        for (const CommandText& command : kCommands) {
            names += (names.empty() ? "" : ", ") + std::string{command.name};
        }
        throw usageError('"' + text + "\" is no command: give one of " + names);
    }
    return found->command;
}

}  // namespace

std::variant<CtlOptions, std::string> parseCtlOptions(std::span<const char* const> arguments) {
    if (arguments.size() < 2) {
        throw usageError("give a command: status, sources, now, waitsync or run; see --help");
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
    const po::options_description known = optionsOf(command, options);
    const po::variables_map given = readCommandLine(arguments, known);
    if (given.contains("help")) {
        return helpText();
    }
    if (given.contains("version")) {
        return "berkeleyctl " BERKELEY_VERSION "\n";
    }
    assignAll(given, "--");
    if (!command) {
        throw usageError("give a command before the options; see --help");
    }
    options.command = *command;
    if (*command == CtlCommand::run && options.program.empty()) {
        throw usageError("run: give the program after --, as in \"berkeleyctl run -- date\"");
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

}  // namespace berkeley
