/// A burst: the polls of one slave in one sync cycle, one after another, and which of the exchanges
/// count.
///
/// At most one poll at a time is unanswered. The exact time at which a report left is known only
/// afterwards and comes with the next report, so an exchange is complete when the next report has
/// arrived. The first exchange of a burst warms the path and is inexact anyway, so it counts at
/// once: whatever becomes of the burst, the slave has answered. The last one does not count, unless
/// it is the only one, because no later answer says when its report left. Thread safety: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "sync/estimator.h"
#include "sync/roster.h"

namespace berkeley::sync {

/// Returns the number of exchanges in a burst with one slave: many while the clock is new;
/// afterwards as many as it takes to find one that was hardly delayed; fewer in a group so large
/// that the master could not keep up; at least one. `estimate` is absent before the first exchange;
/// `slaves` is how many are polled in each `interval`.
int burstLength(const std::optional<Estimate>& estimate, std::size_t slaves, Nanoseconds interval);

/// What one answered poll yields.
struct Measurement {
    Exchange exchange;
    ClockReading reading;
};

/// Decides which polls are sent.
class Burst {
  public:
    /// An answer's place in its burst.
    struct Answer {
        HostTime t1{};  ///< when its poll was sent
        bool first{};
        bool last{};
    };

    /// Whether the latest poll has no answer yet.
    bool isOutstanding() const { return outstanding_; }

    /// Begins a burst of `polls` polls, at least one. Must not be called while a poll is
    /// outstanding.
    void begin(int polls);

    /// Notes that a poll is sent at `t1`; returns its sequence number.
    std::uint32_t send(HostTime t1);

    /// Takes the answer to the poll with this number; returns nothing if no such poll is
    /// outstanding. Unless the answer is the last of its burst, the next poll must be sent.
    std::optional<Answer> take(std::uint32_t sequence);

  private:
    std::uint32_t sequence_ = 0;  ///< of the latest poll
    HostTime t1_;                 ///< when it was sent
    int left_ = 0;                ///< polls of the burst after this one
    bool first_ = false;          ///< no poll of the burst has been answered yet
    bool outstanding_ = false;
};

/// Decides which exchanges count, in the order of the answers.
class Completion {
  public:
    /// The exchange that counts now that the next report has said when its own left, and the first
    /// one of a burst.
    struct Counted {
        std::optional<Measurement> completed;
        std::optional<Measurement> first;
    };

    /// `previousSent` is when the previous report left, if its slave knows.
    Counted add(const Burst::Answer& answer, const Measurement& latest,
                std::optional<HostTime> previousSent);

  private:
    std::optional<Measurement> open_;  ///< waits for the next report
};

}  // namespace berkeley::sync
