/// One master and its slaves in simulated time: the real group, bursts and disciplines, without
/// sockets, threads or clocks. A seed decides everything; the same seed, the same run.
///
/// Units: std::chrono, or in the name. Thread safety: none.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "sim/models.h"
#include "sync/burst.h"
#include "sync/group.h"

namespace berkeley::sim {

struct SlaveModel {
    std::string name;
    ClockModel clock;
    Path path;
    Nanoseconds joins{};
    Nanoseconds leaves = Nanoseconds::max();
    Nanoseconds returns = Nanoseconds::max();  ///< after it has left
    /// How long after another master leads, or the master has come back, it joins that.
    Nanoseconds comesBack{};
    /// Of an earlier run, against the master.
    std::optional<double> rememberedDriftPpb{};
    /// What the slave adds to the times that it reports; an honest one adds nothing.
    std::function<Nanoseconds(Nanoseconds trueTime)> lie{};
    /// What it says of its correction and how well it knows it; an honest one says what is.
    std::function<void(sync::ClockReading&)> claim{};
    /// Of which group it says to be a member, instead of what is.
    std::function<sync::Membership(const sync::Membership&)> claimMembership{};
    /// Whether it leaves polls without an answer.
    std::function<bool(Nanoseconds trueTime)> silent{};
};

struct Scenario {
    std::uint64_t seed = 1;
    Nanoseconds interval = std::chrono::seconds{1};
    std::optional<int> burst;  ///< exchanges with each slave in a sync cycle; or what fits
    double maxSlewPpb = 500'000;
    sync::AverageOptions average;
    Nanoseconds foundAfter{};  ///< as in GroupOptions; all are there already, as a rule
    ClockModel master;
    std::vector<SlaveModel> slaves;
};

/// What one clock shows at one true time.
struct Shown {
    GroupTime time;
    Nanoseconds bound{};
    bool synchronized{};
    std::uint32_t steps{};  ///< forward, after its first adjustment
};

class Simulation {
  public:
    explicit Simulation(Scenario scenario);

    /// Runs up to, not including, `until`.
    void runUntil(Nanoseconds until);
    Nanoseconds now() const { return now_; }

    Shown master(Nanoseconds trueTime) const;
    Shown slave(const std::string& name, Nanoseconds trueTime) const;

    /// The slave's group clock minus the master's.
    Nanoseconds error(const std::string& name, Nanoseconds trueTime) const;
    /// Largest minus smallest of the group clocks that are there and synchronized.
    Nanoseconds spread(Nanoseconds trueTime) const;

    /// The master dies; `after` that the slave takes over, and the others join it.
    void takeOver(const std::string& name, Nanoseconds after);

    /// The master's process ends and starts again `after` that, with or without what it knew.
    void restart(Nanoseconds after, bool remembers);

    /// From now on, and for `span`, all clocks of the host stand still and it does nothing. "" is
    /// the master's; its slaves leave meanwhile, and come back. `notices`: it looks for pauses.
    void pause(const std::string& name, Nanoseconds span, bool notices = false);

    /// Who the slaves are, in their order; whether one is connected.
    const std::vector<std::string>& names() const { return names_; }
    bool present(const std::string& name) const { return find(name).present; }

    /// The unsteered clocks; "" is the master's.
    Clock& hostClock(const std::string& name);

    const sync::ClockStatus& lastStatus(const std::string& name) const;

    /// Of the last sync cycle.
    const sync::CycleStatus& lastCycle() const { return lastCycle_; }

  private:
    struct Host {
        Clock clock;
        sync::Discipline discipline;

        Shown at(Nanoseconds trueTime) const;
    };
    struct Slave {
        SlaveModel model;
        Host host;
        sync::SlaveId id = 0;
        bool present = false;
        Nanoseconds pausedUntil{};
        sync::Burst burst{};
        sync::Completion completion{};
        /// When the latest message arrives: one that is sent later cannot overtake it in its
        /// stream.
        Nanoseconds lastToSlave{};
        Nanoseconds lastToMaster{};
    };
    struct Event {
        Nanoseconds when;
        std::uint64_t order;
        std::function<void()> happen;

        bool operator>(const Event& other) const {
            return std::tie(when, order) > std::tie(other.when, other.order);
        }
    };

    void at(Nanoseconds when, std::function<void()> happen);
    void join(Slave& slave);
    void leave(Slave& slave);
    void leaveAll();
    void lead(std::uint32_t term);
    sync::Group newGroup();
    void beginCycle(std::uint64_t reign);
    void poll(Slave& slave);
    void answer(Slave& slave, sync::SlaveId asked, std::uint32_t sequence);
    void receive(Slave& slave, sync::SlaveId asked, std::uint32_t sequence, HostTime t2,
                 const sync::ClockReading& reading);
    void endCycle(std::uint64_t reign);
    void tell(const sync::CycleOutcome& outcome);
    Nanoseconds arrivalAtSlave(Slave& slave);
    const Slave& find(const std::string& name) const;
    Slave& find(const std::string& name);

    Scenario scenario_;
    Nanoseconds now_{};
    Random random_;
    Host master_;
    std::vector<Slave> slaves_;
    std::vector<std::string> names_;
    sync::GroupId lastGroup_ = 0;  ///< before the group, which is given the next one
    sync::Group group_;
    std::uint64_t reign_ =
        0;  ///< of whom the cycles are; the master's before may still be under way
    bool leaderless_ = false;
    sync::CycleStatus lastCycle_;

    std::uint64_t order_ = 0;
    std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
};

}  // namespace berkeley::sim
