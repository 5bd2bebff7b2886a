/// How the programs are told what to do: on the command line and in a file.
///
/// Thread safety: for use before any thread starts. Errors: UsageError.
#pragma once

#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "common/program.h"

namespace berkeley::apps {

/// The user asked for something impossible. what() names the culprit and the remedy, in one line
/// whatever the user wrote.
class UsageError : public std::runtime_error {
  public:
    explicit UsageError(std::string text);
};

/// The options, or the text that --help or --version asks for.
template <class Options>
using ParseResult = std::variant<Options, std::string>;

/// Sets the options in `known`, which are all of `program` that can be given here, from the command
/// line and from the file that it names with --config; the command line wins. The first of
/// `arguments` is the program's name. For --help or --version, sets nothing and returns the text.
std::optional<std::string> readOptions(const Program& program,
                                       const std::vector<OptionGroup>& known,
                                       std::span<const char* const> arguments);

}  // namespace berkeley::apps
