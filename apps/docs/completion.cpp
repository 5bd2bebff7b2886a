#include "docs/completion.h"

#include <algorithm>

namespace berkeley {
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

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : " ") + word;
    }
    return text;
}

/// How a value is completed.
std::string completionOf(const OptionText& option) {
    if (!option.choices.empty()) {
        return "compgen -W '" + joined(option.choices) + "' -- \"$2\"";
    }
    if (option.placeholder == "FILE") {
        return "compgen -f -- \"$2\"";
    }
    return option.placeholder == "DIR" ? "compgen -d -- \"$2\"" : ":";
}

/// Fails for what is no option that takes a value.
std::string valuesFunction(const ProgramText& program, const std::string& name) {
    std::string cases;
    for (const OptionGroup& group : program.groups) {
        for (const OptionText& option : group.options) {
            if (!option.placeholder.empty()) {
                cases += "        --" + option.name + ") " + completionOf(option) + " ;;\n";
            }
        }
    }
    return name + "_values() {\n    case $1 in\n" + cases +
           "        *) return 1 ;;\n    esac\n    return 0\n}\n";
}

std::vector<std::string> optionsOf(const ProgramText& program) {
    std::vector<std::string> options;
    for (const OptionGroup& group : program.groups) {
        for (const OptionText& option : group.options) {
            options.push_back("--" + option.name);
        }
    }
    return options;
}

std::vector<std::string> commandsOf(const ProgramText& program) {
    std::vector<std::string> commands;
    for (const CommandOfProgram& command : program.commands) {
        commands.push_back(command.name);
    }
    return commands;
}

std::string mainFunction(const ProgramText& program, const std::string& name) {
    std::string text =
        name + "() {\n    local word=$2 option=$3 words='" + joined(optionsOf(program)) + "'\n";
    if (!program.commands.empty()) {
        text += "    if ((COMP_CWORD == 1)); then\n        words='" + joined(commandsOf(program)) +
                " '$words\n    fi\n";
    }
    return text + kBefore + name + kAfter + "}\n";
}

}  // namespace

std::string completionFor(const ProgramText& program) {
    std::string name = "_" + program.name;
    std::replace(name.begin(), name.end(), '-', '_');
    return valuesFunction(program, name) + "\n" + mainFunction(program, name) +
           "complete -o filenames -F " + name + " " + program.name + "\n";
}

}  // namespace berkeley
