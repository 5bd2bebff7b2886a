/// What a daemon remembers of its host's clock from one run to the next.
///
/// Units: in the name. Thread safety: none. Errors: std::runtime_error that names the file and what
/// is wrong with it.
#pragma once

#include <filesystem>
#include <optional>

namespace berkeley::host {

/// The last known rate of the group's time against this host's unsteered clock.
struct ClockMemory {
    double frequencyPpb{};
};

class StateFile {
  public:
    /// The file lies in `folder`, which is created when something is saved.
    explicit StateFile(const std::filesystem::path& folder) : path_(folder / "clock.json") {}

    /// Returns nothing when there is no file. Throws when the file is damaged; it is best ignored
    /// then.
    std::optional<ClockMemory> load() const;

    /// Replaces the file atomically: an interruption leaves either the old file or the new one.
    void save(const ClockMemory& memory) const;

    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// Returns where state is kept unless the user says otherwise: STATE_DIRECTORY, which a service
/// manager sets; else /var/lib/berkeley for root; else berkeley in XDG_STATE_HOME or in
/// ~/.local/state.
std::filesystem::path defaultStateFolder();

}  // namespace berkeley::host
