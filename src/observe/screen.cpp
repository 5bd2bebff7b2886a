#include "observe/screen.h"

#include <algorithm>
#include <span>

#include "clock_rows.h"
#include "observe/text.h"
#include "time/units.h"
#include "wire/lab.h"

namespace berkeley::observe {
namespace {

using Lines = std::vector<std::string>;

/// Figures are aligned to a grid, so that they do not move when one of them gets longer.
constexpr std::size_t kSlot = 20;

std::string render(const Cell& cell, const ScreenStyle& style) {
    const std::string ending = printable("\u2026", style.unicode);
    return painted(
        {truncated(printable(cell.text, style.unicode), style.width, ending), cell.colour},
        style.colour);
}

/// "2026-11-25 17:53:01"
std::string dateText(GroupTime time, const date::time_zone& zone) {
    return wire::toLabText(time.time_since_epoch(), zone).substr(0, 19);
}

std::string clockText(GroupTime time, const date::time_zone& zone) {
    return dateText(time, zone).substr(11);
}

// --- the head ---

std::string titleLine(const Status& status, const date::time_zone& zone, const ScreenStyle& style) {
    const std::string role{toText(status.role)};
    const std::size_t left = widthOf(status.name) + kGap + role.size();
    if (left > style.width) {
        return render({status.name, Colour::bold}, style);
    }
    std::string line =
        render({status.name, Colour::bold}, style) + std::string(kGap, ' ') +
        render({role, status.role == Role::active ? Colour::green : Colour::yellow}, style);
    for (const std::string& time :
         {dateText(status.now.group, zone), clockText(status.now.group, zone)}) {
        if (left + kGap + time.size() <= style.width) {
            line.append(style.width - left - time.size(), ' ').append(time);
            return line;
        }
    }
    return line;
}

void addFigures(const GroupSnapshot& group, std::vector<Cell>& figures) {
    const CycleFigures& cycle = *group.cycle;
    figures.push_back(
        {std::to_string(cycle.counted) + "/" + std::to_string(cycle.clocks) + " counted",
         cycle.counted < cycle.clocks ? Colour::yellow : Colour::none});
    figures.push_back({"spread " + toSpanText(cycle.spreadBefore)});
    figures.push_back({"average " + toOffsetText(cycle.average)});
}

void addLost(const GroupSnapshot& group, std::vector<Cell>& figures) {
    const auto lost = std::count_if(
        group.clocks.begin(), group.clocks.end(),
        [](const ClockView& clock) { return clock.status.standing == sync::Standing::lost; });
    if (lost > 0) {
        figures.push_back({std::to_string(lost) + " lost", Colour::red});
    }
}

/// Returns the most important figures first: there may be no room for those at the end.
std::vector<Cell> figuresOf(const ScreenModel& model) {
    const Status& status = model.status;
    std::vector<Cell> figures;
    if (std::string complaint = complaintOf(status, model.maxBound); !complaint.empty()) {
        figures.push_back({std::move(complaint), Colour::red});
    }
    if (status.cycle) {
        figures.push_back({"cycle " + std::to_string(*status.cycle)});
    }
    if (status.group.cycle) {
        addFigures(status.group, figures);
    }
    if (status.bound) {
        figures.push_back({"bound " + toSpanText(*status.bound)});
    }
    if (!status.master.empty()) {
        figures.push_back({"follows " + status.master});
    }
    if (status.group.cycle) {
        figures.push_back({"cycle time " + toSpanText(status.group.cycle->duration)});
    }
    addLost(status.group, figures);
    if (!model.webPage.empty()) {
        figures.push_back({"web page " + model.webPage});
    }
    return figures;
}

Lines figureLines(const std::vector<Cell>& figures, const ScreenStyle& style) {
    Lines lines;
    std::size_t used = 0;
    for (const Cell& figure : figures) {
        const std::size_t width = widthOf(printable(figure.text, style.unicode));
        if (lines.empty() || used + width > style.width) {
            lines.emplace_back();
            used = 0;
        }
        lines.back() += render(figure, style);
        const std::size_t end = (used + width + kSlot) / kSlot * kSlot;
        lines.back() += std::string(width < style.width ? end - used - width : 0, ' ');
        used = end;
    }
    for (std::string& line : lines) {
        line.erase(line.find_last_not_of(' ') + 1);
    }
    return lines;
}

// --- the events ---

Cell cellOf(const Event& event, const date::time_zone& zone) {
    const std::string who = event.clock.empty() ? "" : event.clock + " ";
    return {clockText(event.when, zone) + "  " + who + event.text, Colour::none};
}

Cell cellOf(const Notice& notice, const date::time_zone& zone) {
    return {clockText(notice.when, zone) + "  " + notice.text,
            notice.error ? Colour::red : Colour::yellow};
}

/// Returns the latest events and notices, oldest first.
Lines eventLines(const ScreenModel& model, const date::time_zone& zone, const ScreenStyle& style,
                 std::size_t room) {
    std::vector<std::pair<GroupTime, Cell>> merged;
    auto notice = model.notices.begin();
    for (const Event& event : model.status.events) {
        for (; notice != model.notices.end() && notice->when < event.when; ++notice) {
            merged.emplace_back(notice->when, cellOf(*notice, zone));
        }
        merged.emplace_back(event.when, cellOf(event, zone));
    }
    for (; notice != model.notices.end(); ++notice) {
        merged.emplace_back(notice->when, cellOf(*notice, zone));
    }
    Lines lines;
    for (const auto& [when, cell] : std::span{merged}.last(std::min(room, merged.size()))) {
        lines.push_back(render(cell, style));
    }
    return lines;
}

/// "── events ────────── q quits ──"
std::string ruleLine(const ScreenStyle& style) {
    const std::string left = " events ", right = " q quits ";
    const std::size_t texts = left.size() + right.size() + 4;
    if (texts > style.width) {
        return render({ruleOf(style.width), Colour::dim}, style);
    }
    return render({ruleOf(2) + left + ruleOf(style.width - texts) + right + ruleOf(2), Colour::dim},
                  style);
}

// --- the screen ---

void append(Lines& lines, const Lines& more) {
    lines.insert(lines.end(), more.begin(), more.end());
}

/// How many lines the parts may have at most; the rest is for the clocks.
struct Parts {
    std::size_t figures, events;
    bool gaps;  ///< empty lines, and a rule above the events
};

Parts partsOf(std::size_t height) {
    if (height >= 20) {
        return {4, std::min<std::size_t>(height / 5, 10), true};
    }
    if (height >= 8) {
        return {2, 2, height >= 16};
    }
    return {height >= 4 ? 1U : 0U, 0, false};
}

/// Below this many lines the titles are left out.
constexpr std::size_t kTitled = 4;

/// Returns the clocks for which there is room; if that is not all, the worst of them and a line
/// about the others.
Lines tableLines(const ScreenModel& model, const ScreenStyle& style, std::size_t room) {
    const std::vector<const ClockView*> clocks = worstFirst(model.status.group.clocks);
    const std::size_t title = room >= kTitled ? 1 : 0;
    std::size_t shown = std::min(clocks.size(), room - title);
    const bool more = shown < clocks.size() && room > 1;
    shown -= more ? 1 : 0;
    const auto hidden = clocks.begin() + static_cast<std::ptrdiff_t>(shown);
    Lines lines = clockRows(model, {clocks.begin(), hidden}, style);
    if (title == 0) {
        lines.erase(lines.begin());
    }
    if (more) {
        lines.push_back(render({moreText({hidden, clocks.end()}), Colour::dim}, style));
    }
    return lines;
}

}  // namespace

std::string renderScreen(const ScreenModel& model, const date::time_zone& zone,
                         const ScreenStyle& style) {
    const Parts parts = partsOf(style.height);
    Lines lines{titleLine(model.status, zone, style)};
    Lines figures = figureLines(figuresOf(model), style);
    figures.resize(std::min(figures.size(), parts.figures));
    append(lines, figures);

    const Lines gap(parts.gaps ? 1 : 0);
    append(lines, gap);
    const std::size_t below = parts.events + 2 * gap.size();
    append(lines,
           tableLines(model, style, style.height - std::min(style.height, lines.size() + below)));
    if (parts.gaps) {
        lines.emplace_back();
        lines.push_back(ruleLine(style));
    }
    if (parts.events > 0) {
        append(lines, eventLines(model, zone, style, style.height - lines.size()));
    }

    lines.resize(std::min(lines.size(), style.height));
    std::string screen;
    for (const std::string& line : lines) {
        screen += (&line == &lines.front() ? "" : "\n") + line;
    }
    return screen;
}

}  // namespace berkeley::observe
