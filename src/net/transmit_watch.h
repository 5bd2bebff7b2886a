/// Finds the timestamp of the frame in question among the kernel's transmit timestamps of one
/// connection.
///
/// The kernel labels a timestamp with the number of the last byte of one send, counted from 0
/// modulo 2^32. Thread safety: none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "time/timeline.h"

namespace berkeley::net {

class TransmitWatch {
  public:
    /// The kernel has taken `size` bytes, whose timestamps are not wanted.
    void passed(std::size_t size) { bytes_ += static_cast<std::uint32_t>(size); }

    /// The kernel has taken `size` bytes, at least one. From now on their timestamp is wanted, and
    /// those of earlier bytes no longer are.
    void wanted(std::size_t size);

    /// Takes a timestamp of the byte `number`. The first one of a byte counts: a later one is that
    /// of a retransmission, and the peer may have had the byte before that.
    void stamped(std::uint32_t number, SystemTime when);

    /// Returns the timestamp of the bytes wanted last; nothing while there is none.
    std::optional<SystemTime> stamp() const { return stamp_; }

  private:
    std::uint32_t bytes_ = 0;
    std::optional<std::uint32_t> wanted_;
    std::optional<SystemTime> stamp_;
};

}  // namespace berkeley::net
