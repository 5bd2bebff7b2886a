#include "observe/table.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include "observe/text.h"
#include "time/units.h"

namespace berkeley::observe {
namespace {

constexpr std::array<Column, 7> kColumns{{{"clock", Align::left},
                                          {"offset", Align::right},
                                          {"\u00B1 bound", Align::right},
                                          {"delay", Align::right},
                                          {"drift", Align::right},
                                          {"standing", Align::left},
                                          {"change", Align::right}}};

Row rowOf(const sync::ClockStatus& clock) {
    return {{labelOf(clock.name, clock)},
            {textOr(clock.offset, toOffsetText)},
            {textOr(clock.bound, toSpanText)},
            {textOr(clock.delay, toSpanText)},
            {textOr(clock.driftPpb, [](double ppb) { return toDriftText(ppb); })},
            cellOf(clock.standing),
            {textOr(clock.change, toOffsetText)}};
}

}  // namespace

std::string renderSummary(const CycleFigures& cycle) {
    return "average " + toOffsetText(cycle.average) + ", spread before " +
           toSpanText(cycle.spreadBefore) + ", " + std::to_string(cycle.counted) + " of " +
           std::to_string(cycle.clocks) + " clocks counted, cycle time " +
           toSpanText(cycle.duration);
}

std::string renderSkipped(std::size_t slaves, std::size_t needed) {
    if (slaves == 0) {
        return "No client data. Synchronization not applicable.";
    }
    if (slaves >= needed) {
        return "Clients: " + std::to_string(slaves) + ". Waiting for more slaves.";
    }
    return "Clients: " + std::to_string(slaves) + " of at least " + std::to_string(needed) +
           ". Synchronization not applicable.";
}

std::string renderAnnouncement(std::uint32_t cycle, std::size_t slaves) {
    return "New synchronization cycle started (cycle " + std::to_string(cycle) +
           ").\nNumber of clients to be synchronized: " + std::to_string(slaves) + "\n";
}

std::string renderCycle(const sync::CycleStatus& status, bool colour) {
    std::vector<Row> rows{titlesOf(kColumns)};
    std::transform(status.clocks.begin(), status.clocks.end(), std::back_inserter(rows), rowOf);
    const Widths widths = widthsOf(kColumns, rows);
    const std::size_t width = widthOf(lineOf(kColumns, rows.front(), widths, false));
    std::string table;
    for (const Row& row : rows) {
        table += lineOf(kColumns, row, widths, colour) + "\n";
        if (&row == &rows.front()) {
            table += painted({ruleOf(width), Colour::dim}, colour) + "\n";
        }
    }
    return table + renderSummary(figuresOf(status)) + "\n";
}

}  // namespace berkeley::observe
