#include "ctl/status.h"

#include <date/date.h>
#include <fmt/format.h>

#include "berkeley/time/units.h"

namespace berkeley {
namespace {

using Json = nlohmann::ordered_json;

std::string frequencyText(double ppb) { return fmt::format("{:.3f} ppm", ppb / 1e3); }

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

/// Who told the last adjustment; a master that leads does so itself.
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

/// What only an adjusted clock has.
std::string renderAdjustment(const StatusReport& report) {
    const berkeley_description& told = report.description;
    const Nanoseconds ago{told.adjusted_ago};
    const auto line = [](const char* name, const std::string& value) {
        return fmt::format("{:<16}: {}\n", name, value);
    };
    return line("Ref time", toTimeText(report.reading.time - ago.count())) +
           line("Last update",
                toSpanText(ago) + " ago, in sync cycle " + std::to_string(told.cycle)) +
           line("Last offset", toOffsetText(Nanoseconds{told.last_offset})) +
           line("To be slewed", toOffsetText(Nanoseconds{told.pending})) +
           line("Deviation", toSpanText(Nanoseconds{told.deviation})) +
           line("Frequency", fmt::format("{:+.3f} ppm", told.frequency_ppb / 1e3)) +
           line("Skew", frequencyText(told.drift_deviation_ppb)) +
           line("Update interval", toSpanText(Nanoseconds{told.interval}));
}

Json orNull(std::int64_t value, bool known) { return known ? Json(value) : Json(nullptr); }

}  // namespace

std::string toTimeText(std::int64_t sinceEpoch) {
    return date::format("%FT%TZ", date::sys_time<Nanoseconds>{Nanoseconds{sinceEpoch}});
}

std::string renderReading(const berkeley_reading& reading) {
    return toTimeText(reading.time) + " ± " + boundText(reading) + " " + statusText(reading);
}

Json jsonOf(const berkeley_reading& reading) {
    const bool known = reading.bound != BERKELEY_UNKNOWN_BOUND;
    const std::string reason = berkeley_reason_text(reading.reason);
    return {{"time", toTimeText(reading.time)},
            {"time_ns", reading.time},
            {"bound_ns", orNull(reading.bound, known)},
            {"earliest_ns", orNull(reading.earliest, known)},
            {"latest_ns", orNull(reading.latest, known)},
            {"status", berkeley_status_text(reading.status)},
            {"reason", reason.empty() ? Json(nullptr) : Json(reason)}};
}

std::string renderStatus(const StatusReport& report) {
    const auto line = [](const char* name, const std::string& value) {
        return fmt::format("{:<16}: {}\n", name, value);
    };
    const berkeley_description& told = report.description;
    std::string growth;
    if (report.reading.bound != BERKELEY_UNKNOWN_BOUND) {
        growth = fmt::format(", growing by {} a second",
                             toSpanText(driftOver(std::chrono::seconds{1}, told.bound_growth_ppb)));
    }
    return line("Status", statusText(report.reading)) + line("Reference", referenceText(told)) +
           line("Name", fmt::format("{} ({})", told.name, roleText(told.role))) +
           line("Group time", toTimeText(report.reading.time)) +
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
                 {"reference", told.source[0] != '\0' ? Json(told.source) : Json(nullptr)},
                 {"system_offset_ns", report.systemOffset.count()},
                 {"max_bound_ns", told.max_bound},
                 {"interval_ns", told.interval}});
    const bool adjusted = told.adjusted != 0;
    json.update({{"cycle", adjusted ? Json(told.cycle) : Json(nullptr)},
                 {"adjusted_ago_ns", orNull(told.adjusted_ago, adjusted)},
                 {"last_offset_ns", orNull(told.last_offset, adjusted)},
                 {"pending_ns", orNull(told.pending, adjusted)},
                 {"deviation_ns", orNull(told.deviation, adjusted)},
                 {"frequency_ppb", adjusted ? Json(told.frequency_ppb) : Json(nullptr)},
                 {"drift_deviation_ppb", adjusted ? Json(told.drift_deviation_ppb) : Json(nullptr)},
                 {"bound_growth_ppb", adjusted ? Json(told.bound_growth_ppb) : Json(nullptr)}});
    return json;
}

}  // namespace berkeley
