/// A slave that is polled: the burst under way with it, and what it answers.
///
/// Thread safety: as Slave, and what it answers belongs to its receive thread. Errors: WireError.
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
    /// The references outlive it. `interval` is from one sync cycle to the next.
    NativeSlave(sync::SlaveId id, const std::string& name, net::Connection& connection,
                PeerReader& reader, const host::SteeredClock& clock, SharedGroup& group,
                Nanoseconds interval);

    bool isNative() const override { return true; }

    /// The group waits for the end of the burst. Nothing happens while an earlier poll is still
    /// without an answer.
    void beginBurst() override;

    void tell(const sync::Adjustment& adjustment) override;

    std::optional<sync::TimestampKind> timestamps() const override;

    void receiveReport(const wire::Report& report, HostTime t4);

  private:
    /// Takes the answer to the poll and sends the burst's next one.
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
    bool measured_ = false;  ///< a burst is over
    sync::Membership told_;  ///< of which group it was told it is; the sync thread's

    os::Mutex lock_;
    sync::Burst burst_ GUARDED_BY(lock_);
};

}  // namespace berkeley::node
