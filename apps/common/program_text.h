/// What a program's --help says, in parts: man pages, completion and configuration files are made
/// of it.
///
/// Thread safety: values.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <string>
#include <vector>

namespace berkeley::apps {

struct OptionText {
    std::string name;                  ///< without dashes
    std::string placeholder;           ///< for its value; empty when it has none
    std::string description;           ///< without the default
    std::string byDefault;             ///< "" when nothing is said of one
    std::vector<std::string> choices;  ///< all values it can have, if they are few
};

struct OptionGroup {
    std::string name;
    std::vector<OptionText> options;
};

struct CommandOfProgram {
    std::string name;
    std::string purpose;
};

struct ProgramText {
    std::string name;
    std::vector<OptionGroup> groups;
    std::vector<CommandOfProgram> commands{};  ///< of which one is the first argument, if any
};

/// An option's description may end with "(default: X)", and begin with the choices: "text or json;
/// ...".
OptionGroup textOf(const boost::program_options::options_description& group);

}  // namespace berkeley::apps
