/// Applies adjustments to one group clock, the master's or a slave's, and carries its bound along.
///
/// The first adjustment sets the clock, later ones slew it. For a clock that is far off, a slew
/// would take hours: if the clock is behind, it steps forward, because time did pass; if it is
/// ahead, it is slewed at the highest rate allowed. It never steps backward. Units: std::chrono, or
/// in the name. Thread safety: none.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "sync/adjustment.h"
#include "time/adjustable_clock.h"

namespace berkeley::sync {

/// A group clock at one instant: its line, and what is known of it. A value.
struct ClockState {
    BoundedLine line;
    bool synchronized{};      ///< adjusted at least once; before that the bound means nothing
    std::uint32_t cycle{};    ///< of its last adjustment, like what follows
    Deviation deviation{};    ///< at the line's reference
    Membership membership{};  ///< whose line it is
    std::uint32_t steps{};    ///< steps forward since the first adjustment
    bool suspect{};  ///< the machine stood still since then, so the error of the clock is unknown

    /// Returns the last adjustment, accurate to some nanoseconds.
    Adjustment told() const;

    /// Returns how well the clock is known at `host`, including the slew under way; nothing if it
    /// was never adjusted, is suspect, or is not known at all.
    std::optional<Deviation> deviationAt(HostTime host) const;
};

/// How a clock gets to where it is told to be.
enum class Manner {
    set,       ///< by its first adjustment, in either direction
    stepped,   ///< forward
    slewed,    ///< no faster than the slew limit
    fastSlew,  ///< back, at kFastSlewPpb
};

/// The names of the manners, in order.
inline constexpr auto kManners =
    std::to_array<std::string_view>({"set", "step", "slew", "fast_slew"});

/// What an adjustment did to the clock.
struct Change {
    Nanoseconds offset{};  ///< how far the clock moves
    Manner manner = Manner::slewed;
};

/// Whether readers of the clock see it jump.
constexpr bool isStep(Manner manner) { return manner == Manner::set || manner == Manner::stepped; }

/// By how much a clock is slowed down if it is told to go back by more than the step limit: no
/// clock is slowed down more.
inline constexpr double kFastSlewPpb = 100'000'000;

class Discipline {
  public:
    /// No slew is faster than `maxSlewPpb` while the clock is off by at most `step`.
    explicit Discipline(double maxSlewPpb, Nanoseconds step = std::chrono::seconds{1})
        : maxSlewPpb_(maxSlewPpb), step_(step) {}

    /// Applies an adjustment. Returns nothing, and leaves the clock as it was, if the adjustment
    /// would lead to a time that is not believable, or will not be within a year.
    std::optional<Change> apply(HostTime now, const Adjustment& adjustment);

    /// Continues with the clock of an earlier run over the same host time.
    void resume(const ClockState& state) { state_ = state; }

    /// Makes the clock suspect until the next adjustment.
    void doubt() { state_.suspect = true; }

    const ClockState& state() const { return state_; }

  private:
    Manner mannerOf(HostTime now, Nanoseconds offset) const;

    double maxSlewPpb_;
    Nanoseconds step_;
    ClockState state_;
};

}  // namespace berkeley::sync
