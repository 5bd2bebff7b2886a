#include "common/program.h"

#include <fmt/format.h>

namespace berkeley::apps {

std::vector<Option> helpOptions() {
    return {{"help", "", "show this text and end", {}, {}},
            {"version", "", "show the version and end", {}, {}}};
}

std::string descriptionOf(const Option& option) {
    if (option.choices.empty()) {
        return option.text;
    }
    const auto butLast = option.choices.first(option.choices.size() - 1);
    return fmt::format("{} or {}{}{}", fmt::join(butLast, ", "), option.choices.back(),
                       option.text.empty() ? "" : "; ", option.text);
}

std::string fullDescriptionOf(const Option& option) {
    const std::string& byDefault = option.byDefault.text;
    return descriptionOf(option) + (byDefault.empty() ? "" : " (default: " + byDefault + ")");
}

std::vector<OptionGroup> settingsOf(const Program& program) {
    std::vector<OptionGroup> groups = program.groups;
    for (OptionGroup& group : groups) {
        std::erase_if(group.options, [](const Option& option) { return !option.set; });
    }
    std::erase_if(groups, [](const OptionGroup& group) { return group.options.empty(); });
    return groups;
}

}  // namespace berkeley::apps
