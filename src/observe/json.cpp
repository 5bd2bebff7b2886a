#include "observe/json.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "observe/text.h"

namespace berkeley::observe {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;

// --- figures; what is not known is null ---

Json toJson(const std::optional<Nanoseconds>& figure) {
    return figure ? Json(figure->count()) : Json();
}

Json secondsSince(const std::optional<HostTime>& then, HostTime now) {
    return then ? Json(toSeconds(now - *then)) : Json();
}

Json driftJson(const std::optional<double>& ppb) {
    return ppb && std::isfinite(*ppb) ? Json(*ppb) : Json();
}

Json textOrNull(std::string_view text) { return text.empty() ? Json() : Json(text); }

std::int64_t millisecondsOf(GroupTime time) {
    return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::string dumped(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json toJson(const std::deque<Event>& events) {
    Json list = Json::array();
    for (const Event& event : events) {
        list.push_back({{"number", event.number},
                        {"time_ms", millisecondsOf(event.when)},
                        {"kind", toText(event.kind)},
                        {"clock", textOrNull(event.clock)},
                        {"text", event.text}});
    }
    return list;
}

// --- status ---

Json toJson(const ClockView& clock, HostTime now) {
    const sync::ClockStatus& status = clock.status;
    return {{"name", clock.id},
            {"address", status.address},
            {"kind", status.master ? "master"
                     : status.lab  ? "lab"
                                   : "native"},
            {"standing", toText(status.standing)},
            {"offset_ns", toJson(status.offset)},
            {"bound_ns", toJson(status.bound)},
            {"delay_ns", toJson(status.delay)},
            {"drift_ppb", driftJson(status.driftPpb)},
            {"change_ns", toJson(status.change)},
            {"last_seen_s", secondsSince(clock.lastSeen, now)}};
}

Json figuresJson(const std::optional<CycleFigures>& cycle) {
    if (!cycle) {
        return nullptr;
    }
    return {{"spread_ns", cycle->spreadBefore.count()},
            {"average_ns", cycle->average.count()},
            {"counted", cycle->counted},
            {"clocks", cycle->clocks},
            {"duration_ns", cycle->duration.count()}};
}

Json shortageJson(const std::optional<Shortage>& shortage) {
    if (!shortage) {
        return nullptr;
    }
    return {{"slaves", shortage->slaves}, {"needed", shortage->needed}};
}

// --- history ---

/// The names in one answer, each with its place among them.
class Names {
  public:
    explicit Names(const std::vector<std::string>& wanted) : wanted_(wanted) {}

    bool wants(const std::string& name) const {
        return wanted_.empty() || std::find(wanted_.begin(), wanted_.end(), name) != wanted_.end();
    }
    std::size_t placeOf(const std::string& name) {
        const auto [entry, isNew] = places_.try_emplace(name, list_.size());
        if (isNew) {
            list_.push_back(name);
        }
        return entry->second;
    }
    const Json& list() const { return list_; }

  private:
    const std::vector<std::string>& wanted_;
    std::map<std::string, std::size_t> places_;
    Json list_ = Json::array();
};

Json offsetsJson(const HistoryPoint& point, Names& names) {
    Json list = Json::array();
    for (std::size_t i = 0; i < point.offsets.size(); ++i) {
        const std::string& name = (*point.names)[i];
        if (names.wants(name)) {
            const HistoryOffset& offset = point.offsets[i];
            list.push_back({names.placeOf(name), toJson(offset.offset()), toJson(offset.bound()),
                            offset.counted});
        }
    }
    return list;
}

Json toJson(const OffsetQuantiles& quantiles) {
    return {{"min", quantiles.min.count()}, {"p5", quantiles.p5.count()},
            {"p25", quantiles.p25.count()}, {"p50", quantiles.p50.count()},
            {"p75", quantiles.p75.count()}, {"p95", quantiles.p95.count()},
            {"max", quantiles.max.count()}};
}

Json toJson(const HistoryPoint& point, Names& names) {
    const auto& group = point.group;
    Json json{{"index", point.index},
              {"cycle", point.cycle},
              {"time_ms", millisecondsOf(point.when)},
              {"average_ns", group ? Json(group->average.count()) : Json()},
              {"spread_ns", group ? Json(group->spread.count()) : Json()},
              {"counted", group ? Json(group->counted) : Json()},
              {"clocks", group ? Json(group->clocks) : Json()},
              {"bound_ns", toJson(point.bound)},
              {"offsets", offsetsJson(point, names)}};
    if (point.quantiles) {
        json["quantiles"] = toJson(*point.quantiles);
    }
    return json;
}

}  // namespace

std::string statusJson(const Status& status, const std::string& complaint) {
    Json clocks = Json::array();
    for (const ClockView& clock : status.group.clocks) {
        clocks.push_back(toJson(clock, status.now.host));
    }
    const Json master = status.master.empty() ? Json() : Json{{"address", status.master}};
    return dumped(
        {{"version", kVersion},
         {"program", status.program},
         {"instance", status.instance},
         {"name", status.name},
         {"role", toText(status.role)},
         {"synchronized", status.bound.has_value()},
         {"cycle", status.cycle ? Json(*status.cycle) : Json()},
         {"last_cycle_s", secondsSince(status.cycleEnded, status.now.host)},
         {"time", isoText(status.now.group)},
         {"interval_ns", status.interval.count()},
         {"bound_ns", toJson(status.bound)},
         {"suspect", status.suspect == PauseKind::none
                         ? Json()
                         : Json(kPauseKinds.at(static_cast<std::size_t>(status.suspect)))},
         {"steps", status.steps},
         // As text: a number in JavaScript cannot hold it.
         {"group_id",
          status.membership.isKnown() ? Json(groupText(status.membership.group)) : Json()},
         {"term", status.membership.isKnown() ? Json(status.membership.term) : Json()},
         {"holdover", status.holdover},
         {"waiting", shortageJson(status.group.shortage)},
         {"healthy", complaint.empty()},
         {"reason", textOrNull(complaint)},
         {"group", figuresJson(status.group.cycle)},
         {"clocks", std::move(clocks)},
         {"master", master},
         {"events", toJson(status.events)}});
}

std::string historyJson(const HistoryAnswer& answer) {
    Names names{answer.clocks};
    Json points = Json::array();
    for (const auto& point : answer.points) {
        points.push_back(toJson(*point, names));
    }
    return dumped({{"version", kVersion},
                   {"instance", answer.instance},
                   {"interval_ns", answer.interval.count()},
                   {"next", answer.next},
                   {"more", answer.more},
                   {"names", names.list()},
                   {"points", std::move(points)},
                   {"events", toJson(answer.events)}});
}

}  // namespace berkeley::observe
