/// What a program can be told, as data: the readers of the command line and of configuration files
/// work from it, and --help, man pages and completion are made from it.
///
/// Thread safety: for use before any thread starts. Errors: a setter throws std::invalid_argument
/// whose what() names the text and says what is expected.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berkeley::apps {

/// What applies when an option is not given. If `text` is empty, nothing is said about it.
struct Default {
    std::string text{};
    bool isValue{};  ///< `text` is a value that could be given; else it says what happens
};

inline Default value(std::string text) { return {std::move(text), true}; }
inline Default inWords(std::string text) { return {std::move(text), false}; }

/// Takes the text of an option's value; of a flag, "true" or "false".
using Setter = std::function<void(const std::string& text)>;

/// Returns a setter that puts what `read` makes of the text into `target`, which must outlive it.
template <class Target, class Read>
Setter into(Target& target, Read read) {
    return [&target, read](const std::string& text) { target = read(text); };
}

/// The same for a flag.
inline Setter into(bool& target) {
    return [&target](const std::string& text) { target = text == "true"; };
}

/// How often an option may be given.
enum class Times {
    once,
    any,  ///< the same as once, with commas between the values
};

/// Everything about an option. A member without an initializer must not be left out: the
/// compiler warns.
struct Option {
    std::string name;         ///< without dashes
    std::string placeholder;  ///< for its value; empty: it is a flag, which has none
    std::string text;         ///< what it does, without a capital letter or full stop
    Default byDefault;
    Setter set;  ///< empty: only the command line's reader handles it, and no file can have it
    std::span<const std::string_view> choices{};  ///< all values it can have, if they are few
    Times times = Times::once;
};

struct OptionGroup {
    std::string name;
    std::vector<Option> options;
};

/// A first argument that says what the program is to do.
struct Command {
    std::string name;
    std::string purpose;
};

struct Program {
    std::string name;
    std::string usage;  ///< what comes after the name
    std::string purpose;
    std::vector<Command> commands;
    std::vector<OptionGroup> groups;
    std::string examples;
};

/// Returns --help and --version.
std::vector<Option> helpOptions();

/// Returns the choices, if there are any, and the text.
std::string descriptionOf(const Option& option);

/// Returns descriptionOf() and the default.
std::string fullDescriptionOf(const Option& option);

/// Returns the options that can be in a configuration file.
std::vector<OptionGroup> settingsOf(const Program& program);

}  // namespace berkeley::apps
