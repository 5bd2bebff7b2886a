/// Makes what is installed besides the programs from their options: man pages, a completion for
/// bash, configuration files. It is not installed itself.
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>

#include "common/daemon.h"
#include "common/options.h"
#include "ctl/options.h"
#include "docs/documents.h"

namespace berkeley::apps {
namespace {

std::string contentOf(const std::string& file) {
    std::ifstream stream{file};
    if (!stream) {
        throw std::runtime_error("cannot read " + file);
    }
    return {std::istreambuf_iterator<char>{stream}, {}};
}

std::string bashCompletion(const Programs& programs) {
    std::string text = "# Completion for the programs of the Berkeley clock synchronization.\n";
    for (const auto& [name, program] : programs) {
        text += '\n';
        text += completionFor(program);
    }
    return text;
}

std::string made(std::span<char*> arguments) {
    MasterOptions master;
    SlaveOptions slave;
    CtlOptions ctl;
    Programs programs;
    for (const Program& program : {describe(master), describe(slave), describe(ctl)}) {
        programs.emplace(program.name, program);
    }
    const std::string what = arguments.size() > 1 ? arguments[1] : "";
    if (what == "man" && arguments.size() == 3) {
        return manPage(contentOf(arguments[2]), programs);
    }
    if (what == "bash" && arguments.size() == 2) {
        return bashCompletion(programs);
    }
    if (what == "conf" && arguments.size() == 3) {
        return configurationOf(programOf(programs, arguments[2]));
    }
    throw UsageError("give one of: man TEMPLATE, bash, conf PROGRAM");
}

}  // namespace
}  // namespace berkeley::apps

int main(int argc, char** argv) {
    return berkeley::apps::runMain("berkeley-docs", [&] {
        std::cout << berkeley::apps::made({argv, static_cast<std::size_t>(argc)}) << std::flush;
        if (!std::cout) {
            throw std::runtime_error("cannot write the output");
        }
    });
}
