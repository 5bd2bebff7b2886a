#include "sim/watch.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace berkeley::sim {
namespace {

/// The fastest slew, and what a host's clock and the group's may be off.
constexpr double kFastestPpb = 500'000 + 2 * 100'000 + 200'000;

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
        const auto [before, isNew] = before_.try_emplace(name, shown.time, now);
        const Nanoseconds elapsed = now - before->second.second;
        const Nanoseconds hurry = shown.time - before->second.first - elapsed;
        if (!isNew && watched.hurry.empty() &&
            std::chrono::abs(hurry) > driftOver(elapsed, kFastestPpb) + Nanoseconds{4}) {
            std::ostringstream text;
            text << (name.empty() ? "master" : name) << " at " << toMicroseconds(now) / 1e6
                 << " s: " << toMicroseconds(hurry) << " µs too far after "
                 << toMicroseconds(elapsed) << " µs";
            watched.hurry = text.str();
        }
        before->second = {shown.time, now};
    }

    Simulation& simulation_;
    const WatchOptions& options_;
    std::map<std::string, std::pair<GroupTime, Nanoseconds>> before_;
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
