/// How long a peer may still take to finish the frame that it began, or to say its first one.
///
/// The time counts from a frame's first byte to its last, however the peer spreads them: one byte
/// now and then gains nothing. Time is handed in. Thread safety: none.
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

    /// No frame is awaited.
    explicit FrameDeadline(Patience patience) : patience_(patience) {}

    /// A frame has to be complete `patience` from now.
    void begin(Time now) { deadline_ = now + patience_; }

    /// Bytes have come: that many frames are complete now, and `pending` bytes of another one are
    /// there.
    void fed(std::size_t frames, std::size_t pending, Time now);

    /// Nothing while no frame is awaited. Zero once it is too late, and else at least 1 ms.
    std::optional<Patience> left(Time now) const;

    Patience patience() const { return patience_; }

    /// That the peer was too late with a frame, in words for a log line.
    std::string lateText() const;

  private:
    Patience patience_;
    std::optional<Time> deadline_;
};

}  // namespace berkeley::node
