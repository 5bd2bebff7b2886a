/// A slave that is polled: the burst under way with it, and its answers.
///
/// Thread safety: as for Slave; receiveReport() belongs to its receive thread. Errors: WireError.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "host/steered_clock.h"
#include "net/connection.h"
#include "node/peer_reader.h"
#include "node/shared_group.h"
#include "node/slave.h"
#include "os/mutex.h"
#include "sync/burst.h"
#include "wire/messages.h"

namespace berkeley::node {

class NativeSlave final : public Slave {
  public:
    /// The references must outlive it. `interval` is the time from one sync cycle to the next.
    NativeSlave(sync::SlaveId id, const std::string& name, net::Connection& connection,
                PeerReader& reader, const host::SteeredClock& clock, SharedGroup& group,
                Nanoseconds interval);

    bool isNative() const override { return true; }

    /// Begins a burst, whose end the group awaits. Does nothing while an earlier poll is
    /// unanswered.
    void beginBurst() override;

    void tell(const sync::Adjustment& adjustment) override;

    std::optional<sync::TimestampKind> timestamps() const override;

    void receiveReport(const wire::Report& report, HostTime t4);

  private:
    /// Takes the answer to a poll and sends the burst's next poll.
    sync::Burst::Answer takeAnswer(std::uint32_t sequence);
    void sendPoll() REQUIRES(lock_);
    void record(const sync::Measurement& measurement);
    void endBurst();

    net::Connection& connection_;
    PeerReader& reader_;
    const host::SteeredClock& clock_;
    SharedGroup& group_;
    const Nanoseconds interval_;
    sync::Completion completion_;
    bool measured_ = false;  ///< a burst has ended
    sync::Membership told_;  ///< the latest that it was told; sync thread only

    os::Mutex lock_;
    sync::Burst burst_ GUARDED_BY(lock_);
};

}  // namespace berkeley::node
