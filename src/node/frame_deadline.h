/// How long a peer may still take to finish the frame that it began, or to send its first one.
///
/// The time counts from a frame's first byte to its last, however the peer spreads them: sending a
/// byte now and then gains nothing. The caller passes in the time. Thread safety: none.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace berkeley::node {

class FrameDeadline {
  public:
    using Time = std::chrono::steady_clock::time_point;
    using Patience = std::chrono::milliseconds;

    /// Initially awaits no frame.
    explicit FrameDeadline(Patience patience) : patience_(patience) {}

    /// Awaits a complete frame within `patience` from now.
    void begin(Time now) { deadline_ = now + patience_; }

    /// Notes that bytes have arrived: `frames` frames are complete now, and `pending` bytes of the
    /// next one are there.
    void fed(std::size_t frames, std::size_t pending, Time now);

    /// Returns the time left: nothing while no frame is awaited, zero once it is too late, else at
    /// least 1 ms.
    std::optional<Patience> left(Time now) const;

    Patience patience() const { return patience_; }

    /// Says, in words for a log line, that the peer was too late with a frame.
    std::string lateText() const;

  private:
    Patience patience_;
    std::optional<Time> deadline_;
};

}  // namespace berkeley::node
