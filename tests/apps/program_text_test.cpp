#include "common/program_text.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "common/options.h"

namespace berkeley::apps {
namespace {

using Words = std::vector<std::string>;

OptionText optionOf(const ProgramText& program, const std::string& name) {
    for (const OptionGroup& group : program.groups) {
        const auto found = std::ranges::find(group.options, name, &OptionText::name);
        if (found != group.options.end()) {
            return *found;
        }
    }
    throw std::out_of_range(name);
}

TEST(ProgramText, KnowsWhatAnOptionTakesAndHasWithoutBeingGiven) {
    const OptionText port = optionOf(describeMaster(), "port");
    EXPECT_EQ(port.placeholder, "PORT");
    EXPECT_EQ(port.description, "TCP port to accept slaves on");
    EXPECT_EQ(port.byDefault, "8080");
    EXPECT_EQ(optionOf(describeMaster(), "insecure").placeholder, "");
    EXPECT_EQ(optionOf(describeMaster(), "help").byDefault, "");
}

TEST(ProgramText, KnowsTheChoicesOfThoseThatHaveSome) {
    EXPECT_EQ(optionOf(describeMaster(), "log-level").choices,
              (Words{"trace", "debug", "info", "warn", "error", "off"}));
    EXPECT_EQ(optionOf(describeSlave(), "clock").choices, (Words{"software", "system"}));
    std::size_t withChoices = 0;
    for (const OptionGroup& group : describeMaster().groups) {
        withChoices += static_cast<std::size_t>(std::ranges::count_if(
            group.options, [](const OptionText& option) { return !option.choices.empty(); }));
    }
    EXPECT_EQ(withChoices, 4U) << "average, clock, log-level, log-format, and no sentence";
}

TEST(ProgramText, HasTheGroupsInOrder) {
    Words names;
    for (const OptionGroup& group : describeSlave().groups) {
        names.push_back(group.name);
    }
    EXPECT_EQ(names.front(), "General");
    EXPECT_EQ(names.back(), "Logging");
}

}  // namespace
}  // namespace berkeley::apps
