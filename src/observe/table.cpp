#include "berkeley/observe/table.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

#include "berkeley/time/units.h"
#include "text.h"

namespace berkeley {
namespace {

constexpr std::string_view kGap = "  ";

enum class Align { left, right };

struct Column {
    std::string_view title;
    Align align;
};

constexpr std::array<Column, 7> kColumns{{{"clock", Align::left},
                                          {"offset", Align::right},
                                          {"\u00B1 bound", Align::right},
                                          {"delay", Align::right},
                                          {"drift", Align::right},
                                          {"in the average", Align::left},
                                          {"correction", Align::right}}};
constexpr std::size_t kVerdictColumn = 5;

using Row = std::array<std::string, kColumns.size()>;
using Widths = std::array<std::size_t, kColumns.size()>;

// --- one clock ---

bool isCounted(const ClockStatus& clock) { return clock.exclusion == Exclusion::none; }

std::string verdictOf(const ClockStatus& clock) {
    return isCounted(clock) ? "counted" : std::string{toText(clock.exclusion)};
}

Colour colourOf(const ClockStatus& clock) {
    if (isCounted(clock)) {
        return Colour::green;
    }
    return clock.exclusion == Exclusion::late ? Colour::red : Colour::yellow;
}

template <class Value, class ToText>
std::string textOr(const std::optional<Value>& value, ToText toText) {
    return value ? toText(*value) : std::string{kUnknown};
}

Row rowOf(const ClockStatus& clock) {
    return {labelOf(clock.name, clock),
            textOr(clock.offset, toOffsetText),
            textOr(clock.bound, toSpanText),
            textOr(clock.delay, toSpanText),
            textOr(clock.driftPpb, driftText),
            verdictOf(clock),
            textOr(clock.correction, toOffsetText)};
}

// --- the table ---

Row headerRow() {
    Row row;
    std::transform(kColumns.begin(), kColumns.end(), row.begin(),
                   [](const Column& column) { return std::string{column.title}; });
    return row;
}

Widths widthsOf(const std::vector<Row>& rows) {
    Widths widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], widthOf(row[i]));
        }
    }
    return widths;
}

std::string lineOf(const Row& row, const Widths& widths, Colour verdict) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string padding(widths[i] - widthOf(row[i]), ' ');
        const std::string cell = painted(row[i], i == kVerdictColumn ? verdict : Colour::none);
        line += i == 0 ? "" : kGap;
        line += kColumns[i].align == Align::left ? cell + padding : padding + cell;
    }
    return line;
}

std::string ruleOf(const Widths& widths) {
    std::size_t width = kGap.size() * (widths.size() - 1);
    for (const std::size_t column : widths) {
        width += column;
    }
    std::string rule;
    for (std::size_t i = 0; i < width; ++i) {
        rule += "\u2500";
    }
    return rule;
}

}  // namespace

std::string renderSummary(const CycleStatus& status) {
    const auto counted = std::count_if(status.clocks.begin(), status.clocks.end(), isCounted);
    return "average " + toOffsetText(status.average) + ", spread before " +
           toSpanText(status.spreadBefore) + ", " + std::to_string(counted) + " of " +
           std::to_string(status.clocks.size()) + " clocks counted, cycle time " +
           toSpanText(status.duration);
}

std::string renderSkipped(std::size_t slaves, std::size_t needed) {
    if (slaves == 0) {
        return "No client data. Synchronization not applicable.";
    }
    return "Clients: " + std::to_string(slaves) + " of at least " + std::to_string(needed) +
           ". Synchronization not applicable.";
}

std::string renderAnnouncement(std::uint32_t cycle, std::size_t slaves) {
    return "New synchronization cycle started (cycle " + std::to_string(cycle) +
           ").\nNumber of clients to be synchronized: " + std::to_string(slaves) + "\n";
}

std::string renderCycle(const CycleStatus& status, bool colour) {
    std::vector<Row> rows{headerRow()};
    std::transform(status.clocks.begin(), status.clocks.end(), std::back_inserter(rows), rowOf);
    const Widths widths = widthsOf(rows);
    const Colour head = colour ? Colour::dim : Colour::none;

    std::string table = painted(lineOf(rows.front(), widths, Colour::none), head) + "\n" +
                        painted(ruleOf(widths), head) + "\n";
    for (std::size_t i = 0; i < status.clocks.size(); ++i) {
        const Colour verdict = colour ? colourOf(status.clocks[i]) : Colour::none;
        table += lineOf(rows[i + 1], widths, verdict) + "\n";
    }
    return table + renderSummary(status) + "\n";
}

}  // namespace berkeley
