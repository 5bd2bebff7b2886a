#include <sstream>

#include "docs/documents.h"

namespace berkeley::apps {
namespace {

/// Whether a default can stand as it is behind the key, and is no description of what happens.
bool isValue(const std::string& text) {
    return !text.empty() && text.find(' ') == std::string::npos && text != "none";
}

constexpr std::size_t kWidth = 80;

void comment(const std::string& text, std::ostream& file) {
    std::istringstream words{text};
    std::size_t column = 1;
    file << '#';
    for (std::string word; words >> word; column += 1 + word.size()) {
        if (column + 1 + word.size() > kWidth) {
            file << "\n#";
            column = 1;
        }
        file << ' ' << word;
    }
    file << '\n';
}

void setting(const OptionText& option, std::ostream& file) {
    const bool isFlag = option.placeholder.empty();
    const std::string& value = option.byDefault;
    const bool isShown = isFlag || isValue(value);
    comment(option.description + (isShown ? "" : " (default: " + value + ")"), file);
    file << '#' << option.name << " = "
         << (isFlag    ? "false"
             : isShown ? value
                       : option.placeholder)
         << '\n';
}

}  // namespace

std::string configurationOf(const ProgramText& program) {
    std::ostringstream file;
    comment("Configuration of " + program.name +
                ", see berkeley.conf(5). Every option has its default here: take the # away in "
                "front of one to change it, and restart the daemon.",
            file);
    for (const OptionGroup& group : program.groups) {
        if (group.name == "General") {
            continue;
        }
        file << "\n# --- " << group.name << " ---\n";
        for (const OptionText& option : group.options) {
            file << '\n';
            setting(option, file);
        }
    }
    return file.str();
}

}  // namespace berkeley::apps
