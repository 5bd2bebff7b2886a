#include "berkeley/observe/table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

#include "berkeley/time/units.h"

namespace berkeley {
namespace {

constexpr std::string_view kUnknown = "\u2013";  // en dash: unknown is never zero
constexpr std::string_view kGap = "  ";

enum class Align { left, right };
enum class Colour { none, dim, green, yellow, red };

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

/// What a terminal shows of UTF-8: one place for each byte that does not continue a character.
std::size_t widthOf(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
    }));
}

std::string_view codeOf(Colour colour) {
    constexpr std::array<std::string_view, 5> kCodes{"", "\033[2m", "\033[32m", "\033[33m",
                                                     "\033[31m"};
    return kCodes.at(static_cast<std::size_t>(colour));
}

std::string painted(std::string text, Colour colour) {
    return colour == Colour::none ? text : std::string{codeOf(colour)} + text + "\033[0m";
}

// --- one clock ---

std::string nameOf(const ClockStatus& clock) {
    return clock.name + (clock.master ? " (this)" : "") + (clock.lab ? " (lab)" : "");
}

/// Parts per million with the digits of a ppb; integers, because a double may show "-0.000".
std::string driftText(double ppb) {
    if (!std::isfinite(ppb)) {
        return std::string{kUnknown};
    }
    const long long whole = std::llround(ppb);
    const std::string digits = std::to_string(std::abs(whole) % 1000);
    const std::string_view sign = whole == 0 ? "" : whole < 0 ? "\u2212" : "+";
    return std::string{sign} + std::to_string(std::abs(whole) / 1000) + "." +
           std::string(3 - digits.size(), '0') + digits + " ppm";
}

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
    return {nameOf(clock),
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
