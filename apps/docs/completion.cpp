#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "docs/documents.h"

namespace berkeley::apps {
namespace {

constexpr const char* kBefore =
    R"(    # bash takes the sign in --option=value for a word of its own.
    if [[ $word == = ]]; then
        word=
    elif [[ $option == = ]]; then
        option=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    mapfile -t COMPREPLY < <()";
constexpr const char* kAfter =
    "_values \"$option\" \"$word\" || compgen -W \"$words\" -- \"$word\")\n";

/// Returns the command that completes a value.
std::string completionOf(const Option& option) {
    if (!option.choices.empty()) {
        return fmt::format("compgen -W '{}' -- \"$2\"", fmt::join(option.choices, " "));
    }
    if (option.placeholder == "FILE") {
        return "compgen -f -- \"$2\"";
    }
    return option.placeholder == "DIR" ? "compgen -d -- \"$2\"" : ":";
}

/// The generated function fails for anything but an option that takes a value.
std::string valuesFunction(const Program& program, const std::string& name) {
    std::string cases;
    for (const OptionGroup& group : program.groups) {
        for (const Option& option : group.options) {
            if (!option.placeholder.empty()) {
                cases += "        --" + option.name + ") " + completionOf(option) + " ;;\n";
            }
        }
    }
    return name + "_values() {\n    case $1 in\n" + cases +
           "        *) return 1 ;;\n    esac\n    return 0\n}\n";
}

std::string mainFunction(const Program& program, const std::string& name) {
    std::vector<std::string> words;
    for (const OptionGroup& group : program.groups) {
        for (const Option& option : group.options) {
            words.push_back("--" + option.name);
        }
    }
    std::string text = fmt::format("{}() {{\n    local word=$2 option=$3 words='{}'\n", name,
                                   fmt::join(words, " "));
    if (!program.commands.empty()) {
        words.clear();
        for (const Command& command : program.commands) {
            words.push_back(command.name);
        }
        text += fmt::format("    if ((COMP_CWORD == 1)); then\n        words='{} '$words\n    fi\n",
                            fmt::join(words, " "));
    }
    return text + kBefore + name + kAfter + "}\n";
}

}  // namespace

std::string completionFor(const Program& program) {
    std::string name = "_" + program.name;
    std::replace(name.begin(), name.end(), '-', '_');
    return valuesFunction(program, name) + "\n" + mainFunction(program, name) +
           "complete -o filenames -F " + name + " " + program.name + "\n";
}

}  // namespace berkeley::apps
