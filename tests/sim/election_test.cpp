/// What the election promises, looked for a counterexample in every short series of faults, and in
/// long ones at random.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "sim/masters.h"
#include "sim/scenario_test.h"

namespace berkeley::sim {
namespace {

/// The active one of a group, when all follow it and there is no other.
std::optional<sync::Rank> leaderOf(const Masters& masters, const std::vector<sync::Rank>& group) {
    const std::optional<sync::Rank> leader = masters.follows(group.front());
    const bool agreed =
        leader && std::all_of(group.begin(), group.end(), [&](sync::Rank rank) {
            return masters.follows(rank) == leader && masters.leads(rank) == (rank == *leader);
        });
    return agreed ? leader : std::nullopt;
}

/// The masters that run, by the side that they are on.
std::vector<std::vector<sync::Rank>> groupsOf(const Masters& masters) {
    std::vector<std::vector<sync::Rank>> groups;
    for (sync::Rank rank = 0; rank < masters.count(); ++rank) {
        if (!masters.runs(rank)) {
            continue;
        }
        const auto group =
            std::find_if(groups.begin(), groups.end(), [&](const std::vector<sync::Rank>& group) {
                return masters.reach(rank, group.front());
            });
        group == groups.end() ? groups.push_back({rank}) : group->push_back(rank);
    }
    return groups;
}

/// Holds masters to the promises, from fault to fault.
class Watch {
  public:
    explicit Watch(Masters masters) : masters_(std::move(masters)) {}

    const Masters& masters() const { return masters_; }
    /// Since the last fault.
    Nanoseconds quiet() const { return quiet_; }
    bool settled() const { return quiet_ >= settlingTime(); }
    /// After the last fault, as in the header.
    Nanoseconds settlingTime() const {
        return std::max(masters_.model().patience * 5 / 4,
                        mayMeet_ ? contestTime() + masters_.model().patience / 4 : Nanoseconds{});
    }

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
        const bool knownBefore = settled() && !masters_.loses();
        faults_.emplace_back(quiet_, fault);
        masters_.apply(fault);
        quiet_ = {};
        mayMeet_ |=
            fault.kind == Fault::part || fault.kind == Fault::lose || fault.kind == Fault::freeze;
        stays_ = knownBefore ? expectedLeader(fault) : std::nullopt;
    }

    /// What is wrong after it, or "".
    std::string step() {
        masters_.step();
        quiet_ += Nanoseconds{1};
        if (!mayMeet_ && countLeaders() > 1) {
            return "two are active";
        }
        if (stays_ && !masters_.leads(*stays_)) {
            return "the active one did not stay so";
        }
        return masters_.loses() ? "" : checkGroups();
    }

  private:
    /// How long two may be active, as in the header.
    Nanoseconds contestTime() const {
        return masters_.model().patience * 5 / 4 + masters_.model().cycle + Masters::kCycleTakes;
    }

    /// Of those that take themselves for the active one and reach each other, the one that leads
    /// most of the members stays so, and of equals the one that has taken over. A partition that
    /// begins leaves it open who leads them.
    std::optional<sync::Rank> expectedLeader(const Fault& fault) const {
        if (masters_.parted() || (fault.kind == Fault::part && fault.which != 0) ||
            fault.kind == Fault::lose) {
            return std::nullopt;
        }
        std::optional<std::tuple<std::uint32_t, std::uint32_t, std::size_t>> best;
        for (sync::Rank rank = 0; rank < masters_.count(); ++rank) {
            if (masters_.leads(rank)) {
                best = std::max(best, {{masters_.membersOf(rank), masters_.term(rank),
                                        masters_.count() - rank}});
            } else if (fault.kind == Fault::goOn && fault.which == rank) {
                // It may become active before it hears that another one is.
                best = std::max(best, {{1, masters_.term(rank) + 1, masters_.count() - rank}});
            }
        }
        const sync::Rank leader = best ? masters_.count() - std::get<2>(*best) : 0;
        return best && masters_.leads(leader) ? std::optional{leader} : std::nullopt;
    }

    std::size_t countLeaders() const {
        std::size_t leaders = 0;
        for (sync::Rank rank = 0; rank < masters_.count(); ++rank) {
            leaders += masters_.leads(rank);
        }
        return leaders;
    }

    std::string checkGroups() const {
        if (quiet_ < contestTime()) {
            return "";
        }
        for (const std::vector<sync::Rank>& group : groupsOf(masters_)) {
            if (std::count_if(group.begin(), group.end(),
                              [this](sync::Rank rank) { return masters_.leads(rank); }) > 1) {
                return "two are active in a group";
            }
            if (settled()) {
                const std::optional<sync::Rank> leader = leaderOf(masters_, group);
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
    bool mayMeet_{};  ///< two that are active: a link failed, or a master was frozen
    std::optional<sync::Rank> stays_;  ///< who must be active until the next fault
};

/// All that can happen to one master, and all partitions.
std::vector<Fault> allFaults(std::size_t masters) {
    std::vector<Fault> faults;
    for (const auto kind : {Fault::start, Fault::die, Fault::stop, Fault::freeze, Fault::goOn}) {
        for (sync::Rank rank = 0; rank < masters; ++rank) {
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
    const Nanoseconds last = watch.settlingTime() + watch.masters().model().patience;
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
    for (sync::Rank rank = 0; rank < model.count; ++rank) {
        watch.apply({Fault::start, rank});
    }
    return watch;
}

struct Surroundings {
    bool sendsLate;
    std::array<int, 2> slaves;  ///< on either side of a partition
};

class EveryFault : public testing::TestWithParam<Surroundings> {
  protected:
    static std::string counterexampleTo(std::size_t masters, int faults) {
        const auto& [sendsLate, slaves] = GetParam();
        return counterexample(begun({.count = masters, .sendsLate = sendsLate, .slaves = slaves}),
                              faults);
    }
};

std::string nameOf(const testing::TestParamInfo<Surroundings>& info) {
    const auto& [sendsLate, slaves] = info.param;
    return std::string{sendsLate ? "SendLate" : "Lose"}
        .append(std::to_string(slaves[0]))
        .append("And")
        .append(std::to_string(slaves[1]))
        .append("Slaves");
}

TEST_P(EveryFault, ThreeInARowOfTwoMasters) { EXPECT_EQ(counterexampleTo(2, 3), ""); }
TEST_P(EveryFault, TwoInARowOfThreeMasters) { EXPECT_EQ(counterexampleTo(3, 2), ""); }
TEST_P(EveryFault, TwoInARowOfFourMasters) { EXPECT_EQ(counterexampleTo(4, 2), ""); }

INSTANTIATE_TEST_SUITE_P(Links, EveryFault,
                         testing::Values(Surroundings{false, {0, 0}}, Surroundings{true, {0, 0}},
                                         Surroundings{false, {1, 2}}, Surroundings{true, {1, 2}},
                                         Surroundings{false, {3, 0}}),
                         nameOf);

/// However far apart they begin.
TEST(ColdStart, NeverHasTwoActiveMasters) {
    constexpr Nanoseconds kPatience{16};
    for (int begins = 0; begins < 18 * 18 * 18; ++begins) {
        const std::array<int, 3> begin{begins % 18, begins / 18 % 18, begins / 18 / 18};
        Watch watch{Masters{{.patience = kPatience, .interval = 2, .delay = 2}}};
        for (int now = 0; !watch.settled() || now < 18; ++now) {
            for (sync::Rank rank = 0; rank < begin.size(); ++rank) {
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
                ASSERT_TRUE(masters.leads(1)) << lives << " alive, " << dead << " dead";
            }
        }
    }
}

/// Settles, and settles again after each of these.
Watch after(const MastersModel& model, const std::vector<Fault>& faults) {
    Watch watch{Masters{model}};
    for (const Fault& fault : faults) {
        watch.apply(fault);
        do {
            EXPECT_EQ(watch.step(), "") << watch.story();
        } while (!watch.settled());
    }
    return watch;
}

TEST(Majority, StaysWithItsLeaderWhenAPartitionHeals) {
    for (const std::size_t otherSide : {2U, 4U, 6U}) {
        for (const std::array<int, 2> slaves : {std::array{5, 2}, std::array{2, 5}}) {
            Watch watch = after({.slaves = slaves}, {{Fault::start, 0},
                                                     {Fault::start, 1},
                                                     {Fault::start, 2},
                                                     {Fault::part, otherSide},
                                                     {Fault::part, 0}});
            const sync::Rank first = otherSide == 4 ? 2 : 1;
            EXPECT_TRUE(watch.masters().leads(slaves[1] == 5 ? first : 0)) << otherSide;
        }
    }
}

TEST(LoneStandby, DoesNotTakeTheLeadWhateverItsRankAndTerm) {
    std::vector<Fault> faults{{Fault::start, 1}, {Fault::start, 0}};
    for (int times = 0; times < 3; ++times) {
        faults.insert(faults.end(), {{Fault::part, 1}, {Fault::part, 0}});
    }
    Watch watch = after({.count = 2, .slaves = {1, 0}}, faults);
    EXPECT_TRUE(watch.masters().leads(1));
    EXPECT_EQ(watch.masters().term(1), 1U);
    EXPECT_GE(watch.masters().term(0), 3U);
}

TEST(FrozenMaster, LosesTheGroupToWhoeverTookItOver) {
    for (const int slaves : {0, 1, 3}) {
        for (const std::size_t masters : {2U, 3U}) {
            std::vector<Fault> faults;
            for (sync::Rank rank = 0; rank < masters; ++rank) {
                faults.push_back({Fault::start, rank});
            }
            faults.insert(faults.end(), {{Fault::freeze, 0}, {Fault::goOn, 0}});
            Watch watch = after({.count = masters, .slaves = {slaves, 0}}, faults);
            EXPECT_TRUE(watch.masters().leads(1)) << slaves << " slaves, " << masters << " masters";
        }
    }
}

TEST(ClocksThatAreLate, DoNotMakeBothMastersResign) {
    for (unsigned seed = 1; seed <= 500; ++seed) {
        Watch watch = begun({.count = 2,
                             .patience = Nanoseconds{32},
                             .interval = 4,
                             .delay = 4,
                             .seed = seed,
                             .slaves = {3, 3},
                             .latePercent = 20,
                             .cycle = Nanoseconds{8}});
        for (const std::size_t otherSide : {2U, 0U}) {
            watch.apply({Fault::part, otherSide});
            for (int steps = 0; steps < 120; ++steps) {
                (void)watch.step();
                ASSERT_TRUE(steps < 40 || watch.masters().leads(0) || watch.masters().leads(1))
                    << "seed " << seed << ": " << watch.story();
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
                             .seed = static_cast<unsigned>(seed()),
                             .slaves = {2, 4},
                             .anyMaster = true,
                             .cycle = Nanoseconds{16},
                             .leaves = Nanoseconds{24}});
        std::uniform_int_distribution<std::size_t> anyFault{0, faults.size() - 1};
        std::uniform_int_distribution<int> steps{0, 120};
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
