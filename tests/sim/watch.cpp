#include "sim/watch.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace berkeley::sim {
namespace {

/// The fastest slew, and what a host's clock and the group's may be off.
constexpr double kFastestPpb = 500'000 + 2 * 100'000 + 200'000;
/// A clock that is far ahead is slowed down by this much more.
constexpr double kSlowestPpb = sync::kFastSlewPpb + kFastestPpb;

constexpr Nanoseconds kRounding{4};

double toMicroseconds(Nanoseconds duration) { return static_cast<double>(duration.count()) / 1e3; }

class Watcher {
  public:
    Watcher(Simulation& simulation, const WatchOptions& options)
        : simulation_(simulation), options_(options) {}

    void look(Nanoseconds now) {
        const Shown master = simulation_.master(now);
        const bool withMaster = !options_.ignored.contains("") && master.synchronized;
        std::vector<GroupTime> connected;
        if (withMaster) {
            checkRate("", master, now);
            connected.push_back(master.time);
        }
        for (const std::string& name : simulation_.names()) {
            const Shown slave = simulation_.slave(name, now);
            if (!slave.synchronized || options_.ignored.contains(name)) {
                continue;
            }
            checkRate(name, slave, now);
            if (withMaster) {
                checkBound(name, slave, master, now);
            }
            if (simulation_.present(name)) {
                connected.push_back(slave.time);
            }
        }
        if (now >= options_.settled && !connected.empty()) {
            const auto [low, high] = std::minmax_element(connected.begin(), connected.end());
            watched.spread = std::max(watched.spread, *high - *low);
        }
    }

    Watched watched;

  private:
    struct Look {
        Shown shown;
        Nanoseconds when;
    };

    void checkBound(const std::string& name, const Shown& slave, const Shown& master,
                    Nanoseconds now) {
        const Nanoseconds error = std::chrono::abs(slave.time - master.time);
        ++watched.checks;
        if (error - slave.bound > master.bound && ++watched.violations == 1) {
            std::ostringstream text;
            text << name << " at " << toMicroseconds(now) / 1e6 << " s: error "
                 << toMicroseconds(error) << " µs, bounds " << toMicroseconds(slave.bound) << " + "
                 << toMicroseconds(master.bound) << " µs";
            watched.violation = text.str();
        }
        if (now >= options_.settled) {
            watched.errors[name] = std::max(watched.errors[name], error);
            watched.bounds[name] = std::max(watched.bounds[name], slave.bound + master.bound);
        }
    }

    /// Since the clock was looked at last it has gone on about as long as true time has.
    void checkRate(const std::string& name, const Shown& shown, Nanoseconds now) {
        const auto [before, isNew] = before_.try_emplace(name, Look{shown, now});
        const Nanoseconds elapsed = now - before->second.when;
        const Nanoseconds hurry = shown.time - before->second.shown.time - elapsed;
        const bool stepped = shown.steps != before->second.shown.steps;
        if (!isNew && watched.hurry.empty() &&
            ((!stepped && hurry > driftOver(elapsed, kFastestPpb) + kRounding) ||
             hurry < -driftOver(elapsed, kSlowestPpb) - kRounding)) {
            std::ostringstream text;
            text << (name.empty() ? "master" : name) << " at " << toMicroseconds(now) / 1e6
                 << " s: " << toMicroseconds(hurry) << " µs too far after "
                 << toMicroseconds(elapsed) << " µs";
            watched.hurry = text.str();
        }
        before->second = {shown, now};
    }

    Simulation& simulation_;
    const WatchOptions& options_;
    std::map<std::string, Look> before_;
};

}  // namespace

Nanoseconds Watched::worstError() const {
    Nanoseconds worst{};
    for (const auto& [name, error] : errors) {
        worst = std::max(worst, error);
    }
    return worst;
}

Watched watch(Simulation& simulation, const WatchOptions& options) {
    Watcher watcher{simulation, options};
    for (Nanoseconds now = simulation.now(); now < options.until; now += options.step) {
        simulation.runUntil(now);
        watcher.look(now);
    }
    simulation.runUntil(options.until);
    watcher.look(options.until);
    return watcher.watched;
}

}  // namespace berkeley::sim
