#include "common/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

namespace berkeley::apps {

namespace po = boost::program_options;

namespace {

std::string onOneLine(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c >= '\0' && c < ' '; }, '?');
    return text;
}

/// In its errors, Boost replaces these by what the user wrote and, if that contains one of them
/// too, never ends.
void refusePlaceholders(const std::string& source, std::string_view text) {
    for (const std::string_view placeholder : {"%canonical_option%", "%invalid_line%", "%option%",
                                               "%original_token%", "%prefix%", "%value%"}) {
        if (text.find(placeholder) != std::string_view::npos) {
            throw UsageError(source + "holds " + std::string{placeholder} +
                             ", which no option needs; leave it out");
        }
    }
}

/// Boost takes ownership of what is returned.
const po::value_semantic* semanticOf(const Option& option) {
    const auto set = [option](const std::string& text) {
        try {
            if (option.set) {
                option.set(text);
            }
        } catch (const std::invalid_argument& error) {
            throw std::invalid_argument{option.name + ": " + error.what()};
        }
    };
    if (option.placeholder.empty()) {
        return po::value<bool>()->zero_tokens()->notifier(
            [set](bool on) { set(on ? "true" : "false"); });
    }
    if (option.times == Times::any) {
        using Texts = std::vector<std::string>;
        return po::value<Texts>()
            ->value_name(option.placeholder)
            ->notifier([set](const Texts& all) { set(fmt::format("{}", fmt::join(all, ","))); });
    }
    return po::value<std::string>()->value_name(option.placeholder)->notifier(set);
}

po::options_description tableOf(const OptionGroup& group) {
    po::options_description table{group.name};
    for (const Option& option : group.options) {
        table.add_options()(option.name.c_str(), semanticOf(option),
                            fullDescriptionOf(option).c_str());
    }
    return table;
}

po::options_description tableOf(const std::vector<OptionGroup>& groups) {
    po::options_description table;
    for (const OptionGroup& group : groups) {
        table.add(tableOf(group));
    }
    return table;
}

std::string helpText(const Program& program) {
    std::ostringstream text;
    text << "Usage: " << program.name << " " << program.usage << "\n\n" << program.purpose << "\n";
    if (!program.commands.empty()) {
        text << "\nCommands:\n";
    }
    for (const auto& [name, purpose] : program.commands) {
        text << fmt::format("  {:<10}{}\n", name, purpose);
    }
    if (program.groups.size() == 1) {
        // Within another table, its first column would be wider than necessary.
        text << "\n" << tableOf(program.groups.front());
    } else {
        text << tableOf(program.groups);
    }
    text << "\n" << program.examples;
    return text.str();
}

po::variables_map stored(const po::parsed_options& parsed) {
    po::variables_map values;
    po::store(parsed, values);
    return values;
}

/// Refuses what Boost lets pass: words that belong to no option, and an option in place of a value.
void refuseStrayWords(const po::parsed_options& parsed) {
    for (const po::option& option : parsed.options) {
        if (option.string_key.empty()) {
            throw UsageError('"' + option.value.front() + "\" belongs to no option; see --help");
        }
        if (option.original_tokens.size() > 1 && option.original_tokens[1].starts_with("--")) {
            throw UsageError("--" + option.string_key + ": give its value before \"" +
                             option.original_tokens[1] + '"');
        }
    }
}

[[noreturn]] void refuseFile(const std::string& file) {
    throw UsageError("--config: cannot read \"" + file +
                     "\": " + std::generic_category().message(errno) + "; give a readable file");
}

po::variables_map readCommandLine(std::span<const char* const> arguments,
                                  const po::options_description& known) {
    using namespace po::command_line_style;
    // No short options, so that -10min is a value, and no guessing what --int may mean.
    constexpr int kStyle = allow_long | long_allow_adjacent | long_allow_next;
    const std::vector<std::string> words(arguments.begin() + 1, arguments.end());
    for (const std::string& word : words) {
        refusePlaceholders('"' + word + "\" ", word);
    }
    try {
        const auto parsed = po::command_line_parser{words}.options(known).style(kStyle).run();
        refuseStrayWords(parsed);
        return stored(parsed);
    } catch (const po::error& error) {
        throw UsageError(std::string{error.what()} + "; see --help");
    }
}

po::variables_map readConfig(const std::string& file, const po::options_description& known) {
    std::ifstream stream{file};
    if (!stream) {
        refuseFile(file);
    }
    std::string content;
    std::getline(stream, content, '\0');
    // A directory opens like a file, and fails only when it is read.
    if (stream.bad()) {
        refuseFile(file);
    }
    if (!stream.eof()) {
        // It would cut off every error about the line that it is in.
        throw UsageError(file + ": holds a zero byte; give a text file in ASCII or UTF-8");
    }
    refusePlaceholders(file + ": ", content);
    try {
        std::istringstream text{content};
        return stored(po::parse_config_file(text, known));
    } catch (const po::error& error) {
        throw UsageError(file + ": " + error.what() +
                         "; write \"key = value\" with the keys of --help");
    }
}

/// Turns texts into values. In an error, `source` precedes the option's name.
void assignAll(po::variables_map values, const std::string& source) {
    try {
        po::notify(values);
    } catch (const std::invalid_argument& error) {
        throw UsageError(source + error.what());
    }
}

}  // namespace

UsageError::UsageError(std::string text) : std::runtime_error(onOneLine(std::move(text))) {}

std::optional<std::string> readOptions(const Program& program,
                                       const std::vector<OptionGroup>& known,
                                       std::span<const char* const> arguments) {
    const po::variables_map given = readCommandLine(arguments, tableOf(known));
    if (given.contains("help")) {
        return helpText(program);
    }
    if (given.contains("version")) {
        return program.name + " " BERKELEY_VERSION "\n";
    }
    if (given.contains("config")) {
        const auto& file = given["config"].as<std::string>();
        assignAll(readConfig(file, tableOf(settingsOf(program))), file + ": ");
    }
    assignAll(given, "--");
    return std::nullopt;
}

}  // namespace berkeley::apps
