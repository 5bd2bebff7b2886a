/// What the election promises, looked for a counterexample in every short series of faults, and in
/// long ones at random.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "sim/masters.h"
#include "sim/scenario_test.h"

namespace berkeley::sim {
namespace {

/// After the last fault, as in the header.
Nanoseconds settlingTime(const Masters& masters) { return masters.patience() * 5 / 4; }

/// The active one of a group, when all follow it and there is no other.
std::optional<Rank> leaderOf(const Masters& masters, const std::vector<Rank>& group) {
    const std::optional<Rank> leader = masters.follows(group.front());
    const bool agreed =
        leader && std::all_of(group.begin(), group.end(), [&](Rank rank) {
            return masters.follows(rank) == leader && masters.mayAct(rank) == (rank == *leader);
        });
    return agreed ? leader : std::nullopt;
}

/// Holds masters to the promises, from fault to fault.
class Watch {
  public:
    explicit Watch(Masters masters) : masters_(std::move(masters)) {}

    const Masters& masters() const { return masters_; }
    /// Since the last fault.
    Nanoseconds quiet() const { return quiet_; }
    bool settled() const { return quiet_ >= settlingTime(masters_); }

    /// The faults, and how many steps after the one before.
    std::string story() const {
        std::string text;
        for (const auto& [quiet, fault] : faults_) {
            text.append(std::to_string(quiet.count()))
                .append(": ")
                .append(fault.text())
                .append(", ");
        }
        return text.append(std::to_string(quiet_.count())).append(": ");
    }

    void apply(const Fault& fault) {
        expectLeader(fault);
        faults_.emplace_back(quiet_, fault);
        masters_.apply(fault);
        quiet_ = {};
        linksFailed_ |= fault.kind == Fault::part || fault.kind == Fault::lose;
    }

    /// What is wrong after it, or "".
    std::string step() {
        masters_.step();
        quiet_ += Nanoseconds{1};
        if (const std::size_t actives = countActives(); actives > 1 && !linksFailed_) {
            return "two are active";
        }
        if (stays_ && !masters_.mayAct(*stays_)) {
            return "the active one did not stay so";
        }
        return masters_.loses() ? "" : checkGroups();
    }

  private:
    /// Who is active and not touched by the fault stays so; when a partition heals it is the
    /// highest-ranked of the two.
    void expectLeader(const Fault& fault) {
        const bool heals = fault.kind == Fault::part && fault.which == 0;
        const bool links = fault.kind == Fault::part || fault.kind == Fault::lose;
        std::optional<Rank> leader;
        if (settled() && !masters_.loses() && (heals || !masters_.parted())) {
            for (const std::vector<Rank>& group : masters_.groups()) {
                const Rank other = leaderOf(masters_, group).value();
                leader = std::min(leader.value_or(other), other);
            }
        }
        stays_ = leader && (heals || (!links && fault.which != *leader)) ? leader : std::nullopt;
    }

    std::size_t countActives() const {
        std::size_t actives = 0;
        for (Rank rank = 0; rank < masters_.count(); ++rank) {
            actives += masters_.mayAct(rank);
        }
        return actives;
    }

    std::string checkGroups() const {
        for (const std::vector<Rank>& group : masters_.groups()) {
            if (quiet_ >= masters_.patience() / 2 &&
                std::count_if(group.begin(), group.end(),
                              [this](Rank rank) { return masters_.mayAct(rank); }) > 1) {
                return "two are active in a group";
            }
            if (settled()) {
                const std::optional<Rank> leader = leaderOf(masters_, group);
                if (!leader) {
                    return "a group has not agreed";
                }
                if (stays_ && leader != stays_) {
                    return "a group follows another one than the one that stays";
                }
            }
        }
        return "";
    }

    Masters masters_;
    std::vector<std::pair<Nanoseconds, Fault>> faults_;
    Nanoseconds quiet_{};
    bool linksFailed_{};         ///< ever
    std::optional<Rank> stays_;  ///< who must be active until the next fault
};

/// All that can happen to one master, and all partitions.
std::vector<Fault> allFaults(std::size_t masters) {
    std::vector<Fault> faults;
    for (const auto kind : {Fault::start, Fault::die, Fault::stop, Fault::goOn}) {
        for (Rank rank = 0; rank < masters; ++rank) {
            faults.push_back({kind, rank});
        }
    }
    for (std::size_t otherSide = 0; otherSide < std::size_t{1} << masters; otherSide += 2) {
        faults.push_back({Fault::part, otherSide});
    }
    return faults;
}

/// A series of so many faults that a promise does not survive, and which one; "" when there is
/// none. The next fault comes in any step until all is settled.
std::string counterexample(Watch watch, int faults) {
    const Nanoseconds last = settlingTime(watch.masters()) + watch.masters().patience();
    while (faults == 0 ? watch.quiet() < last : !watch.settled()) {
        if (const std::string wrong = watch.step(); !wrong.empty()) {
            return watch.story() + wrong;
        }
        if (faults == 0) {
            continue;
        }
        for (const Fault& fault : allFaults(watch.masters().count())) {
            if (!watch.masters().possible(fault)) {
                continue;
            }
            Watch other = watch;
            other.apply(fault);
            if (std::string found = counterexample(std::move(other), faults - 1); !found.empty()) {
                return found;
            }
        }
    }
    return "";
}

/// Masters that have all begun.
Watch begun(const MastersModel& model) {
    Watch watch{Masters{model}};
    for (Rank rank = 0; rank < model.count; ++rank) {
        watch.apply({Fault::start, rank});
    }
    return watch;
}

class EveryFault : public testing::TestWithParam<bool> {
  protected:
    static std::string counterexampleTo(std::size_t masters, int faults) {
        return counterexample(begun({.count = masters, .sendsLate = GetParam()}), faults);
    }
};

TEST_P(EveryFault, ThreeInARowOfTwoMasters) { EXPECT_EQ(counterexampleTo(2, 3), ""); }
TEST_P(EveryFault, TwoInARowOfThreeMasters) { EXPECT_EQ(counterexampleTo(3, 2), ""); }
TEST_P(EveryFault, TwoInARowOfFourMasters) { EXPECT_EQ(counterexampleTo(4, 2), ""); }

INSTANTIATE_TEST_SUITE_P(Links, EveryFault, testing::Bool(),
                         [](const auto& info) { return info.param ? "SendLate" : "Lose"; });

/// However far apart they begin.
TEST(ColdStart, NeverHasTwoActiveMasters) {
    constexpr Nanoseconds kPatience{16};
    for (int begins = 0; begins < 18 * 18 * 18; ++begins) {
        const std::array<int, 3> begin{begins % 18, begins / 18 % 18, begins / 18 / 18};
        Watch watch{Masters{{.patience = kPatience, .interval = 2, .delay = 2}}};
        for (int now = 0; !watch.settled() || now < 18; ++now) {
            for (Rank rank = 0; rank < begin.size(); ++rank) {
                if (begin[rank] == now) {
                    watch.apply({Fault::start, rank});
                }
            }
            ASSERT_EQ(watch.step(), "") << watch.story();
        }
    }
}

/// However long it lives and is dead.
TEST(MasterThatDiesAgainAndAgain, KeepsNobodyFromBeingActive) {
    for (int cycle = 0; cycle < 16 * 16; ++cycle) {
        const int lives = 1 + cycle % 16, dead = 1 + cycle / 16;
        Masters masters{{}};
        masters.apply({Fault::start, 1});
        masters.apply({Fault::start, 2});
        for (int now = 0; now < 200; ++now) {
            const int phase = now % (lives + dead);
            if (phase == 0 || phase == lives) {
                masters.apply({phase == 0 ? Fault::start : Fault::die, 0});
            }
            masters.step();
            if (now >= 40) {
                ASSERT_TRUE(masters.mayAct(1)) << lives << " alive, " << dead << " dead";
            }
        }
    }
}

class ManyFaults : public ScenarioTest {
  protected:
    /// Some at once, some so far apart that all is settled.
    void expectPromisesKept(const std::vector<Fault>& faults, bool sendsLate) {
        Watch watch = begun({.count = 5,
                             .patience = Nanoseconds{32},
                             .interval = 5,
                             .delay = 3,
                             .sendsLate = sendsLate,
                             .seed = static_cast<unsigned>(seed())});
        std::uniform_int_distribution<std::size_t> anyFault{0, faults.size() - 1};
        std::uniform_int_distribution<int> steps{0, 80};
        for (int round = 0; round < 5'000; ++round) {
            const Fault fault = faults[anyFault(random_)];
            if (watch.masters().possible(fault)) {
                watch.apply(fault);
            }
            for (int left = steps(random_); left > 0; --left) {
                ASSERT_EQ(watch.step(), "") << watch.story();
            }
        }
    }

  private:
    Random random_{seed()};
};

TEST_F(ManyFaults, OfFiveMasters) {
    std::vector<Fault> faults = allFaults(5);
    std::erase_if(faults, [](const Fault& fault) { return fault.kind == Fault::part; });
    expectPromisesKept(faults, false);
    expectPromisesKept(faults, true);
}

TEST_F(ManyFaults, OfFiveMastersAndTheirLinks) {
    std::vector<Fault> faults = allFaults(5);
    faults.insert(faults.end(), 8, {Fault::part, 0});
    faults.insert(faults.end(), 4, {Fault::lose, 50});
    faults.insert(faults.end(), 8, {Fault::lose, 0});
    expectPromisesKept(faults, false);
    expectPromisesKept(faults, true);
}

}  // namespace
}  // namespace berkeley::sim
