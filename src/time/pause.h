/// A pause in which a machine stood still: its clock cannot have noticed, so it is behind by as
/// much.
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

/// The names of the kinds, in order.
inline constexpr auto kPauseKinds =
    std::to_array<std::string_view>({"none", "suspended", "stopped"});

struct Pause {
    PauseKind kind{};
    std::optional<Nanoseconds> duration{};  ///< if known

    friend bool operator==(const Pause&, const Pause&) = default;
};

/// Says what follows for the clock, as in "this machine was suspended for 8 h 0 min 0.000 s: its
/// clock is not believed until it is measured again".
std::string toText(const Pause& pause);

}  // namespace time
}  // namespace berkeley
