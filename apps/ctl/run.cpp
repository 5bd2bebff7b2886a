#include "ctl/run.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "host/environment.h"
#include "os/error.h"

namespace berkeley::apps {
namespace {

/// Returns the library beside this program, or where it is installed.
std::filesystem::path preloadLibrary() {
    const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    const char* name = "libberkeley-preload.so";
    for (const auto& candidate : {folder / name, folder / BERKELEY_PRELOAD_FOLDER / name}) {
        if (std::filesystem::exists(candidate)) {
            return std::filesystem::canonical(candidate);
        }
    }
    throw std::runtime_error("run: there is no " + std::string{name} + " beside this program in " +
                             folder.string() + ": install it again");
}

/// The dynamic linker splits LD_PRELOAD at spaces and colons, and continues without what it does
/// not find: the program would run under the system's time.
void requireLoadable(const std::string& library) {
    if (library.find_first_of(" :") != std::string::npos) {
        throw std::runtime_error("run: " + library +
                                 " cannot be loaded, for the space or colon in its path: install "
                                 "it in another folder");
    }
}

/// Puts `library` before what is there already: the first to define a function wins.
std::string withFormer(const std::string& library) {
    const std::string former = host::environmentVariable("LD_PRELOAD");
    return former.empty() ? library : library + ":" + former;
}

}  // namespace

void runUnderGroupTime(const std::vector<std::string>& program, const std::string& page) {
    const std::filesystem::path library = preloadLibrary();
    requireLoadable(library);
    // There is no other thread. NOLINTBEGIN(concurrency-mt-unsafe)
    ::setenv("LD_PRELOAD", withFormer(library).c_str(), 1);
    // The program may change its working directory.
    ::setenv("BERKELEY_PAGE", std::filesystem::absolute(page).c_str(), 1);
    // NOLINTEND(concurrency-mt-unsafe)
    std::vector<char*> arguments;
    std::ranges::transform(program, std::back_inserter(arguments),
                           [](const std::string& word) { return const_cast<char*>(word.c_str()); });
    arguments.push_back(nullptr);
    ::execvp(arguments.front(), arguments.data());
    throw os::systemError("run: cannot run " + program.front(),
                          "check the name, or give the program's path");
}

}  // namespace berkeley::apps
