/// Masters that elect the active one, the slaves that go with it, and what can happen to the
/// masters and to the links.
///
/// Time goes in steps of a nanosecond, so that patience is a small number of them. A value: a copy
/// goes its own way from there.
#pragma once

#include <array>
#include <random>
#include <string>
#include <vector>

#include "sync/election.h"

namespace berkeley::sim {

/// What happens to the master `which`; or, with `part`, to the links.
struct Fault {
    /// stop: the process. freeze: its clock stands still as well. Both end with goOn.
    enum Kind { start, die, stop, freeze, goOn, part, lose };

    Kind kind{};
    /// part: a bit for each master on the other side, none heals. lose: percent of the messages.
    std::size_t which{};

    std::string text() const;
};

struct MastersModel {
    std::size_t count = 3;
    Nanoseconds patience{8};
    /// Steps from one announcement to the next, and from there to where it arrives: at random up to
    /// these. Together they are a quarter of patience, as they have to.
    int interval = 1;
    int delay = 1;
    /// What a link that has failed, or a process that is stopped, still had to send arrives later;
    /// otherwise it is lost, or sent.
    bool sendsLate{};
    unsigned seed = 1;
    /// How many slaves there are on either side of a partition.
    std::array<int, 2> slaves{};
    bool
        anyMaster{};  ///< a slave that looks for a master tries them from any one on, not the first
    int latePercent{};      ///< of the members, in each sync cycle
    Nanoseconds cycle{4};   ///< from one sync cycle to the next
    Nanoseconds leaves{6};  ///< after such a silence a slave looks for another master
};

class Masters {
  public:
    /// Of a sync cycle: the counted have answered at its begin, and it ends so much later.
    static constexpr Nanoseconds kCycleTakes{1};

    /// All are dead.
    explicit Masters(const MastersModel& model);

    bool possible(const Fault& fault) const;
    void apply(const Fault& fault);
    void step();

    std::size_t count() const { return model_.count; }
    const MastersModel& model() const { return model_; }
    /// Whether it runs, and takes itself for the active one.
    bool leads(sync::Rank rank) const;
    /// Whom it thought active at its last look.
    std::optional<sync::Rank> follows(sync::Rank rank) const { return hosts_[rank].follows; }
    std::uint32_t term(sync::Rank rank) const { return hosts_[rank].election->term(); }
    bool knows(sync::Rank rank) const { return hosts_[rank].knows; }
    /// How many follow it, which it reaches, itself among them.
    std::uint32_t membersOf(sync::Rank rank) const;
    bool runs(sync::Rank rank) const;
    bool reach(sync::Rank one, sync::Rank other) const { return sideOf(one) == sideOf(other); }
    bool parted() const { return otherSide_ != 0; }
    bool loses() const { return lossPercent_ != 0; }

  private:
    struct Host {
        std::optional<sync::Election> election;  ///< none when it is dead
        bool stopped{};
        bool frozen{};
        Nanoseconds behind{};  ///< its clock
        std::optional<sync::Rank> follows;
        bool knows{};  ///< the group's time
        Nanoseconds announces{};
        Nanoseconds turn{};  ///< of the next sync cycle
        std::optional<std::uint32_t> counting;
    };
    struct Slave {
        std::size_t side{};
        std::optional<sync::Rank> master{};
        Nanoseconds silence{};
    };
    struct Message {
        sync::Rank to{};
        sync::Announcement announcement;
        Nanoseconds arrives{};
    };

    Nanoseconds timeOf(const Host& host) const { return now_ - host.behind; }
    std::size_t sideOf(sync::Rank rank) const { return otherSide_ >> rank & 1; }
    bool reaches(const Slave& slave, sync::Rank rank) const {
        return !parted() || slave.side == sideOf(rank);
    }
    void deliver();
    /// Whether it need not be kept.
    bool deliver(const Message& message);
    void announce(sync::Rank from);
    /// Not to arrive before what was sent earlier.
    void send(Message message);
    void runCycle(sync::Rank rank);
    bool hasSlaves(sync::Rank rank) const;
    void teach(sync::Rank rank);
    void move(Slave& slave);
    int random(int least, int most);

    MastersModel model_;
    Nanoseconds now_;
    std::vector<Host> hosts_;
    std::vector<Slave> slaves_;
    std::vector<Message> underWay_;
    std::size_t otherSide_{};
    int lossPercent_{};
    std::minstd_rand random_;
};

}  // namespace berkeley::sim
