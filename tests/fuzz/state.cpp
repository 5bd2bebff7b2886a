/// The state file.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "berkeley/host/state_file.h"
#include "fuzz.h"

namespace berkeley::fuzz {
namespace {

/// Lives as long as the process.
class Folder {
  public:
    Folder() {
        // In memory, where there is such a place: it is written to all the time.
        std::string pattern = std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp";
        pattern += "/berkeley-fuzz-XXXXXX";
        require(::mkdtemp(pattern.data()) != nullptr, "a folder can be made");
        path_ = pattern;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace

void run(Bytes input) {
    static const Folder folder;
    const StateFile file{folder.path()};
    std::ofstream{file.path(), std::ios::binary} << textOf(input);
    try {
        const std::optional<ClockMemory> memory = file.load();
        require(memory && std::abs(memory->frequencyPpb) <= 1e6, "a frequency is believable");
        file.save(*memory);
        require(file.load()->frequencyPpb == memory->frequencyPpb, "what is saved is loaded");
    } catch (const std::runtime_error& error) {
        requireOneLine(error.what());
        require(std::string_view{error.what()}.find(file.path().string()) != std::string::npos,
                "an error names the file");
    }
}

}  // namespace berkeley::fuzz
