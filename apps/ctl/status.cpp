#include "ctl/status.h"

#include <fmt/format.h>

#include "observe/text.h"
#include "time/units.h"

namespace berkeley::apps {
namespace {

using Json = nlohmann::ordered_json;

std::string line(const char* name, const std::string& value) {
    return fmt::format("{:<16}: {}\n", name, value);
}

std::string timeText(std::int64_t sinceEpoch) {
    return observe::isoText(GroupTime{Nanoseconds{sinceEpoch}});
}

std::string boundText(const berkeley_reading& reading) {
    return reading.bound == BERKELEY_UNKNOWN_BOUND ? "unknown"
                                                   : toSpanText(Nanoseconds{reading.bound});
}

std::string roleText(int role) {
    return role == BERKELEY_ROLE_MASTER ? "master" : role == BERKELEY_ROLE_SLAVE ? "slave" : "none";
}

std::string statusText(const berkeley_reading& reading) {
    const std::string reason = berkeley_reason_text(reading.reason);
    return berkeley_status_text(reading.status) + (reason.empty() ? "" : ": " + reason);
}

/// Returns the source of the last adjustment; a master that leads is its own.
std::string referenceText(const berkeley_description& description) {
    if (description.adjusted == 0) {
        return "none";
    }
    return description.source[0] == '\0' ? "this clock" : description.source;
}

std::string systemText(Nanoseconds offset) {
    return toSpanText(std::chrono::abs(offset)) +
           (offset < Nanoseconds::zero() ? " slow of group time" : " fast of group time");
}

/// Renders what only an adjusted clock has.
std::string renderAdjustment(const StatusReport& report) {
    const berkeley_description& told = report.description;
    const Nanoseconds ago{told.adjusted_ago};
    return line("Ref time", timeText(report.reading.time - ago.count())) +
           line("Last update",
                toSpanText(ago) + " ago, in sync cycle " + std::to_string(told.cycle)) +
           line("Last offset", toOffsetText(Nanoseconds{told.last_offset})) +
           line("To be slewed", toOffsetText(Nanoseconds{told.pending})) +
           line("Steps", std::to_string(told.steps)) +
           line("Deviation", toSpanText(Nanoseconds{told.deviation})) +
           line("Frequency", toDriftText(told.frequency_ppb)) +
           line("Skew", toDriftText(told.drift_deviation_ppb, "")) +
           line("Update interval", toSpanText(Nanoseconds{told.interval}));
}

template <class Value>
Json orNull(const Value& value, bool known) {
    return known ? Json(value) : Json(nullptr);
}

}  // namespace

std::string render(const berkeley_reading& reading) {
    return timeText(reading.time) + " ± " + boundText(reading) + " " + statusText(reading) + "\n";
}

Json jsonOf(const berkeley_reading& reading) {
    const bool known = reading.bound != BERKELEY_UNKNOWN_BOUND;
    const std::string reason = berkeley_reason_text(reading.reason);
    return {{"time", timeText(reading.time)},
            {"time_ns", reading.time},
            {"bound_ns", orNull(reading.bound, known)},
            {"earliest_ns", orNull(reading.earliest, known)},
            {"latest_ns", orNull(reading.latest, known)},
            {"status", berkeley_status_text(reading.status)},
            {"reason", orNull(reason, !reason.empty())}};
}

std::string render(const StatusReport& report) {
    const berkeley_description& told = report.description;
    std::string growth;
    if (report.reading.bound != BERKELEY_UNKNOWN_BOUND) {
        growth = fmt::format(", growing by {} a second",
                             toSpanText(driftOver(std::chrono::seconds{1}, told.bound_growth_ppb)));
    }
    return line("Status", statusText(report.reading)) + line("Reference", referenceText(told)) +
           line("Name", fmt::format("{} ({})", told.name, roleText(told.role))) +
           (told.group != 0 ? line("Group", fmt::format("{}, term {}",
                                                        observe::groupText(told.group), told.term))
                            : "") +
           line("Group time", timeText(report.reading.time)) +
           line("System time", systemText(report.systemOffset)) +
           line("Bound", boundText(report.reading) + growth) +
           (told.adjusted != 0 ? renderAdjustment(report) : "") +
           line("Published page", report.page);
}

Json jsonOf(const StatusReport& report) {
    const berkeley_description& told = report.description;
    Json json = jsonOf(report.reading);
    json.update({{"page", report.page},
                 {"name", told.name},
                 {"role", roleText(told.role)},
                 {"reference", orNull(std::string{told.source}, told.source[0] != '\0')},
                 {"system_offset_ns", report.systemOffset.count()},
                 {"max_bound_ns", told.max_bound},
                 {"interval_ns", told.interval}});
    const bool adjusted = told.adjusted != 0;
    json.update({{"cycle", orNull(told.cycle, adjusted)},
                 {"adjusted_ago_ns", orNull(told.adjusted_ago, adjusted)},
                 {"last_offset_ns", orNull(told.last_offset, adjusted)},
                 {"pending_ns", orNull(told.pending, adjusted)},
                 {"steps", orNull(told.steps, adjusted)},
                 {"group_id", orNull(observe::groupText(told.group), told.group != 0)},
                 {"term", orNull(told.term, told.group != 0)},
                 {"deviation_ns", orNull(told.deviation, adjusted)},
                 {"frequency_ppb", orNull(told.frequency_ppb, adjusted)},
                 {"drift_deviation_ppb", orNull(told.drift_deviation_ppb, adjusted)},
                 {"bound_growth_ppb", orNull(told.bound_growth_ppb, adjusted)}});
    return json;
}

}  // namespace berkeley::apps
