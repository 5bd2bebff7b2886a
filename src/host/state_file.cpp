#include "host/state_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <system_error>

#include "host/environment.h"
#include "sync/drift_limit.h"

namespace berkeley::host {
namespace {

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path, int error) {
    throw std::runtime_error(what + " " + path.string() + ": " +
                             std::generic_category().message(error));
}

void writeDurably(const std::filesystem::path& path, const std::string& text) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0) {
        fail("cannot write", path, errno);
    }
    const ssize_t written = ::write(file, text.data(), text.size());
    const bool whole = written == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
    const int error = whole ? 0 : (written < 0 ? errno : ENOSPC);
    ::close(file);
    if (error != 0) {
        ::unlink(path.c_str());
        fail("cannot write", path, error);
    }
}

}  // namespace

std::optional<ClockMemory> StateFile::load() const {
    if (!std::filesystem::exists(path_)) {
        return std::nullopt;
    }
    try {
        const auto state = nlohmann::json::parse(std::ifstream{path_});
        const ClockMemory memory{state.at("frequency_ppb").get<double>()};
        if (state.at("version") == 1 && std::abs(memory.frequencyPpb) <= sync::kFastestPpb) {
            return memory;
        }
    } catch (const nlohmann::json::exception&) {
        // Said below, together with what parses and cannot be.
    }
    throw std::runtime_error("the state file " + path_.string() + " is damaged");
}

void StateFile::save(const ClockMemory& memory) const {
    std::error_code error;
    std::filesystem::create_directories(path_.parent_path(), error);
    if (error) {
        fail("cannot make the folder", path_.parent_path(), error.value());
    }
    const nlohmann::json state{{"version", 1}, {"frequency_ppb", memory.frequencyPpb}};
    std::filesystem::path draft = path_;
    draft += ".";
    draft += std::to_string(::getpid());
    writeDurably(draft, state.dump() + "\n");
    std::filesystem::rename(draft, path_, error);
    if (error) {
        fail("cannot replace", path_, error.value());
    }
}

std::filesystem::path defaultStateFolder() {
    if (const std::string service = environmentVariable("STATE_DIRECTORY"); !service.empty()) {
        // A service with several folders has them separated by colons.
        return service.substr(0, service.find(':'));
    }
    if (::geteuid() == 0) {
        return "/var/lib/berkeley";
    }
    if (const std::string xdg = environmentVariable("XDG_STATE_HOME"); !xdg.empty()) {
        return std::filesystem::path{xdg} / "berkeley";
    }
    const std::string home = environmentVariable("HOME");
    return home.empty() ? std::filesystem::path{}
                        : std::filesystem::path{home} / ".local/state/berkeley";
}

}  // namespace berkeley::host
