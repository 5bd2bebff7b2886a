/// Watches a node and remembers what it shows, for HTTP and other viewers.
///
/// Everything is kept here, so that no viewer waits for the node, nor the node for a viewer.
/// Thread safety: any thread.
#pragma once

#include <memory>
#include <string>

#include "host/steered_clock.h"
#include "node/observer.h"
#include "observe/event_log.h"
#include "observe/follower_view.h"
#include "observe/group_view.h"
#include "observe/history.h"
#include "observe/json.h"
#include "observe/metrics.h"
#include "observe/status.h"
#include "os/mutex.h"

namespace berkeley::node {

struct MonitorConfig {
    std::string program;   ///< "berkeley-master"
    std::string version;   ///< "0.1.0"
    std::string name;      ///< of the clock
    observe::Role role{};  ///< at the start; changes only if that is standby
    bool lab{};            ///< a slave of a lab master
    Nanoseconds interval = std::chrono::seconds{5};
};

class Monitor : public Observer {
  public:
    /// `clock` must outlive it.
    Monitor(MonitorConfig config, const host::SteeredClock& clock);

    void cycleEnded(const sync::CycleStatus& status) override;
    void cycleSkipped(const std::vector<sync::ClockStatus>& slaves, std::size_t needed) override;
    void synchronized(const sync::Change& change, GroupTime now, Nanoseconds bound) override;
    void joined(const net::Endpoint& master, std::optional<Nanoseconds> interval) override;
    void timestamped(sync::TimestampKind timestamps) override;
    void left() override;
    void roleChanged(bool active) override;

    /// Notes that this machine stood still.
    void paused(const Pause& pause);

    observe::Status status() const;

    /// Returns the status without clocks and events, of which a large group has many.
    observe::Status summary() const;

    /// Returns some of the points from index `since` on, for `clocks`, or for all clocks if it is
    /// empty.
    observe::HistoryAnswer history(std::uint64_t since, std::vector<std::string> clocks) const;

    /// Returns the metrics in Prometheus's text format, as Metrics::text() does.
    std::string metrics(const std::optional<observe::PeerCounts>& peers,
                        std::size_t mostClocks) const;

  private:
    observe::Moment now() const;
    std::optional<Nanoseconds> boundAt(HostTime now) const;

    observe::Status describe(bool withClocks) const;
    void describeLeader(observe::Status& status) const REQUIRES(lock_);
    void describeFollower(observe::Status& status) const REQUIRES(lock_);

    const MonitorConfig config_;
    const host::SteeredClock& clock_;
    const std::string instance_;
    observe::Metrics metrics_;
    mutable os::Mutex lock_;
    observe::Role role_ GUARDED_BY(lock_);
    HostTime since_ GUARDED_BY(lock_);  ///< when it got that role
    /// When a sync cycle last ended or could not begin, or `since_`.
    HostTime turn_ GUARDED_BY(lock_);
    observe::EventLog log_ GUARDED_BY(lock_);
    observe::GroupView group_ GUARDED_BY(lock_){log_};
    std::shared_ptr<const observe::GroupSnapshot> snapshot_ GUARDED_BY(lock_) =
        std::make_shared<const observe::GroupSnapshot>();
    observe::FollowerView follower_ GUARDED_BY(lock_);
    observe::History history_ GUARDED_BY(lock_);
};

}  // namespace berkeley::node
