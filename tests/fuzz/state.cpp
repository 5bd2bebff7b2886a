/// The state file.
#include <cmath>
#include <fstream>
#include <stdexcept>
#include <string>

#include "fuzz.h"
#include "host/state_file.h"
#include "support/temporary_folder.h"
#include "sync/drift_limit.h"

namespace berkeley::fuzz {

void run(Bytes input) {
    // In memory, where there is such a place: it is written to all the time.
    static const TemporaryFolder folder{std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp"};
    const host::StateFile file{folder.path()};
    std::ofstream{file.path(), std::ios::binary} << textOf(input);
    try {
        const std::optional<host::ClockMemory> memory = file.load();
        require(memory && std::abs(memory->frequencyPpb) <= sync::kFastestPpb,
                "a frequency is believable");
        file.save(*memory);
        require(file.load()->frequencyPpb == memory->frequencyPpb, "what is saved is loaded");
    } catch (const std::runtime_error& error) {
        requireOneLine(error.what());
        require(std::string_view{error.what()}.find(file.path().string()) != std::string::npos,
                "an error names the file");
    }
}

}  // namespace berkeley::fuzz
