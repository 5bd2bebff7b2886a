#include "ctl/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

#include "net/http_client.h"
#include "observe/text.h"
#include "time/units.h"

namespace berkeley::apps {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void fail(const net::Endpoint& server, const std::string& why) {
    throw std::runtime_error("cannot read http://" + toText(server) + "/status.json (" + why +
                             "): give --http the address at which a master answers HTTP");
}

constexpr std::array<observe::Column, 9> kColumns{{{"clock", observe::Align::left},
                                                   {"address", observe::Align::left},
                                                   {"standing", observe::Align::left},
                                                   {"offset", observe::Align::right},
                                                   {"\u00B1 bound", observe::Align::right},
                                                   {"delay", observe::Align::right},
                                                   {"drift", observe::Align::right},
                                                   {"change", observe::Align::right},
                                                   {"last seen", observe::Align::right}}};

/// Returns what `toText` makes of the figure, if there is one.
template <class Figure, class ToText>
observe::Cell figure(const Json& clock, const char* key, ToText toText) {
    const Json value = clock.value(key, Json{});
    return {value.is_number() ? toText(value.get<Figure>()) : std::string{observe::kUnknown}};
}

observe::Row rowOf(const Json& clock) {
    const auto offset = [](std::int64_t ns) { return toOffsetText(Nanoseconds{ns}); };
    const auto span = [](std::int64_t ns) { return toSpanText(Nanoseconds{ns}); };
    const auto drift = [](double ppb) { return toDriftText(ppb); };
    const auto age = [](double seconds) { return fmt::format("{:.1f} s", seconds); };
    return {{clock.value("name", "")},
            {clock.value("address", "")},
            {clock.value("standing", "")},
            figure<std::int64_t>(clock, "offset_ns", offset),
            figure<std::int64_t>(clock, "bound_ns", span),
            figure<std::int64_t>(clock, "delay_ns", span),
            figure<double>(clock, "drift_ppb", drift),
            figure<std::int64_t>(clock, "change_ns", offset),
            figure<double>(clock, "last_seen_s", age)};
}

}  // namespace

nlohmann::ordered_json fetchStatus(const net::Endpoint& server) {
    try {
        return Json::parse(net::httpGet(server, "/status.json"));
    } catch (const Json::exception&) {
        fail(server, "the answer is not JSON");
    } catch (const std::runtime_error& error) {
        fail(server, error.what());
    }
}

std::string renderSources(const Json& status) {
    if (!status.contains("clocks") || !status["clocks"].is_array()) {
        throw std::runtime_error(
            "the answer lists no clocks: give --http the address at which a master answers");
    }
    std::vector<observe::Row> rows{observe::titlesOf(kColumns)};
    std::ranges::transform(status["clocks"], std::back_inserter(rows), rowOf);
    const observe::Widths widths = observe::widthsOf(kColumns, rows);
    std::string table;
    for (const observe::Row& row : rows) {
        table += observe::lineOf(kColumns, row, widths, false) + "\n";
    }
    return table;
}

}  // namespace berkeley::apps
