#include "text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace berkeley {
namespace {

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// How many bytes the first `columns` characters have.
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

/// A byte that continues nothing is one of its own.
std::string_view firstCharacter(std::string_view text) {
    std::size_t size = 1;
    if (static_cast<unsigned char>(text[0]) >= 0xC0U) {
        while (size < text.size() && continues(text[size])) {
            ++size;
        }
    }
    return text.substr(0, size);
}

/// What offsets, spans and screens are written with.
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

std::string painted(std::string text, Colour colour) {
    constexpr std::array<std::string_view, 6> kCodes{"",         "\033[2m",  "\033[1m",
                                                     "\033[32m", "\033[33m", "\033[31m"};
    if (colour == Colour::none) {
        return text;
    }
    return std::string{kCodes.at(static_cast<std::size_t>(colour))} + text + "\033[0m";
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

std::string labelOf(const std::string& name, const ClockStatus& clock) {
    return name + (clock.master ? " (this)" : "") + (clock.lab ? " (lab)" : "");
}

/// Integers, because a double may show "-0.000".
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

}  // namespace berkeley
