#include "clock_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>

#include "observe/text.h"
#include "time/units.h"

namespace berkeley::observe {
namespace {

using sync::Standing;

// Wide enough that the columns do not move with every digit.
constexpr std::array<Column, 8> kColumns{{{"clock", Align::left, 5},
                                          {"offset", Align::right, 10},
                                          {"\u00B1 bound", Align::right, 8},
                                          {"delay", Align::right, 8},
                                          {"drift", Align::right, 12},
                                          {"standing", Align::left, 11},
                                          {"change", Align::right, 10},
                                          {"last minute", Align::left, Traces::kColumns}}};
constexpr std::size_t kWidestMinute = 22;  ///< "last minute +-999.9 us"
constexpr std::size_t kName = 0, kOffset = 1, kBound = 2, kDelay = 3, kDrift = 4, kStanding = 5,
                      kChange = 6, kMinute = 7;

/// The order in which columns are given room, for as long as the screen is wide enough.
constexpr std::array kByImportance{kStanding, kOffset, kBound, kMinute, kDrift, kDelay, kChange};
constexpr std::size_t kImportant = 2;

/// How much of a name must be visible beside the important columns, and beside the others.
constexpr std::size_t kShortName = 8;
constexpr std::size_t kGoodName = 20;

// --- how bad a clock is ---

bool isBeyondBound(const ClockView& clock) {
    const sync::ClockStatus& status = clock.status;
    return status.offset && status.bound && std::chrono::abs(*status.offset) > *status.bound;
}

/// Ranks lost clocks first, then those that do not count.
int rankOf(const ClockView& clock) {
    return clock.status.standing == Standing::lost ? 0 : isExcluded(clock.status.standing) ? 1 : 2;
}

/// Orders clocks of the same rank: the larger figure is the worse one.
Nanoseconds badness(const ClockView& clock) {
    if (clock.status.standing == Standing::lost) {
        return clock.lastSeen.value_or(HostTime{}).time_since_epoch();
    }
    if (isExcluded(clock.status.standing)) {
        return clock.status.offset ? std::chrono::abs(*clock.status.offset) : Nanoseconds::max();
    }
    return isBeyondBound(clock) ? std::chrono::abs(*clock.status.offset) : Nanoseconds::zero();
}

// --- one clock ---

std::string ageText(Nanoseconds age) {
    using namespace std::chrono_literals;
    const Nanoseconds::rep seconds = std::max<Nanoseconds::rep>(age / 1s, 0);
    return seconds < 60 ? std::to_string(seconds) + " s" : std::to_string(seconds / 60) + " min";
}

Cell standingOf(const ClockView& clock, HostTime now) {
    Cell cell = cellOf(clock.status.standing);
    if (clock.status.standing == Standing::lost) {
        cell.text += " " + ageText(now - clock.lastSeen.value_or(now));
    }
    return cell;
}

/// Zero has a separate level; offsets beyond `scale` have the last level.
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
    // Nothing follows the last value, as the line may end there.
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

/// Leaves out the figures of a lost clock, as they no longer hold.
Row rowOf(const ClockView& clock, const ScreenModel& model, Nanoseconds scale,
          const ScreenStyle& style) {
    const bool lost = clock.status.standing == Standing::lost;
    const sync::ClockStatus figures = lost ? sync::ClockStatus{} : clock.status;
    const HostTime now = model.status.now.host;
    Row row(kColumns.size());
    row[kName].text = labelOf(clock.id, clock.status);
    row[kOffset].text = textOr(figures.offset, toOffsetText);
    row[kBound].text = textOr(figures.bound, toSpanText);
    row[kDelay].text = textOr(figures.delay, toSpanText);
    row[kDrift].text = textOr(figures.driftPpb, [](double ppb) { return toDriftText(ppb); });
    row[kStanding] = standingOf(clock, now);
    row[kChange].text = textOr(figures.change, toOffsetText);
    for (Cell& cell : row) {
        cell.text = printable(cell.text, style.unicode);
    }
    row[kMinute].text =
        sparkline(model.traces.of(clock.id, now, model.status.interval), scale, style.unicode);
    row[kMinute].colour = row[kStanding].colour;
    return row;
}

Row titles(Nanoseconds scale, bool unicode) {
    Row row = titlesOf(kColumns);
    for (Cell& cell : row) {
        cell.text = printable(cell.text, unicode);
    }
    if (scale > Nanoseconds::zero()) {
        const std::string height = printable("\u00B1" + toSpanText(scale), unicode);
        const std::string full = row[kMinute].text + " " + height;
        row[kMinute].text = widthOf(full) <= kWidestMinute ? full : height;
    }
    return row;
}

// --- the columns ---

/// Leaves out the columns that do not fit, and gives the names the rest.
Widths fitted(const Widths& natural, std::size_t room) {
    Widths widths(natural.size());  // 0: the column is left out
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

}  // namespace

std::vector<const ClockView*> worstFirst(const std::vector<ClockView>& clocks) {
    std::vector<std::tuple<int, Nanoseconds, const ClockView*>> ranked;
    ranked.reserve(clocks.size());
    for (const ClockView& clock : clocks) {
        ranked.emplace_back(rankOf(clock), -badness(clock), &clock);
    }
    // Clocks that are equally bad stay in the snapshot's order.
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
        return std::tie(std::get<0>(a), std::get<1>(a)) < std::tie(std::get<0>(b), std::get<1>(b));
    });
    std::vector<const ClockView*> sorted;
    sorted.reserve(ranked.size());
    for (const auto& [rank, size, clock] : ranked) {
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
    const Widths widths = fitted(widthsOf(kColumns, rows), style.width);
    const std::string ending = printable("\u2026", style.unicode);
    std::vector<std::string> lines;
    for (Row& row : rows) {
        row[kName].text = truncated(row[kName].text, widths[kName], ending);
        lines.push_back(lineOf(kColumns, row, widths, style.colour));
    }
    return lines;
}

std::string moreText(const std::vector<const ClockView*>& clocks) {
    const auto excluded = std::count_if(clocks.begin(), clocks.end(), [](const ClockView* clock) {
        return clock->status.standing != Standing::counted;
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

}  // namespace berkeley::observe
