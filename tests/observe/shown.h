/// What is shown on a terminal, for the tests that look at it line by line.
#pragma once

#include <algorithm>
#include <regex>
#include <string>
#include <vector>

namespace berkeley::observe {

/// Without their ends. A newline at the end of `text` begins one more, which is empty.
inline std::vector<std::string> linesOf(const std::string& text) {
    std::vector<std::string> lines{""};
    for (const char c : text) {
        if (c == '\n') {
            lines.emplace_back();
        } else {
            lines.back() += c;
        }
    }
    return lines;
}

/// One for each character of UTF-8.
inline std::size_t columnsOf(const std::string& line) {
    return static_cast<std::size_t>(
        std::count_if(line.begin(), line.end(), [](char c) { return (c & '\xC0') != '\x80'; }));
}

inline std::string withoutColours(const std::string& text) {
    return std::regex_replace(text, std::regex{"\033\\[[0-9]+m"}, "");
}

}  // namespace berkeley::observe
