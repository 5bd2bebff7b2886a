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

/// Boost puts what the user wrote into its errors in the place of these and, where that has one of
/// them too, never ends.
void refusePlaceholders(const std::string& source, std::string_view text) {
    for (const std::string_view placeholder : {"%canonical_option%", "%invalid_line%", "%option%",
                                               "%original_token%", "%prefix%", "%value%"}) {
        if (text.find(placeholder) != std::string_view::npos) {
            throw UsageError(source + "holds " + std::string{placeholder} +
                             ", which no option needs; leave it out");
        }
    }
}

po::variables_map stored(const po::parsed_options& parsed) {
    po::variables_map values;
    po::store(parsed, values);
    return values;
}

/// What Boost lets pass: words that belong to no option, and an option in the place of a value.
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

}  // namespace

UsageError::UsageError(std::string text) : std::runtime_error(onOneLine(std::move(text))) {}

std::string joined(const std::vector<std::string>& texts) {
    return fmt::format("{}", fmt::join(texts, ","));
}

void addFlag(OptionTable& group, const char* name, bool& target, const std::string& description) {
    group.add_options()(name, po::value<bool>(&target)->zero_tokens(),
                        (description + " (default: off)").c_str());
}

void addHelp(OptionTable& group) {
    group.add_options()("help", "show this text and end");
    group.add_options()("version", "show the version and end");
}

std::string versionText(const std::string& program) { return program + " " BERKELEY_VERSION "\n"; }

po::variables_map readCommandLine(std::span<const char* const> arguments,
                                  const OptionTable& known) {
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

po::variables_map readConfig(const std::string& file, const OptionTable& known) {
    std::ifstream stream{file};
    if (!stream) {
        refuseFile(file);
    }
    std::string content;
    std::getline(stream, content, '\0');
    // A directory opens as well as a file, and fails only when it is read.
    if (stream.bad()) {
        refuseFile(file);
    }
    if (!stream.eof()) {
        // It would end every error about the line that it is in.
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

void assignAll(po::variables_map values, const std::string& source) {
    try {
        po::notify(values);
    } catch (const std::invalid_argument& error) {
        throw UsageError(source + error.what());
    }
}

}  // namespace berkeley::apps
