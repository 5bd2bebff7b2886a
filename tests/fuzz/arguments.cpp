/// The command line: one word a line.
#include <algorithm>
#include <sstream>
#include <string>

#include "options.h"

namespace berkeley::fuzz {

void run(Bytes input) {
    std::istringstream lines{std::string{textOf(input)}};
    std::vector<std::string> words{"program"};
    for (std::string word; std::getline(lines, word);) {
        // It would be another target's file, or one that never ends.
        if (word.starts_with("--config")) {
            return;
        }
        // As the kernel hands them over.
        words.push_back(word.substr(0, word.find('\0')));
    }
    std::vector<const char*> arguments;
    std::ranges::transform(words, std::back_inserter(arguments), &std::string::c_str);
    checkBoth(arguments);
}

}  // namespace berkeley::fuzz
