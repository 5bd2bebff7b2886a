/// Keeps what a daemon remembers of its host's clock, and says in the log when it cannot.
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

    /// The frequency of the group clock in the run before this one. Nothing, after a warning, when
    /// the file is damaged, or no good clock can have it.
    std::optional<double> rememberedPpb() const;

    /// Remembers the clock's present frequency, if that was measured and is one that a good clock
    /// can have. A failure is a warning.
    void save(const host::SteeredClock& clock) const;

    /// The same, unless that was done a short while ago.
    void saveNowAndThen(const host::SteeredClock& clock);

  private:
    bool isGood(double frequencyPpb) const;

    double farthestPpb_;  ///< that two good clocks lie apart
    std::optional<host::StateFile> file_;
    std::shared_ptr<spdlog::logger> logger_;
    std::chrono::steady_clock::time_point saved_ = std::chrono::steady_clock::now();
};

}  // namespace berkeley::apps
