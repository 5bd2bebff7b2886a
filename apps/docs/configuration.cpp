#include <sstream>

#include "docs/documents.h"

namespace berkeley::apps {
namespace {

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

void setting(const Option& option, std::ostream& file) {
    const bool isFlag = option.placeholder.empty();
    const auto& [byDefault, isValue] = option.byDefault;
    comment(isValue ? descriptionOf(option) : fullDescriptionOf(option), file);
    file << '#' << option.name << " = "
         << (isFlag    ? "false"
             : isValue ? byDefault
                       : option.placeholder)
         << '\n';
}

}  // namespace

std::string configurationOf(const Program& program) {
    std::ostringstream file;
    comment("Configuration of " + program.name +
                ", see berkeley.conf(5). Each option is shown with its default: remove the # in "
                "front of one to change it, and restart the daemon.",
            file);
    for (const OptionGroup& group : settingsOf(program)) {
        file << "\n# --- " << group.name << " ---\n";
        for (const Option& option : group.options) {
            file << '\n';
            setting(option, file);
        }
    }
    return file.str();
}

}  // namespace berkeley::apps
