/// The group's time as its master keeps it: the members, the line, its rate, and what is not known
/// of it.
///
/// The group's time is a line over the master's unsteered clock. The line is not the master's: all
/// members remember it, each over its own clock, together with the group's identity and term. The
/// master is the member that measures. So a start, a restart, a takeover, a pause and a clock that
/// was set all raise one question: which clocks know the line, and how well? conclude() answers it
/// in each sync cycle; docs/algorithm.md says why it is right. Units: std::chrono, or in the name;
/// times are on the master's unsteered clock. Thread safety: none; the node keeps a lock around it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sync/average.h"
#include "sync/cycle.h"
#include "sync/discipline.h"
#include "sync/drift_limit.h"
#include "sync/group_rate.h"
#include "sync/line_error.h"
#include "sync/roster.h"

namespace berkeley::sync {

struct Participant;

struct GroupOptions {
    std::string masterName = "master";
    AverageOptions average{};
    DriftLimit driftLimit{};
    /// How long to wait, without any new slave, for clocks that know a line: before a group is
    /// founded, before a contradiction is settled against the line, and before a master that is
    /// alone with the line tells it to newcomers. Also how long a new master learns the line. A
    /// slave that waits for its master tries again every 4 s.
    Nanoseconds foundAfter = std::chrono::seconds{5};
    GroupId newGroup = 1;  ///< random id of the group that this master may found; never 0
    std::optional<double> rememberedPpb{};  ///< the rate of the group's time in an earlier run
};

class Group {
  public:
    Group(GroupOptions options, HostTime now);

    /// Makes this master lead from now on, in a term of at least `term`, along the line of its own
    /// clock if that knows one. Called once each time that it begins to lead, by
    /// MasterNode::lead().
    void lead(const ClockState& own, std::uint32_t term, HostTime now);

    /// Called when this machine stood still: the master's clock may not be what it was, so the
    /// master has to learn the line anew.
    void doubt(HostTime now);

    /// Adds a slave. The functions from here to leave(), and record(), are called from the slave's
    /// receive thread. `frequencyPpb` is that of the slave's group clock, now or in an earlier run.
    SlaveId join(const std::string& name, const std::string& address,
                 std::optional<double> frequencyPpb, HostTime now);
    SlaveId joinLab(const std::string& address, HostTime now);
    /// Notes which group's line the slave's clock is on, by its own word. Here and below, unknown
    /// slaves are ignored: they have just left.
    void introduce(SlaveId slave, const Membership& membership);
    void leave(SlaveId slave) { roster_.leave(slave); }

    /// Begins a sync cycle: from now on every slave has to answer anew. Called from the sync
    /// thread, like beginBurst() and conclude().
    void beginCycle() { roster_.beginCycle(); }
    /// Returns how many polls the burst has if sync cycles are `interval` apart; none for a slave
    /// that has left.
    int beginBurst(SlaveId slave, Nanoseconds interval);
    /// Records an exchange that is complete (Completion). Returns false, and records nothing, if
    /// the exchange contradicts itself.
    bool record(SlaveId slave, const Exchange& exchange, const ClockReading& reading);

    /// Returns when the first sync cycle may begin, unless a new slave comes before; nothing if the
    /// group is known, because then one may begin at any time.
    std::optional<HostTime> readyAt() const;
    bool isReady(HostTime now) const { return now >= readyAt().value_or(now); }

    /// Ends the sync cycle at `now`. `own` is the master's group clock. Leaves `status.duration`
    /// and `status.lateness` to the caller, which can read a clock.
    CycleOutcome conclude(HostTime now, const ClockState& own);

    std::size_t size() const { return roster_.size(); }
    const std::map<SlaveId, Member>& members() const { return roster_.members(); }
    const Membership& membership() const { return line_.membership; }

  private:
    using Participants = std::vector<Participant>;

    /// The verdict of the members on the master's line.
    enum class Verdict {
        stands,  ///< most clocks that know the line hold it too
        falls,   ///< most of them agree on a different one: the master's clock jumped
        open,    ///< clocks that could decide it are missing
    };

    void forget();
    double driftDeviationPpb() const;
    bool isMember(const Participant& clock) const;
    bool isSettled(HostTime now, std::size_t voters) const;
    bool isUnknown() const { return error_ && error_->isUnknown(); }
    HostTime settledAt() const;
    bool hasOtherMembers() const;
    Interval ownPlace() const;
    std::vector<Interval> placesOfMembers(const Participants& clocks) const;

    bool adopt(Participants& clocks);
    Verdict judge(const Participants& clocks, HostTime now);

    Nanoseconds found(Participants& clocks);
    Nanoseconds learn(const Participants& clocks);
    Nanoseconds follow(Participants& clocks, HostTime now);
    static void countMaster(Participants& clocks);
    std::vector<const Participant*> witnessesAmong(const Participants& clocks) const;

    void nameTooFast(Participants& clocks);
    std::map<SlaveId, double> knownDrifts(HostTime now, const Participant& master) const;
    std::size_t goodClocks(const Participant& master) const;
    double motionPpb(HostTime now) const;
    void moveLine(HostTime now, Nanoseconds shift, double motionPpb);
    void nameStandings(Participants& clocks, Nanoseconds shift);
    void tell(Participants& clocks, Nanoseconds shift, Verdict verdict, CycleOutcome& outcome);
    bool isLeftAlone(const Participant& clock, const Adjustment& adjustment, Nanoseconds shift,
                     Verdict verdict) const;
    void endError(HostTime now);
    void holdLine();

    GroupOptions options_;
    Roster roster_;
    GroupRate rate_;
    Adjustment line_;
    std::optional<LineError> error_;  ///< absent while this master has led the line all along
    HostTime ledSince_;               ///< when this master began to lead
    double rateBoundPpb_ = 0;        ///< with error_: the largest error of the line's rate, as told
    std::size_t voters_ = 0;         ///< how many knew the line when none contradicted it last
    std::set<std::string> arrived_;  ///< the slaves that have come since then
    HostTime firstArrival_;          ///< when the first of them did
    HostTime lastArrival_;           ///< when the latest of them did, or none contradicted the line
    Nanoseconds elapsed_{};          ///< from the previous cycle to the one that is concluded
    double dragPpb_ = 0;
};

}  // namespace berkeley::sync
