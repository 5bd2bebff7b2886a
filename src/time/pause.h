/// That a machine stood still: its clock cannot have noticed, and so is late by as much.
///
/// Units: std::chrono. Thread safety: values and pure functions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "time/timeline.h"

namespace berkeley {
inline namespace time {

enum class PauseKind : std::uint64_t {
    none,
    suspended,  ///< by itself: the kernel knows for how long
    stopped,    ///< a virtual machine, by its host: a backup, a migration, a snapshot
};

/// Their names, in their order.
inline constexpr auto kPauseKinds =
    std::to_array<std::string_view>({"none", "suspended", "stopped"});

struct Pause {
    PauseKind kind{};
    std::optional<Nanoseconds> duration{};  ///< where it is known

    friend bool operator==(const Pause&, const Pause&) = default;
};

/// What follows from it for the clock, as in "this machine was suspended for 8 h 0 min 0.000 s: its
/// clock is not believed until it is measured again".
std::string toText(const Pause& pause);

}  // namespace time
}  // namespace berkeley
