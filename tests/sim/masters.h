/// Masters that elect the active one, and what can happen to them and to the links between them.
///
/// Time goes in steps of a nanosecond, so that patience is a small number of them. A value: a copy
/// goes its own way from there.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "berkeley/sync/election.h"

namespace berkeley::sim {

/// What happens to the master `which`; or, with `part`, to the links.
struct Fault {
    enum Kind { start, die, stop, goOn, part, lose };

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
};

class Masters {
  public:
    /// All are dead.
    explicit Masters(const MastersModel& model);

    bool possible(const Fault& fault) const;
    void apply(const Fault& fault);
    void step();

    std::size_t count() const { return model_.count; }
    Nanoseconds patience() const { return model_.patience; }
    bool mayAct(Rank rank) const;
    /// Whom it thought active at its last look.
    std::optional<Rank> follows(Rank rank) const { return hosts_[rank].follows; }
    /// The masters that run, by the side that they are on.
    std::vector<std::vector<Rank>> groups() const;
    bool parted() const { return otherSide_ != 0; }
    bool loses() const { return lossPercent_ != 0; }

  private:
    struct Host {
        std::optional<Election> election;  ///< none when it is dead
        bool stopped{};
        std::optional<Rank> follows;
        Nanoseconds announces{};
    };
    struct Message {
        Rank to{};
        Announcement announcement;
        Nanoseconds arrives{};
    };

    bool runs(Rank rank) const { return hosts_[rank].election && !hosts_[rank].stopped; }
    std::size_t sideOf(Rank rank) const { return otherSide_ >> rank & 1; }
    void deliver();
    /// Whether it need not be kept.
    bool deliver(const Message& message);
    void announce(Rank from);
    /// Not to arrive before what was sent earlier.
    void send(Message message);
    int random(int least, int most);

    MastersModel model_;
    Nanoseconds now_;
    std::vector<Host> hosts_;
    std::vector<Message> underWay_;
    std::size_t otherSide_{};
    int lossPercent_{};
    std::minstd_rand random_;
};

}  // namespace berkeley::sim
