/// What master and slave say to each other, as values; the codecs turn them into bytes.
///
/// An Adjustment travels without its membership: a master sends a Membership before the first
/// Adjustment and whenever it changes. A slave sends one after its hello if its clock is on a
/// group's line.
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

/// The reasons for which a peer is sent away; each is counted separately.
enum class Fault {
    protocol,  ///< it sent what it may not send
    key,       ///< it has no key, a wrong one, or another peer's
    silence,   ///< it did not say in time what it had to say
    unread,    ///< it does not read what it is sent
    refused,   ///< there are too many peers, or a resource has run out
};
inline constexpr std::size_t kFaults = 5;

/// Thrown when a peer has broken the protocol. what() says how, in words for a log line. The
/// connection is over.
class WireError : public std::runtime_error {
  public:
    explicit WireError(const std::string& what, Fault fault = Fault::protocol)
        : std::runtime_error(what), fault_(fault) {}

    Fault fault() const { return fault_; }

  private:
    Fault fault_;
};

/// The minor version of protocol version 1: it grows with every new message, field or flag that
/// peers can do without if they do not know it.
inline constexpr std::uint8_t kMinorVersion = 1;

/// Slave to master, once and first: who is speaking.
struct Hello {
    std::string name;  ///< 1 to 40 bytes of printable ASCII without space
    /// Of its group clock, now or in an earlier run; absent if unknown.
    std::optional<double> frequencyPpb{};
    std::uint8_t minorVersion = kMinorVersion;  ///< that the sender speaks

    friend bool operator==(const Hello&, const Hello&) = default;
};

/// Master to slave: answer at once.
struct Poll {
    std::uint32_t sequence{};

    friend bool operator==(const Poll&, const Poll&) = default;
};

/// Slave to master: the answer to a poll or, unasked, a sign of life from the send thread.
struct Report {
    std::uint32_t sequence{};  ///< the poll's; 0 when unasked
    bool solicited{};
    HostTime received;         ///< t2; equal to `sent` when unasked
    HostTime sent;             ///< t3
    Nanoseconds correction{};  ///< group time minus host time by the slave's clock at `sent`
    /// The actual t3 of the answer to the previous poll; absent if unknown.
    std::optional<HostTime> previousSent{};
    /// Of `correction`; absent if that is not known at all, and in an unsolicited report.
    std::optional<sync::Deviation> deviation{};

    friend bool operator==(const Report&, const Report&) = default;
};

/// Active master to slave: the slave was heard and belongs to a group with this interval. Also sent
/// when there is no sync cycle, as a sign of life.
struct Welcome {
    Nanoseconds interval{};                     ///< from one sync cycle to the next
    std::uint8_t minorVersion = kMinorVersion;  ///< that the sender speaks

    friend bool operator==(const Welcome&, const Welcome&) = default;
};

/// Standby to slave, instead of a welcome: which master is active. The connection is over.
struct Redirect {
    std::string host;  ///< 1 to 48 bytes of printable ASCII without space; "" when there is none
    std::uint16_t port{};

    friend bool operator==(const Redirect&, const Redirect&) = default;
};

/// Master to master, first and then repeatedly: the input of the election.
struct MasterAnnouncement {
    sync::Announcement announcement;
    std::uint64_t masters{};  ///< a checksum of the list of masters, which is the same everywhere

    friend bool operator==(const MasterAnnouncement&, const MasterAnnouncement&) = default;
};

/// A message that only a later minor version knows. It is received and never sent.
struct UnknownMessage {
    std::uint8_t type{};

    friend bool operator==(const UnknownMessage&, const UnknownMessage&) = default;
};

using Message = std::variant<Hello, Poll, Report, sync::Adjustment, Welcome, Redirect,
                             MasterAnnouncement, sync::Membership, UnknownMessage>;

}  // namespace berkeley::wire
