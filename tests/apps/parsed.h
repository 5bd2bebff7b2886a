/// What command lines come to: the options, or the error.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "common/options.h"

namespace berkeley::apps {

using Words = std::vector<std::string>;

template <class Parse>
auto parsed(Parse parse, const Words& words) {
    std::vector<const char*> arguments{"program"};
    for (const std::string& word : words) {
        arguments.push_back(word.c_str());
    }
    return parse(arguments);
}

inline MasterOptions master(const Words& words) {
    return std::get<MasterOptions>(parsed(parseMasterOptions, words));
}

inline SlaveOptions slave(const Words& words) {
    return std::get<SlaveOptions>(parsed(parseSlaveOptions, words));
}

template <class Parse>
std::string errorOf(Parse parse, const Words& words) {
    try {
        parsed(parse, words);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "accepted";
}

inline std::string masterError(const Words& words) { return errorOf(parseMasterOptions, words); }
inline std::string slaveError(const Words& words) { return errorOf(parseSlaveOptions, words); }

}  // namespace berkeley::apps
