#include "observe/text.h"

#include <date/date.h>

#include <algorithm>
#include <array>
#include <utility>

namespace berkeley::observe {
namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// Returns how many bytes the first `columns` characters take.
std::size_t bytesOf(std::string_view text, std::size_t columns) {
    std::size_t bytes = 0;
    while (bytes < text.size()) {
        if (!continues(text[bytes]) && columns-- == 0) {
            break;
        }
        ++bytes;
    }
    return bytes;
}

/// Returns the first character; a continuation byte without a start counts as one.
std::string_view firstCharacter(std::string_view text) {
    std::size_t size = 1;
    if (static_cast<unsigned char>(text[0]) >= 0xC0U) {
        while (size < text.size() && continues(text[size])) {
            ++size;
        }
    }
    return text.substr(0, size);
}

/// The signs in offsets, spans and screens.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kSigns{
    {{"\u2212", "-"},    // minus
     {"\u00B5", "u"},    // micro
     {"\u00B1", "+-"},   // plus or minus
     {"\u2013", "-"},    // en dash
     {"\u2026", "..."},  // ellipsis
     {"\u2500", "-"},    // rule
     {"\u00B7", ","}}};  // middle dot

}  // namespace

std::size_t widthOf(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return !continues(byte); }));
}

std::string painted(const Cell& cell, bool coloured) {
    constexpr std::array<std::string_view, 6> kCodes{"",         "\033[2m",  "\033[1m",
                                                     "\033[32m", "\033[33m", "\033[31m"};
    if (!coloured || cell.colour == Colour::none) {
        return cell.text;
    }
    return std::string{kCodes.at(static_cast<std::size_t>(cell.colour))} + cell.text + "\033[0m";
}

std::string truncated(const std::string& text, std::size_t width, std::string_view ending) {
    if (widthOf(text) <= width) {
        return text;
    }
    const std::size_t end = widthOf(ending);
    if (end >= width) {
        return text.substr(0, bytesOf(text, width));
    }
    return text.substr(0, bytesOf(text, width - end)) + std::string{ending};
}

std::string printable(std::string_view text, bool unicode) {
    std::string shown;
    while (!text.empty()) {
        const std::string_view character = firstCharacter(text);
        text.remove_prefix(character.size());
        const auto sign = std::find_if(kSigns.begin(), kSigns.end(), [&](const auto& candidate) {
            return candidate.first == character;
        });
        if (sign != kSigns.end()) {
            shown += unicode ? sign->first : sign->second;
        } else if (character.size() == 1 && character[0] >= ' ' && character[0] <= '~') {
            shown += character;
        } else {
            shown += '?';
        }
    }
    return shown;
}

std::string labelOf(const std::string& name, const sync::ClockStatus& clock) {
    return name + (clock.master ? " (this)" : "") + (clock.lab ? " (lab)" : "");
}

Cell cellOf(sync::Standing standing) {
    const bool isThere = standing != sync::Standing::late && standing != sync::Standing::lost;
    return {std::string{toText(standing)}, standing == sync::Standing::counted ? Colour::green
                                           : isThere                           ? Colour::yellow
                                                                               : Colour::red};
}

std::string groupText(sync::GroupId group) {
    std::string text(16, '0');
    for (auto digit = text.rbegin(); digit != text.rend(); ++digit, group /= 16) {
        *digit = "0123456789abcdef"[group % 16];
    }
    return text;
}

std::string isoText(GroupTime time) {
    return date::format("%FT%TZ", date::sys_time<Nanoseconds>{time.time_since_epoch()});
}

std::string ruleOf(std::size_t width) {
    std::string rule;
    for (; width > 0; --width) {
        rule += "\u2500";
    }
    return rule;
}

Row titlesOf(std::span<const Column> columns) {
    Row row;
    for (const Column& column : columns) {
        row.push_back({std::string{column.title}, Colour::dim});
    }
    return row;
}

Widths widthsOf(std::span<const Column> columns, const std::vector<Row>& rows) {
    Widths widths;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        widths.push_back(columns[i].width);
        for (const Row& row : rows) {
            widths[i] = std::max(widths[i], widthOf(row[i].text));
        }
    }
    return widths;
}

std::string lineOf(std::span<const Column> columns, const Row& row, const Widths& widths,
                   bool coloured) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (widths[i] == 0) {
            continue;
        }
        const std::string padding(widths[i] - widthOf(row[i].text), ' ');
        const std::string cell = painted(row[i], coloured);
        line += line.empty() ? "" : std::string(kGap, ' ');
        line += columns[i].align == Align::left ? cell + padding : padding + cell;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

}  // namespace berkeley::observe
