#include <cctype>
#include <sstream>
#include <vector>

#include "common/command_line.h"
#include "docs/documents.h"

namespace berkeley::apps {
namespace {

/// Leaves line beginnings alone: none of these texts has a line that begins like a command.
std::string escaped(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '\\') {
            escaped += "\\e";
        } else if (c == '-') {
            escaped += "\\-";
        } else {
            escaped += c;
        }
    }
    return escaped;
}

std::string sentence(std::string text) {
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    return escaped(text) + ".";
}

std::string sentencesOf(const Option& option) {
    const std::string text = sentence(descriptionOf(option));
    const std::string& byDefault = option.byDefault.text;
    return byDefault.empty() ? text : text + " Default: " + escaped(byDefault) + ".";
}

enum class Form { commandLine, configuration };

std::string headOf(const Option& option, Form form) {
    const bool isKey = form == Form::configuration;
    const std::string name = "\\fB" + escaped((isKey ? "" : "--") + option.name) + "\\fR";
    if (option.placeholder.empty()) {
        return isKey ? name + " = true" : name;
    }
    return name + (isKey ? " = " : " ") + "\\fI" + escaped(option.placeholder) + "\\fR";
}

std::string optionsOf(const std::vector<OptionGroup>& groups, Form form) {
    std::string roff;
    for (const OptionGroup& group : groups) {
        roff += groups.size() > 1 ? ".SS " + group.name + "\n" : "";
        for (const Option& option : group.options) {
            roff += ".TP\n" + headOf(option, form) + "\n" + sentencesOf(option) + "\n";
        }
    }
    return roff;
}

std::string commandsOf(const Program& program) {
    std::string roff;
    for (const auto& [name, purpose] : program.commands) {
        roff += ".TP\n.B " + escaped(name) + "\n" + sentence(purpose) + "\n";
    }
    return roff;
}

std::string partOf(const Program& program, const std::string& part) {
    if (part == "@COMMANDS") {
        return commandsOf(program);
    }
    if (part == "@KEYS") {
        return optionsOf(settingsOf(program), Form::configuration);
    }
    return optionsOf(program.groups, Form::commandLine);
}

}  // namespace

const Program& programOf(const Programs& programs, const std::string& name) {
    const auto found = programs.find(name);
    if (found == programs.end()) {
        throw UsageError('"' + name + "\" is not a program with options of its own");
    }
    return found->second;
}

std::string manPage(const std::string& text, const Programs& programs) {
    std::istringstream lines{text};
    std::string page;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words{line};
        std::string command;
        std::string name;
        words >> command >> name;
        if (command == "@OPTIONS" || command == "@KEYS" || command == "@COMMANDS") {
            page += partOf(programOf(programs, name.substr(0, name.find('@'))), command);
        } else {
            page += line + "\n";
        }
    }
    return page;
}

}  // namespace berkeley::apps
