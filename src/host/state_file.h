/// What a daemon remembers of its host's clock from one run to the next.
///
/// Units: in the name. Thread safety: none. Errors: std::runtime_error that names the file and what
/// is wrong with it.
#pragma once

#include <filesystem>
#include <optional>

namespace berkeley::host {

/// The rate of the group's time against this host's unsteered clock, as it was last.
struct ClockMemory {
    double frequencyPpb{};
};

class StateFile {
  public:
    /// The file lies in `folder`, which is made when something is saved.
    explicit StateFile(const std::filesystem::path& folder) : path_(folder / "clock.json") {}

    /// Nothing when there is no file. Throws when it is damaged: it is better ignored then.
    std::optional<ClockMemory> load() const;

    /// Replaces the file in one piece: an interruption leaves the old one or the new one.
    void save(const ClockMemory& memory) const;

    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// Where state is kept unless the user says otherwise: STATE_DIRECTORY, which a service manager
/// sets; else /var/lib/berkeley for root; else berkeley in XDG_STATE_HOME, or in ~/.local/state.
std::filesystem::path defaultStateFolder();

}  // namespace berkeley::host
