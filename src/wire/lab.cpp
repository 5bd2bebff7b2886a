#include "wire/lab.h"

#include <locale>
#include <utility>

#include "wire/messages.h"

namespace berkeley::wire {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// A 'd' stands for any digit, any other character for itself. The part before the point is the
/// short form.
constexpr std::string_view kShape = "dddd-dd-dd dd:dd:dd.dddddd";
constexpr std::size_t kPoint = kShape.find('.');
constexpr std::size_t kQuoteLimit = 40;

bool isDigit(char c) { return c >= '0' && c <= '9'; }

bool fits(std::size_t position, char c) {
    return kShape[position] == 'd' ? isDigit(c) : c == kShape[position];
}

bool hasShape(std::string_view text) {
    if (text.size() != kPoint && text.size() != kShape.size()) {
        return false;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!fits(i, text[i])) {
            return false;
        }
    }
    return true;
}

/// Escapes what could forge or break a log line.
std::string escaped(char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
        return {'\\', c};
    }
    if (c >= ' ' && c <= '~') {
        return {c};
    }
    return {'\\', 'x', digits[byte >> 4], digits[byte & 0x0F]};
}

std::string quoted(std::string_view text) {
    std::string quote = "\"";
    for (const char c : text) {
        const std::string next = escaped(c);
        if (quote.size() + next.size() > kQuoteLimit) {
            return quote + "...\"";
        }
        quote += next;
    }
    return quote + '"';
}

WireError notATime(std::string_view text, std::string_view why) {
    return WireError(quoted(text) + ' ' + std::string(why));
}

constexpr std::string_view kNotTheShape = "is not of the form YYYY-MM-DD HH:MM:SS[.ffffff]";

/// Returns `text` as a number; the caller has checked that it consists of digits.
int number(std::string_view text) {
    int value = 0;
    for (const char digit : text) {
        value = 10 * value + (digit - '0');
    }
    return value;
}

/// Returns the civil time that `text` names; `text` has the right shape.
date::local_time<microseconds> civilTime(std::string_view text) {
    const auto field = [text](std::size_t at, std::size_t size) {
        return number(text.substr(at, size));
    };
    const auto day = date::year{field(0, 4)} / field(5, 2) / field(8, 2);
    const hours hour{field(11, 2)};
    const minutes minute{field(14, 2)};
    const seconds second{field(17, 2)};
    const microseconds fraction{text.size() > kPoint ? field(kPoint + 1, 6) : 0};
    if (!day.ok()) {
        throw notATime(text, "names a day that does not exist");
    }
    if (hour >= hours{24} || minute >= hours{1} || second >= minutes{1}) {
        throw notATime(text, "names a time of day that does not exist");
    }
    return date::local_days{day} + hour + minute + second + fraction;
}

}  // namespace

std::string toLabText(Nanoseconds sinceEpoch, const date::time_zone& zone) {
    const date::sys_time<microseconds> time{date::floor<microseconds>(sinceEpoch)};
    return date::format(std::locale::classic(), "%F %T", zone.to_local(time));
}

HostTime fromLabText(std::string_view text, const date::time_zone& zone) {
    if (!hasShape(text)) {
        throw notATime(text, kNotTheShape);
    }
    // `earliest` is exactly what the lab's times need: the first of two, or the moment of the
    // change.
    const auto time = zone.to_sys(civilTime(text), date::choose::earliest).time_since_epoch();
    // The year 9999 overflows in nanoseconds, so compare before converting to them.
    if (time < microseconds::zero() || time > date::floor<microseconds>(kTimeLimit)) {
        throw notATime(text, "is outside 1970 to 2116");
    }
    return HostTime{time};
}

std::vector<HostTime> LabDecoder::feed(std::span<const std::byte> bytes) {
    const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    std::vector<HostTime> times;
    for (std::size_t i = 0; i < text.size(); ++i) {
        // A digit where the point would be begins the next report.
        if (ambiguous() && isDigit(text[i])) {
            times.push_back(finish());
        }
        if (!fits(buffer_.size(), text[i])) {
            throw notATime(buffer_ + std::string(text.substr(i, kQuoteLimit)), kNotTheShape);
        }
        buffer_.push_back(text[i]);
        if (buffer_.size() == kLongReport) {
            times.push_back(finish());
        }
    }
    return times;
}

HostTime LabDecoder::finish() { return fromLabText(std::exchange(buffer_, {}), *zone_); }

}  // namespace berkeley::wire
