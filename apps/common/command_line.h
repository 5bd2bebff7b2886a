/// How the programs are told what to do: their options, and how those are read from the command
/// line and from a file.
///
/// Thread safety: before any thread starts. Errors: UsageError.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace berkeley::apps {

/// The user asked for something that cannot be. what() is one line, whatever the user wrote into
/// it, that names the culprit and the remedy.
class UsageError : public std::runtime_error {
  public:
    explicit UsageError(std::string text);
};

/// The options, or the text that --help or --version asks for.
template <class Options>
using ParseResult = std::variant<Options, std::string>;

using OptionTable = boost::program_options::options_description;

/// With commas in between.
std::string joined(const std::vector<std::string>& texts);
inline const std::string& joined(const std::string& text) { return text; }

/// Adds an option whose text `read` turns into `target`, or throws std::invalid_argument. With a
/// vector as `Given` it may stand there several times, which is as good as with commas.
template <class Given = std::string, class Target, class Read>
void addOption(OptionTable& group, const std::string& name, const char* placeholder, Target& target,
               Read read, const std::string& description, std::string_view byDefault) {
    const auto store = [name, &target, read](const Given& given) {
        try {
            target = read(joined(given));
        } catch (const std::invalid_argument& error) {
            throw std::invalid_argument{name + ": " + error.what()};
        }
    };
    auto* value = boost::program_options::value<Given>()->value_name(placeholder)->notifier(store);
    const std::string text = description + " (default: " + std::string{byDefault} + ")";
    group.add_options()(name.c_str(), value, text.c_str());
}

/// Adds one that has no value on the command line; in a file it is true or false.
void addFlag(OptionTable& group, const char* name, bool& target, const std::string& description);

/// Adds --help and --version.
void addHelp(OptionTable& group);

/// What --version prints.
std::string versionText(const std::string& program);

/// The first of `arguments` is the program's name.
boost::program_options::variables_map readCommandLine(std::span<const char* const> arguments,
                                                      const OptionTable& known);

/// Of lines "key = value". Zero bytes and what cannot be read are refused.
boost::program_options::variables_map readConfig(const std::string& file, const OptionTable& known);

/// Turns texts into values. `source` goes before an option's name in an error.
void assignAll(boost::program_options::variables_map values, const std::string& source);

}  // namespace berkeley::apps
