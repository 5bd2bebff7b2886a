/// A burst: the polls of one slave in one sync cycle, one after the other, and which of the
/// exchanges count.
///
/// There is never more than one poll without an answer. When a report left exactly is known only
/// afterwards, and said by the next one; so an exchange is complete when the next report has come.
/// The first one of a burst, which warms the path and is inexact as it is anyway, counts at once:
/// whatever becomes of the burst, the slave has answered. The last one does not count, unless it is
/// the only one: no later answer says when it left. Thread safety: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "sync/estimator.h"
#include "sync/roster.h"

namespace berkeley::sync {

/// How many exchanges a burst with one slave has. Many while the clock is new; afterwards as many
/// as it takes to find one that was hardly delayed; fewer in a group so large that the master could
/// not keep up. At least one. `estimate` is absent before the first exchange; `slaves` is how many
/// are polled in each `interval`.
int burstLength(const std::optional<Estimate>& estimate, std::size_t slaves, Nanoseconds interval);

/// What one answered poll is worth.
struct Measurement {
    Exchange exchange;
    ClockReading reading;
};

/// Which polls are sent.
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

    /// A burst of so many polls, at least one. Not while one is outstanding.
    void begin(int polls);

    /// A poll is sent at `t1`: the sequence number that it bears.
    std::uint32_t send(HostTime t1);

    /// Nothing when no poll with that number is outstanding. Unless it is the last one of the burst
    /// the next poll has to be sent.
    std::optional<Answer> take(std::uint32_t sequence);

  private:
    std::uint32_t sequence_ = 0;  ///< of the latest poll
    HostTime t1_;                 ///< when it was sent
    int left_ = 0;                ///< polls, after this one
    bool first_ = false;          ///< none has been answered yet
    bool outstanding_ = false;
};

/// Which exchanges count, in the order of the answers.
class Completion {
  public:
    /// One that counts now that the next report has said when its own left, and the first of a
    /// burst.
    struct Counted {
        std::optional<Measurement> completed;
        std::optional<Measurement> first;
    };

    /// `previousSent` is when the report before this one left, where its slave knows.
    Counted add(const Burst::Answer& answer, const Measurement& latest,
                std::optional<HostTime> previousSent);

  private:
    std::optional<Measurement> open_;  ///< waits for the next report
};

}  // namespace berkeley::sync
