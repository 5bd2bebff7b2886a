#include "clock_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>

#include "berkeley/time/units.h"
#include "text.h"

namespace berkeley {
namespace {

enum class Align { left, right };

struct Column {
    std::string_view title;
    Align align;
    std::size_t width;  ///< at least, so that columns do not move with every digit
};

constexpr std::array<Column, 8> kColumns{{{"clock", Align::left, 5},
                                          {"offset", Align::right, 10},
                                          {"\u00B1 bound", Align::right, 8},
                                          {"delay", Align::right, 8},
                                          {"drift", Align::right, 12},
                                          {"state", Align::left, 11},
                                          {"correction", Align::right, 10},
                                          {"last minute", Align::left, Traces::kColumns}}};
constexpr std::size_t kWidestMinute = 22;  ///< "last minute +-999.9 us"
constexpr std::size_t kName = 0, kOffset = 1, kBound = 2, kDelay = 3, kDrift = 4, kState = 5,
                      kCorrection = 6, kMinute = 7;

/// Which columns a screen has, as far as it is wide enough.
constexpr std::array kByImportance{kState, kOffset, kBound, kMinute, kDrift, kDelay, kCorrection};
constexpr std::size_t kImportant = 2;

/// So much of a name has to be seen, beside the important columns and beside the others.
constexpr std::size_t kShortName = 8;
constexpr std::size_t kGoodName = 20;
constexpr std::size_t kGap = 2;

struct Cell {
    std::string text;
    Colour colour{};
};
using Row = std::array<Cell, kColumns.size()>;
using Widths = std::array<std::size_t, kColumns.size()>;  ///< 0: the column is left out

// --- how bad a clock is ---

bool isBeyondBound(const ClockView& clock) {
    const ClockStatus& status = clock.status;
    return status.offset && status.bound && std::chrono::abs(*status.offset) > *status.bound;
}

/// Of two with the same standing the larger one is worse.
Nanoseconds badness(const ClockView& clock) {
    switch (clock.standing) {
        case Standing::lost:
            return clock.lastSeen.value_or(HostTime{}).time_since_epoch();
        case Standing::excluded:
            return clock.status.offset ? std::chrono::abs(*clock.status.offset)
                                       : Nanoseconds::max();
        case Standing::counted:
            break;
    }
    return isBeyondBound(clock) ? std::chrono::abs(*clock.status.offset) : Nanoseconds::zero();
}

// --- one clock ---

std::string ageText(Nanoseconds age) {
    using namespace std::chrono_literals;
    const Nanoseconds::rep seconds = std::max<Nanoseconds::rep>(age / 1s, 0);
    return seconds < 60 ? std::to_string(seconds) + " s" : std::to_string(seconds / 60) + " min";
}

Cell stateOf(const ClockView& clock, HostTime now) {
    switch (clock.standing) {
        case Standing::lost:
            return {"lost " + ageText(now - clock.lastSeen.value_or(now)), Colour::red};
        case Standing::excluded:
            return {clock.why,
                    clock.status.exclusion == Exclusion::late ? Colour::red : Colour::yellow};
        case Standing::counted:
            break;
    }
    return {"counted", Colour::green};
}

/// Zero has a level of its own; what exceeds `scale` has the last one.
std::size_t levelOf(Nanoseconds offset, Nanoseconds scale, std::size_t levels) {
    const std::size_t zero = (levels - 1) / 2;
    if (offset == Nanoseconds::zero() || scale <= Nanoseconds::zero()) {
        return offset < Nanoseconds::zero() ? 0 : offset > Nanoseconds::zero() ? levels - 1 : zero;
    }
    const double part = std::clamp(
        static_cast<double>(offset.count()) / static_cast<double>(scale.count()), -1.0, 1.0);
    const double room = static_cast<double>(part < 0 ? zero : levels - 1 - zero);
    return static_cast<std::size_t>(std::lround(static_cast<double>(zero) + part * room));
}

std::string sparkline(const Traces::Trace& trace, Nanoseconds scale, bool unicode) {
    constexpr std::array<std::string_view, 8> kBlocks{"\u2581", "\u2582", "\u2583", "\u2584",
                                                      "\u2585", "\u2586", "\u2587", "\u2588"};
    constexpr std::string_view kAscii = "_.-'^";
    std::string line;
    // Nothing behind the last value: it may be the end of the line.
    const auto end = std::find_if(trace.rbegin(), trace.rend(), [](const Traces::Value& value) {
                         return value.offset.has_value();
                     }).base();
    for (const Traces::Value& value : std::span{trace.begin(), end}) {
        if (!value.offset) {
            line += ' ';
        } else if (unicode) {
            line += kBlocks.at(levelOf(*value.offset, scale, kBlocks.size()));
        } else {
            line += kAscii[levelOf(*value.offset, scale, kAscii.size())];
        }
    }
    return line;
}

template <class Value, class ToText>
std::string textOr(const std::optional<Value>& value, ToText toText) {
    return value ? toText(*value) : std::string{kUnknown};
}

/// Of a clock that is lost no figure holds any more.
Row rowOf(const ClockView& clock, const ScreenModel& model, Nanoseconds scale,
          const ScreenStyle& style) {
    const bool lost = clock.standing == Standing::lost;
    const ClockStatus figures = lost ? ClockStatus{} : clock.status;
    const HostTime now = model.status.now.host;
    Row row;
    row[kName].text = labelOf(clock.id, clock.status);
    row[kOffset].text = textOr(figures.offset, toOffsetText);
    row[kBound].text = textOr(figures.bound, toSpanText);
    row[kDelay].text = textOr(figures.delay, toSpanText);
    row[kDrift].text = textOr(figures.driftPpb, driftText);
    row[kState] = stateOf(clock, now);
    row[kCorrection].text = textOr(figures.correction, toOffsetText);
    for (Cell& cell : row) {
        cell.text = printable(cell.text, style.unicode);
    }
    row[kMinute].text =
        sparkline(model.traces.of(clock.id, now, model.status.interval), scale, style.unicode);
    row[kMinute].colour = row[kState].colour;
    return row;
}

Row titles(Nanoseconds scale, bool unicode) {
    Row row;
    for (std::size_t i = 0; i < row.size(); ++i) {
        row[i] = {printable(kColumns[i].title, unicode), Colour::dim};
    }
    if (scale > Nanoseconds::zero()) {
        const std::string height = printable("\u00B1" + toSpanText(scale), unicode);
        const std::string full = row[kMinute].text + " " + height;
        row[kMinute].text = widthOf(full) <= kWidestMinute ? full : height;
    }
    return row;
}

// --- the columns ---

Widths naturalWidths(const std::vector<Row>& rows) {
    Widths widths{};
    for (std::size_t i = 0; i < widths.size(); ++i) {
        widths[i] = kColumns[i].width;
        for (const Row& row : rows) {
            widths[i] = std::max(widths[i], widthOf(row[i].text));
        }
    }
    return widths;
}

/// Leaves out what there is no room for, and gives the names the rest.
Widths fitted(const Widths& natural, std::size_t room) {
    Widths widths{};
    std::size_t used = 0;
    for (std::size_t i = 0; i < kByImportance.size(); ++i) {
        const std::size_t column = kByImportance[i];
        const std::size_t name = std::min(natural[kName], i < kImportant ? kShortName : kGoodName);
        const std::size_t wanted = natural[column] + kGap;
        if (name + used + wanted > room) {
            break;
        }
        widths[column] = natural[column];
        used += wanted;
    }
    widths[kName] = std::min(natural[kName], room - used);
    return widths;
}

std::string lineOf(const Row& row, const Widths& widths, const ScreenStyle& style) {
    const std::string ending = printable("\u2026", style.unicode);
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (widths[i] == 0) {
            continue;
        }
        const std::string text = truncated(row[i].text, widths[i], ending);
        const std::string padding(widths[i] - widthOf(text), ' ');
        const std::string cell = style.colour ? painted(text, row[i].colour) : text;
        line += i == kName ? "" : std::string(kGap, ' ');
        line += kColumns[i].align == Align::left ? cell + padding : padding + cell;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

}  // namespace

std::vector<const ClockView*> worstFirst(const std::vector<ClockView>& clocks) {
    std::vector<std::tuple<int, Nanoseconds, const ClockView*>> ranked;
    ranked.reserve(clocks.size());
    for (const ClockView& clock : clocks) {
        ranked.emplace_back(-static_cast<int>(clock.standing), -badness(clock), &clock);
    }
    // Those that are as bad as each other stay in the snapshot's order.
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
        return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
    });
    std::vector<const ClockView*> sorted;
    sorted.reserve(ranked.size());
    for (const auto& [standing, size, clock] : ranked) {
        sorted.push_back(clock);
    }
    return sorted;
}

std::vector<std::string> clockRows(const ScreenModel& model,
                                   const std::vector<const ClockView*>& clocks,
                                   const ScreenStyle& style) {
    const Nanoseconds scale = model.traces.scale(model.status.now.host);
    std::vector<Row> rows{titles(scale, style.unicode)};
    for (const ClockView* clock : clocks) {
        rows.push_back(rowOf(*clock, model, scale, style));
    }
    const Widths widths = fitted(naturalWidths(rows), style.width);
    std::vector<std::string> lines;
    lines.reserve(rows.size());
    for (const Row& row : rows) {
        lines.push_back(lineOf(row, widths, style));
    }
    return lines;
}

std::string moreText(const std::vector<const ClockView*>& clocks) {
    const auto excluded = std::count_if(clocks.begin(), clocks.end(), [](const ClockView* clock) {
        return clock->standing != Standing::counted;
    });
    const bool agree = std::none_of(clocks.begin(), clocks.end(),
                                    [](const ClockView* clock) { return isBeyondBound(*clock); });
    std::string text = "\u2026 and " + std::to_string(clocks.size()) + " more";
    if (excluded == static_cast<std::ptrdiff_t>(clocks.size())) {
        return text + " that do not count";
    }
    if (excluded > 0) {
        return text + ", " + std::to_string(excluded) + " of them do not count";
    }
    return agree ? text + " that agree" : text;
}

}  // namespace berkeley
