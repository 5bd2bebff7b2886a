/// Applies adjustments to one group clock and carries its bound along; the master's and the
/// slaves'.
///
/// The first adjustment sets the clock, later ones slew it. A clock that is far off would need
/// hours for that: when it is behind it steps forward, as time did pass, and when it is ahead it is
/// slewed as fast as is allowed at all. It never steps backward. Units: std::chrono, or in the
/// name. Thread safety: none.
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
    bool synchronized{};      ///< whether it was ever adjusted; the bound means nothing before
    std::uint32_t cycle{};    ///< of its last adjustment, as what follows
    Deviation deviation{};    ///< at the line's reference
    Membership membership{};  ///< whose line it is
    std::uint32_t steps{};    ///< forward, after the first adjustment
    bool suspect{};  ///< the machine stood still since then, so how well it goes is not known

    /// The last adjustment, to some nanoseconds.
    Adjustment told() const;

    /// How well the clock is known at `host`, the slew under way included; nothing when it was
    /// never adjusted, or is suspect.
    std::optional<Deviation> deviationAt(HostTime host) const;
};

/// How a clock gets to where it is told to be.
enum class Manner {
    set,       ///< by its first adjustment, in either direction
    stepped,   ///< forward
    slewed,    ///< no faster than the slew limit
    fastSlew,  ///< back, at kFastSlewPpb
};

/// Their names, in their order.
inline constexpr auto kManners =
    std::to_array<std::string_view>({"set", "step", "slew", "fast_slew"});

/// What an adjustment did to the clock.
struct Change {
    Nanoseconds offset{};  ///< by how much the clock moves
    Manner manner = Manner::slewed;
};

/// Whether readers of the clock see it jump.
constexpr bool isStep(Manner manner) { return manner == Manner::set || manner == Manner::stepped; }

/// How far a clock that is told to go back by more than the step limit is slowed down: the most
/// that any clock is.
inline constexpr double kFastSlewPpb = 100'000'000;

class Discipline {
  public:
    /// No slew is faster than `maxSlewPpb` while the clock is off by `step` at most.
    explicit Discipline(double maxSlewPpb, Nanoseconds step = std::chrono::seconds{1})
        : maxSlewPpb_(maxSlewPpb), step_(step) {}

    /// Nothing, and the clock as it was, when the adjustment would lead to a time that is not
    /// believable, or will not be within a year.
    std::optional<Change> apply(HostTime now, const Adjustment& adjustment);

    /// Goes on with a clock of an earlier run over the same host time.
    void resume(const ClockState& state) { state_ = state; }

    /// The clock is suspect until the next adjustment.
    void doubt() { state_.suspect = true; }

    const ClockState& state() const { return state_; }

  private:
    Manner mannerOf(HostTime now, Nanoseconds offset) const;

    double maxSlewPpb_;
    Nanoseconds step_;
    ClockState state_;
};

}  // namespace berkeley::sync
