#include "observe/metrics.h"

#include <prometheus/gauge.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

namespace berkeley::observe {
namespace {

using prometheus::Labels;
using prometheus::Registry;

// --- what has happened ---

prometheus::Family<prometheus::Counter>& counters(Registry& registry, const std::string& name,
                                                  const std::string& help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

prometheus::Counter* counter(Registry& registry, const std::string& name, const std::string& help) {
    return &counters(registry, name, help).Add({});
}

/// Makes a histogram with buckets from 0.1 ms to 10 s.
prometheus::Histogram* histogram(Registry& registry, const std::string& name,
                                 const std::string& help) {
    const prometheus::Histogram::BucketBoundaries bounds{
        1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
    return &prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, bounds);
}

// --- what is now ---

/// The gauges of one answer.
class Gauges {
  public:
    void set(const std::string& name, const std::string& help, double value,
             const Labels& labels = {}) {
        family(name, help).Add(labels).Set(value);
    }
    void set(const std::string& name, const std::string& help,
             const std::optional<Nanoseconds>& span, const Labels& labels = {}) {
        if (span) {
            set(name, help, toSeconds(*span), labels);
        }
    }

    std::vector<prometheus::MetricFamily> collect() const { return registry_.Collect(); }
    Registry& registry() { return registry_; }

  private:
    /// Returns the family of this name, which is made if there is none yet.
    prometheus::Family<prometheus::Gauge>& family(const std::string& name,
                                                  const std::string& help) {
        return prometheus::BuildGauge().Name(name).Help(help).Register(registry_);
    }

    Registry registry_;
};

void addDaemon(Gauges& gauges, const Status& status) {
    gauges.set("berkeley_build_info", "Constant 1, labelled by program and version.", 1,
               {{"program", status.program}, {"version", status.version}});
    for (const Role role : {Role::active, Role::standby, Role::slave}) {
        gauges.set("berkeley_role", "1 for the role that this daemon has, 0 for the others.",
                   status.role == role ? 1 : 0, {{"role", std::string{toText(role)}}});
    }
    gauges.set("berkeley_synchronized",
               "1 once this daemon's clock was adjusted, except while it is suspect.",
               status.bound ? 1 : 0);
    gauges.set("berkeley_bound_seconds", "Largest possible error of this daemon's clock now.",
               status.bound);
    counters(gauges.registry(), "berkeley_clock_steps_total",
             "How often this daemon's clock has stepped forward since its first adjustment.")
        .Add({})
        .Increment(status.steps);
    gauges.set("berkeley_holdover", "1 while a clock that follows a master gets no adjustments.",
               status.holdover ? 1 : 0);
    gauges.set("berkeley_interval_seconds", "Time between two sync cycles.",
               toSeconds(status.interval));
    // The silence of a new master counts from when it got its role.
    gauges.set("berkeley_sync_cycle_age_seconds",
               "Time since a sync cycle ended here or an adjustment came; before the first one, "
               "since this daemon took its role.",
               toSeconds(status.now.host - status.cycleEnded.value_or(status.since)));
}

void addFigures(Gauges& gauges, const CycleFigures& cycle) {
    gauges.set("berkeley_group_spread_seconds",
               "Largest minus smallest offset of the counted clocks in the last sync cycle.",
               toSeconds(cycle.spreadBefore));
    gauges.set("berkeley_group_average_seconds",
               "How much the last sync cycle moved the group's time.", toSeconds(cycle.average));
}

void addStandings(Gauges& gauges, const GroupSnapshot& group) {
    std::array<int, static_cast<std::size_t>(sync::Standing::lost) + 1> clocks{};
    for (const ClockView& clock : group.clocks) {
        ++clocks.at(static_cast<std::size_t>(clock.status.standing));
    }
    for (std::size_t i = 0; i < clocks.size(); ++i) {
        gauges.set("berkeley_clocks",
                   "Clocks of the group by standing, including the master's own; lost are those "
                   "that left in the last ten minutes.",
                   clocks[i], {{"standing", std::string{sync::kStandings[i]}}});
    }
}

void addClock(Gauges& gauges, const ClockView& clock) {
    const Labels labels{{"clock", clock.id}};
    const sync::ClockStatus& status = clock.status;
    gauges.set("berkeley_clock_counted", "1 when the clock counts in the average.",
               status.standing == sync::Standing::counted ? 1 : 0, labels);
    gauges.set("berkeley_clock_offset_seconds",
               "The clock minus the master's, before the last adjustment.", status.offset, labels);
    gauges.set("berkeley_clock_bound_seconds", "Largest possible error of that offset.",
               status.bound, labels);
    gauges.set("berkeley_clock_delay_seconds", "Shortest round trip to the clock.", status.delay,
               labels);
    gauges.set("berkeley_clock_change_seconds", "How much the last adjustment changed the clock.",
               status.change, labels);
    if (status.driftPpb && std::isfinite(*status.driftPpb)) {
        gauges.set("berkeley_clock_drift_ratio",
                   "Rate of the unsteered clock minus that of the master's, divided by the latter.",
                   *status.driftPpb * 1e-9, labels);
    }
}

void addClocks(Gauges& gauges, const GroupSnapshot& group, std::size_t mostClocks) {
    std::size_t there = 0;
    for (const ClockView& clock : group.clocks) {
        if (clock.status.standing != sync::Standing::lost && there++ < mostClocks) {
            addClock(gauges, clock);
        }
    }
    gauges.set("berkeley_clocks_left_out",
               "Clocks that have no metrics of their own here (--metrics-slaves).",
               static_cast<double>(there - std::min(there, mostClocks)));
}

void addConnections(Gauges& gauges,
                    const std::array<std::size_t, sync::kTimestampKinds>& connections) {
    constexpr std::array<const char*, sync::kTimestampKinds> kKinds{"user_space", "kernel_receive",
                                                                    "kernel"};
    for (std::size_t i = 0; i < sync::kTimestampKinds; ++i) {
        gauges.set("berkeley_connections",
                   "Connections used for measurement, by where the timestamps are taken.",
                   static_cast<double>(connections[i]), {{"timestamps", kKinds[i]}});
    }
}

void addPeers(Gauges& gauges, const PeerCounts& peers) {
    gauges.set("berkeley_connected_slaves", "Slaves that are connected.",
               static_cast<double>(peers.slaves));
    addConnections(gauges, peers.timestamps);
    constexpr std::array<const char*, wire::kFaults> kWhy{"protocol", "key", "silence", "unread",
                                                          "refused"};
    auto& sentAway = counters(gauges.registry(), "berkeley_peers_sent_away_total",
                              "Peers that were refused or disconnected, by reason.");
    for (std::size_t i = 0; i < wire::kFaults; ++i) {
        sentAway.Add({{"why", kWhy[i]}}).Increment(static_cast<double>(peers.sentAway[i]));
    }
}

void addFollower(Gauges& gauges, const Status& status) {
    gauges.set("berkeley_master_connected", "1 while this daemon is connected to its master.",
               status.master.empty() ? 0 : 1);
    const sync::ClockStatus& own = status.group.clocks.front().status;
    gauges.set("berkeley_change_seconds",
               "How much the last adjustment changed this daemon's clock.", own.change);
}

}  // namespace

Metrics::Metrics(bool leads, bool follows) {
    if (leads) {
        cycles_ = counter(registry_, "berkeley_sync_cycles_total", "Sync cycles that have ended.");
        skipped_ = counter(registry_, "berkeley_sync_cycles_skipped_total",
                           "Sync cycles that were skipped to wait for slaves.");
        told_ = counter(registry_, "berkeley_adjustments_told_total",
                        "Adjustments told to slaves and to the master's own clock.");
        duration_ = histogram(registry_, "berkeley_sync_cycle_duration_seconds",
                              "From a sync cycle's first poll to its last adjustment.");
        lateness_ = histogram(registry_, "berkeley_sync_cycle_lateness_seconds",
                              "How long after its turn a sync cycle began.");
    }
    if (follows) {
        joins_ =
            counter(registry_, "berkeley_joins_total", "How often this daemon joined a master.");
        auto& adjustments = counters(registry_, "berkeley_adjustments_total",
                                     "Adjustments of this daemon's clock that a master sent.");
        for (std::size_t i = 0; i < sync::kManners.size(); ++i) {
            adjustments_.at(i) = &adjustments.Add({{"kind", std::string{sync::kManners.at(i)}}});
        }
    }
    auto& pauses = counters(registry_, "berkeley_pauses_total",
                            "How often this machine stood still, by kind of pause.");
    for (std::size_t i = 1; i < kPauseKinds.size(); ++i) {
        pauses_.at(i) = &pauses.Add({{"kind", std::string{kPauseKinds.at(i)}}});
    }
    if (leads && follows) {
        roles_ = counter(registry_, "berkeley_role_changes_total",
                         "How often this master became active or a standby.");
    }
}

void Metrics::cycleEnded(const sync::CycleStatus& status) {
    const auto told =
        std::count_if(status.clocks.begin(), status.clocks.end(),
                      [](const sync::ClockStatus& clock) { return clock.change.has_value(); });
    cycles_->Increment();
    told_->Increment(static_cast<double>(told));
    duration_->Observe(toSeconds(status.duration));
    lateness_->Observe(toSeconds(status.lateness));
}

void Metrics::cycleSkipped() { skipped_->Increment(); }

void Metrics::joined() { joins_->Increment(); }

void Metrics::adjusted(sync::Manner manner) {
    adjustments_.at(static_cast<std::size_t>(manner))->Increment();
}

void Metrics::roleChanged() { roles_->Increment(); }

void Metrics::paused(PauseKind kind) { pauses_.at(static_cast<std::size_t>(kind))->Increment(); }

std::string Metrics::text(const Status& status, const std::optional<PeerCounts>& peers,
                          std::size_t mostClocks) const {
    Gauges gauges;
    addDaemon(gauges, status);
    if (status.role == Role::active) {
        if (status.group.cycle) {
            addFigures(gauges, *status.group.cycle);
        }
        addStandings(gauges, status.group);
        addClocks(gauges, status.group, mostClocks);
    } else {
        addFollower(gauges, status);
    }
    if (peers) {
        addPeers(gauges, *peers);
    } else {
        std::array<std::size_t, sync::kTimestampKinds> connections{};
        if (status.timestamps) {
            connections.at(static_cast<std::size_t>(*status.timestamps)) = 1;
        }
        addConnections(gauges, connections);
    }
    std::vector<prometheus::MetricFamily> families = registry_.Collect();
    std::vector<prometheus::MetricFamily> now = gauges.collect();
    std::move(now.begin(), now.end(), std::back_inserter(families));
    return prometheus::TextSerializer{}.Serialize(families);
}

}  // namespace berkeley::observe
