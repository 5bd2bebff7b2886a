/// What master and slave say to each other, as values; the codecs put them into bytes.
///
/// An Adjustment travels without its membership: a master sends a Membership before the first one
/// and whenever it changes. A slave sends one behind its hello, if its clock is on a group's line.
///
/// Units: std::chrono, or in the name. Thread safety: values. docs/protocol.md gives every field.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>

#include "sync/adjustment.h"
#include "sync/election.h"
#include "sync/membership.h"
#include "time/timeline.h"

namespace berkeley::wire {

/// Why a peer is sent away, as far as they are counted apart.
enum class Fault {
    protocol,  ///< it sent what it may not send
    key,       ///< it has none, a wrong one, or another peer's
    silence,   ///< it did not say in time what it had to
    unread,    ///< it does not read what it is sent
    refused,   ///< there are too many, or something has run out
};
inline constexpr std::size_t kFaults = 5;

/// A peer broke the protocol. what() says how, in words for a log line. The connection is over.
class WireError : public std::runtime_error {
  public:
    explicit WireError(const std::string& what, Fault fault = Fault::protocol)
        : std::runtime_error(what), fault_(fault) {}

    Fault fault() const { return fault_; }

  private:
    Fault fault_;
};

/// Of the protocol's version 1: grows with every new message, field or flag that those who do not
/// know it can do without.
inline constexpr std::uint8_t kMinorVersion = 1;

/// Slave to master, once and first: who is speaking.
struct Hello {
    std::string name;  ///< 1 to 40 bytes of printable ASCII without space
    /// Of its group clock, now or in an earlier run; only where it knows one.
    std::optional<double> frequencyPpb{};
    std::uint8_t minorVersion = kMinorVersion;  ///< that the sender speaks

    friend bool operator==(const Hello&, const Hello&) = default;
};

/// Master to slave: answer at once.
struct Poll {
    std::uint32_t sequence{};

    friend bool operator==(const Poll&, const Poll&) = default;
};

/// Slave to master: the answer to a poll, or unasked from the send thread as a sign of life.
struct Report {
    std::uint32_t sequence{};  ///< the poll's; 0 when unasked
    bool solicited{};
    HostTime received;         ///< t2; equal to `sent` when unasked
    HostTime sent;             ///< t3
    Nanoseconds correction{};  ///< group time minus host time by the slave's clock at `sent`
    /// t3 of the answer to the poll before this one, as it turned out; only where that is known.
    std::optional<HostTime> previousSent{};
    /// Of `correction`; absent when the clock was never adjusted, and when unasked.
    std::optional<sync::Deviation> deviation{};

    friend bool operator==(const Report&, const Report&) = default;
};

/// Active master to slave: it has been heard, and is one of a group with such sync cycles. Also
/// when there is no sync cycle, as a sign of life.
struct Welcome {
    Nanoseconds interval{};                     ///< from one sync cycle to the next
    std::uint8_t minorVersion = kMinorVersion;  ///< that the sender speaks

    friend bool operator==(const Welcome&, const Welcome&) = default;
};

/// Standby to slave, instead of a welcome: who is the active master. The connection is over.
struct Redirect {
    std::string host;  ///< 1 to 48 bytes of printable ASCII without space; "" when there is none
    std::uint16_t port{};

    friend bool operator==(const Redirect&, const Redirect&) = default;
};

/// Master to master, first and again and again: what the election lives on.
struct MasterAnnouncement {
    sync::Announcement announcement;
    std::uint64_t masters{};  ///< a checksum of the list of masters, which is the same everywhere

    friend bool operator==(const MasterAnnouncement&, const MasterAnnouncement&) = default;
};

/// What only a later minor version knows. It is received, and never sent.
struct UnknownMessage {
    std::uint8_t type{};

    friend bool operator==(const UnknownMessage&, const UnknownMessage&) = default;
};

using Message = std::variant<Hello, Poll, Report, sync::Adjustment, Welcome, Redirect,
                             MasterAnnouncement, sync::Membership, UnknownMessage>;

}  // namespace berkeley::wire
