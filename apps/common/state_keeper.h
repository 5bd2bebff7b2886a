/// Keeps what a daemon remembers of its host's clock, and logs when it cannot.
///
/// Units: in the name. Thread safety: none.
#pragma once

#include <spdlog/logger.h>

#include <chrono>
#include <memory>
#include <optional>

#include "common/options.h"
#include "host/state_file.h"
#include "host/steered_clock.h"

namespace berkeley::apps {

/// How often to save: what was learned since is lost when the machine loses power.
inline constexpr std::chrono::hours kSaveEvery{1};

class StateKeeper {
  public:
    /// Keeps nothing of a simulated clock, unless the user has named a folder for it.
    StateKeeper(const CommonOptions& options, std::shared_ptr<spdlog::logger> logger);

    /// Returns the group clock's frequency in the previous run; nothing, after a warning, when the
    /// file is damaged or no good clock can have that frequency.
    std::optional<double> rememberedPpb() const;

    /// Saves the clock's present frequency, if it was measured and a good clock can have it. A
    /// failure is only a warning.
    void save(const host::SteeredClock& clock) const;

    /// The same, but at most once per kSaveEvery.
    void saveNowAndThen(const host::SteeredClock& clock);

  private:
    bool isGood(double frequencyPpb) const;

    double farthestPpb_;  ///< how far two good clocks can lie apart
    std::optional<host::StateFile> file_;
    std::shared_ptr<spdlog::logger> logger_;
    std::chrono::steady_clock::time_point saved_ = std::chrono::steady_clock::now();
};

}  // namespace berkeley::apps
