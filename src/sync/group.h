/// The group's time as its master keeps it: who the members are, the line, its rate, and what is
/// not known of it.
///
/// The group's time is a line over the master's unsteered clock. It is not the master's: all
/// members remember it, each over its own clock, together with the group's identity and term. The
/// master is the one that measures. So a start, a restart, a takeover, a pause and a clock that was
/// set are one question: who knows the line, and how well? conclude() answers it in each sync
/// cycle; docs/algorithm.md says why it is right. Units: std::chrono, or in the name; times are on
/// the master's unsteered clock. Thread safety: none; the node keeps a lock around it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sync/cycle.h"
#include "sync/discipline.h"
#include "sync/group_rate.h"
#include "sync/line_error.h"
#include "sync/roster.h"

namespace berkeley::sync {

struct Participant;

struct GroupOptions {
    std::string masterName = "master";
    AverageOptions average{};
    DriftLimit driftLimit{};
    /// How long those that know a line are waited for, without any new slave: before one is
    /// founded, before a contradiction is settled against it, before a master that is alone with it
    /// tells it to newcomers; and how long a new master learns it. A slave that waits for its
    /// master tries again every 4 s.
    Nanoseconds foundAfter = std::chrono::seconds{5};
    GroupId newGroup = 1;  ///< at random, of the group that this master may found; never 0
    std::optional<double> rememberedPpb{};  ///< the rate of the group's time in an earlier run
};

class Group {
  public:
    Group(GroupOptions options, HostTime now);

    /// This master leads from now on, in a term of at least `term`: along the line of its own
    /// clock, if that knows one. Called once a turn, by MasterNode::lead().
    void lead(const ClockState& own, std::uint32_t term, HostTime now);

    /// The master's clock may not be the one that it was: it has to learn the line anew. Called
    /// when this machine stood still.
    void doubt(HostTime now);

    /// From the slave's receive thread, as all up to leave(), and record(). `frequencyPpb` is that
    /// of the slave's group clock, now or in an earlier run.
    SlaveId join(const std::string& name, const std::string& address,
                 std::optional<double> frequencyPpb, HostTime now);
    SlaveId joinLab(const std::string& address, HostTime now);
    /// Says which group's line the slave's clock is on, by its own word. Unknown slaves, which have
    /// just left, are ignored, here and below.
    void introduce(SlaveId slave, const Membership& membership);
    void leave(SlaveId slave) { roster_.leave(slave); }

    /// From now on every slave has to answer anew. From the sync thread, as beginBurst() and
    /// conclude().
    void beginCycle() { roster_.beginCycle(); }
    /// How many polls the burst has (none with a slave that has left), when sync cycles are that
    /// far apart.
    int beginBurst(SlaveId slave, Nanoseconds interval);
    /// False when the exchange contradicts itself; then nothing was recorded. Called for each
    /// exchange that is complete (Completion).
    bool record(SlaveId slave, const Exchange& exchange, const ClockReading& reading);

    /// From when on there may be a sync cycle, unless a new slave comes before: nothing when the
    /// group is known, as there may be one at any time.
    std::optional<HostTime> readyAt() const;
    bool isReady(HostTime now) const { return now >= readyAt().value_or(now); }

    /// The sync cycle ends at `now`. `own` is the master's group clock. Leaves `status.duration`
    /// and `status.lateness` to the caller, who can read a clock.
    CycleOutcome conclude(HostTime now, const ClockState& own);

    std::size_t size() const { return roster_.size(); }
    const std::map<SlaveId, Member>& members() const { return roster_.members(); }
    const Membership& membership() const { return line_.membership; }

  private:
    using Participants = std::vector<Participant>;

    /// What the members make of the master's line.
    enum class Verdict {
        stands,  ///< most of those who know the line hold it too
        falls,   ///< most of them agree on a different one: the master's clock jumped
        open,    ///< those are missing that could decide it
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
    std::optional<LineError> error_;  ///< nothing while this master has led the line all along
    HostTime ledSince_;               ///< when this master began to lead
    double rateBoundPpb_ = 0;        ///< how far the rate of such a line can be off, as it was told
    std::size_t voters_ = 0;         ///< how many knew the line when none contradicted it last
    std::set<std::string> arrived_;  ///< who has come since then
    HostTime firstArrival_;          ///< when the first of them did
    HostTime lastArrival_;           ///< when the last new one did, or none contradicted
    Nanoseconds elapsed_{};          ///< from the cycle before to the one that is concluded
    double dragPpb_ = 0;
};

}  // namespace berkeley::sync
