#include "master/latest_cycle.h"

#include "observe/table.h"
#include "time/units.h"

namespace berkeley::apps {

void LatestCycle::set(std::string line) {
    const std::lock_guard guard{lock_};
    line_ = std::move(line);
}

std::string LatestCycle::line() const {
    const std::lock_guard guard{lock_};
    return line_;
}

node::MasterEvents notedIn(LatestCycle& latest, node::MasterEvents events) {
    const auto ended = std::move(events.cycleEnded);
    events.cycleEnded = [&latest, ended](const sync::CycleStatus& status) {
        latest.set("cycle " + std::to_string(status.cycle) + ": " + observe::renderSummary(status));
        ended(status);
    };
    const auto skipped = std::move(events.cycleSkipped);
    events.cycleSkipped = [&latest, skipped](const std::vector<sync::ClockStatus>& slaves,
                                             std::size_t needed) {
        latest.set(observe::renderSkipped(slaves.size(), needed));
        skipped(slaves, needed);
    };
    return events;
}

std::string statusOf(const node::Leadership* leadership, const LatestCycle& latest,
                     const host::SteeredClock& clock) {
    const bool isActive = leadership == nullptr || leadership->isActive();
    const sync::ClockState state = clock.state();
    std::string line = isActive ? latest.line() : "standby";
    if (const PauseKind suspect = clock.suspect(); suspect != PauseKind::none) {
        line += ", " + toText(Pause{suspect});
    } else if (state.synchronized) {
        line += isActive ? "" : ", cycle " + std::to_string(state.cycle);
        line += ", the clock is right within " + toSpanText(state.line.boundAt(clock.hostNow()));
    }
    return line;
}

}  // namespace berkeley::apps
