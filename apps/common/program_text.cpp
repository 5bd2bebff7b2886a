#include "common/program_text.h"

#include <boost/program_options/value_semantic.hpp>
#include <regex>
#include <sstream>

namespace berkeley::apps {
namespace {

namespace po = boost::program_options;

std::vector<std::string> wordsIn(const std::string& text) {
    static const std::regex word{"[a-z]+"};
    std::vector<std::string> words;
    for (std::sregex_iterator found{text.begin(), text.end(), word}, end; found != end; ++found) {
        if (found->str() != "or") {
            words.push_back(found->str());
        }
    }
    return words;
}

OptionText textOf(const po::option_description& option) {
    static const std::regex form{R"((.*?)(?: \(default: (.*)\))?)"};
    static const std::regex choices{R"(((?:[a-z]+, )*[a-z]+ or [a-z]+)(?:;.*)?)"};
    OptionText text;
    text.name = option.long_name();
    if (option.semantic()->max_tokens() > 0) {
        text.placeholder = option.format_parameter();
    }
    std::smatch parts;
    std::regex_match(option.description(), parts, form);
    text.description = parts[1];
    text.byDefault = parts[2];
    if (std::regex_match(text.description, parts, choices)) {
        text.choices = wordsIn(parts[1]);
    }
    return text;
}

}  // namespace

OptionGroup textOf(const po::options_description& group) {
    std::ostringstream shown;  // Nothing else tells its caption.
    shown << group;
    OptionGroup text{shown.str().substr(0, shown.str().find(':')), {}};
    for (const auto& option : group.options()) {
        text.options.push_back(textOf(*option));
    }
    return text;
}

}  // namespace berkeley::apps
