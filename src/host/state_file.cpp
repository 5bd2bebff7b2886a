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
#include "os/descriptor.h"
#include "os/error.h"
#include "sync/drift_limit.h"

namespace berkeley::host {
namespace {

std::runtime_error refusal(const std::string& what, const std::filesystem::path& path,
                           std::error_code why) {
    return os::systemError(what + " " + path.string(),
                           "choose a --state-dir that this user may write to", why);
}

void writeDurably(const std::filesystem::path& path, const std::string& text) {
    const os::Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
    if (!file.isOpen()) {
        throw refusal("cannot write", path, os::lastError());
    }
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written == static_cast<ssize_t>(text.size()) && ::fsync(file.get()) == 0) {
        return;
    }
    const std::error_code why =
        written < 0 ? os::lastError() : std::make_error_code(std::errc::no_space_on_device);
    ::unlink(path.c_str());
    throw refusal("cannot write", path, why);
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
        // Reported below, together with content that parses but is impossible.
    }
    throw std::runtime_error("the state file " + path_.string() + " is damaged");
}

void StateFile::save(const ClockMemory& memory) const {
    std::error_code error;
    std::filesystem::create_directories(path_.parent_path(), error);
    if (error) {
        throw refusal("cannot make the folder", path_.parent_path(), error);
    }
    const nlohmann::json state{{"version", 1}, {"frequency_ppb", memory.frequencyPpb}};
    std::filesystem::path draft = path_;
    draft += ".";
    draft += std::to_string(::getpid());
    writeDurably(draft, state.dump() + "\n");
    std::filesystem::rename(draft, path_, error);
    if (error) {
        throw refusal("cannot replace", path_, error);
    }
}

std::filesystem::path defaultStateFolder() {
    if (const std::string service = environmentVariable("STATE_DIRECTORY"); !service.empty()) {
        // A service with several folders gets them separated by colons.
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
