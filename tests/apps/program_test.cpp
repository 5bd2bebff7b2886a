#include "common/program.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <regex>
#include <set>
#include <stdexcept>

#include "common/options.h"
#include "ctl/options.h"

namespace berkeley::apps {
namespace {

using Words = std::vector<std::string>;

/// Calls `check` with every option of every program.
void forEveryOption(const std::function<void(const Program&, const Option&)>& check) {
    MasterOptions master;
    SlaveOptions slave;
    CtlOptions ctl;
    for (const Program& program : {describe(master), describe(slave), describe(ctl)}) {
        for (const OptionGroup& group : program.groups) {
            for (const Option& option : group.options) {
                SCOPED_TRACE(program.name + " --" + option.name);
                check(program, option);
            }
        }
    }
}

Option optionOf(const Program& program, const std::string& name) {
    for (const OptionGroup& group : program.groups) {
        const auto found = std::ranges::find(group.options, name, &Option::name);
        if (found != group.options.end()) {
            return *found;
        }
    }
    throw std::out_of_range(name);
}

Words namesOf(const std::vector<OptionGroup>& groups) {
    Words names;
    std::ranges::transform(groups, std::back_inserter(names), &OptionGroup::name);
    return names;
}

/// What is wrong with the text as the option's value, or "".
std::string errorOf(const Option& option, const std::string& text) {
    try {
        option.set(text);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "";
}

TEST(EveryOption, hasANameOfItsOwn) {
    std::set<std::string> names;
    forEveryOption([&](const Program& program, const Option& option) {
        EXPECT_TRUE(std::regex_match(option.name, std::regex{"[a-z]+(-[a-z]+)*"}));
        EXPECT_TRUE(names.insert(program.name + " --" + option.name).second);
    });
}

TEST(EveryOption, saysWhatItDoes) {
    forEveryOption([](const Program&, const Option& option) {
        const std::string text = descriptionOf(option);
        ASSERT_FALSE(text.empty());
        EXPECT_FALSE(text.ends_with('.')) << "man pages add one";
        EXPECT_EQ(text.find('\n'), std::string::npos);
        EXPECT_EQ(text.find("(default"), std::string::npos) << "that is not in the text";
    });
}

TEST(EveryOption, hasADefaultThatItTakes) {
    forEveryOption([](const Program&, const Option& option) {
        const auto& [text, isValue] = option.byDefault;
        if (!option.set) {
            EXPECT_FALSE(isValue) << "nobody would set it";
            return;
        }
        EXPECT_NE(text, "");
        if (option.placeholder.empty()) {
            EXPECT_EQ(text, "off");
        } else if (isValue) {
            EXPECT_EQ(errorOf(option, text), "");
        }
    });
}

TEST(EveryOption, withFewValuesHasThemAsChoices) {
    forEveryOption([](const Program&, const Option& option) {
        const auto& choices = option.choices;
        for (const std::string_view choice : choices) {
            EXPECT_EQ(errorOf(option, std::string{choice}), "");
        }
        if (!choices.empty()) {
            EXPECT_NE(std::ranges::find(choices, option.byDefault.text), choices.end());
        }
        if (option.set) {
            const bool hasFew = errorOf(option, "?").find("give one of") != std::string::npos;
            EXPECT_EQ(hasFew, !choices.empty());
        }
    });
}

TEST(Program, showsTheDefaultsOfItsOptions) {
    MasterOptions options;
    options.listen.port = 9000;
    options.interval = std::chrono::seconds{2};
    options.maxUnread = 4096;
    options.logFormat = LogFormat::json;
    options.average.method = sync::Averaging::median;
    const Program program = describe(options);
    EXPECT_EQ(optionOf(program, "port").byDefault.text, "9000");
    EXPECT_EQ(optionOf(program, "interval").byDefault.text, "2s");
    EXPECT_EQ(optionOf(program, "max-unread").byDefault.text, "4KiB");
    EXPECT_EQ(optionOf(program, "log-format").byDefault.text, "json");
    EXPECT_EQ(optionOf(program, "average").byDefault.text, "median");
}

TEST(Program, setsTheOptionsThatItWasMadeFor) {
    SlaveOptions options;
    const Program program = describe(options);
    optionOf(program, "ntp-shm").set("7");
    optionOf(program, "lab").set("true");
    EXPECT_EQ(options.ntpShm, 7U);
    EXPECT_TRUE(options.lab);
    optionOf(program, "lab").set("false");
    EXPECT_FALSE(options.lab);
}

TEST(Program, hasTheGroupsInOrder) {
    SlaveOptions options;
    const Program program = describe(options);
    EXPECT_EQ(namesOf(program.groups),
              (Words{"General", "Network", "Time", "Simulation", "Monitoring", "Logging"}));
    EXPECT_EQ(namesOf(settingsOf(program)),
              (Words{"Network", "Time", "Simulation", "Monitoring", "Logging"}))
        << "nothing that is general can be in a file";
}

TEST(Description, beginsWithTheChoices) {
    static constexpr auto kNames = std::to_array<std::string_view>({"red", "green", "blue"});
    Option option{"colour", "COLOUR", "", value("red"), {}, kNames};
    EXPECT_EQ(descriptionOf(option), "red, green or blue");
    option.text = "blue is cold";
    EXPECT_EQ(descriptionOf(option), "red, green or blue; blue is cold");
    EXPECT_EQ(fullDescriptionOf(option), "red, green or blue; blue is cold (default: red)");
    option.choices = {};
    EXPECT_EQ(descriptionOf(option), "blue is cold");
    option.byDefault = {};
    EXPECT_EQ(fullDescriptionOf(option), "blue is cold");
}

}  // namespace
}  // namespace berkeley::apps
