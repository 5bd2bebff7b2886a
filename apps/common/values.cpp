#include "common/values.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "sync/drift_limit.h"
#include "time/units.h"
#include "wire/native.h"

namespace berkeley::apps {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kFarthestOffset = 50 * (365 * 24h + 6h);

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
    throw std::invalid_argument{'"' + std::string{text} + "\" " + why};
}

/// Reads a whole number from `least` to `most`.
template <class Number>
Number readWhole(const std::string& text, const std::string& what, Number least,
                 Number most = std::numeric_limits<Number>::max()) {
    Number number = 0;
    const char* end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, number);
    if (result.ec != std::errc{} || result.ptr != end || number < least || number > most) {
        refuse(text, "is not a " + what + ": give a whole number from " + std::to_string(least) +
                         " to " + std::to_string(most));
    }
    return number;
}

Nanoseconds readDurationWithin(const std::string& text, Nanoseconds low, Nanoseconds high) {
    const Nanoseconds duration = parseDuration(text);
    if (duration < low || duration > high) {
        refuse(text, "is out of range: give " + toOptionText(low) + " to " + toOptionText(high));
    }
    return duration;
}

double readFrequencyWithin(const std::string& text, double lowPpb, double highPpb) {
    const double ppb = parseFrequency(text);
    if (ppb < lowPpb || ppb > highPpb) {
        refuse(text,
               "is out of range: give " + toOptionText(lowPpb) + " to " + toOptionText(highPpb));
    }
    return ppb;
}

/// `names` are those of all values, in their order.
template <class Value = std::size_t>
Value readChoice(const std::string& text, std::span<const std::string_view> names) {
    const auto found = std::find(names.begin(), names.end(), text);
    if (found == names.end()) {
        refuse(text,
               fmt::format("is not one of its values: give one of {}", fmt::join(names, ", ")));
    }
    return static_cast<Value>(found - names.begin());
}

bool isIpv6(const std::string& text) {
    in6_addr address{};
    const std::string withoutScope = text.substr(0, text.find('%'));
    return inet_pton(AF_INET6, withoutScope.c_str(), &address) == 1;
}

/// A host, without brackets, and the text in place of a port.
struct HostAndPort {
    std::string host;
    std::optional<std::string> port{};
};

HostAndPort splitEndpoint(const std::string& text) {
    if (isIpv6(text)) {
        return {text};
    }
    const std::size_t colon = text.ends_with(']') ? std::string::npos : text.rfind(':');
    std::string host = text.substr(0, colon);
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) {
        host = host.substr(1, host.size() - 2);
    }
    if (bracketed ? !isIpv6(host) : host.find_first_of(":[]") != std::string::npos) {
        refuse(text, "is not a host and port: give HOST, HOST:PORT or [IPV6]:PORT");
    }
    if (colon == std::string::npos) {
        return {host};
    }
    return {host, text.substr(colon + 1)};
}

}  // namespace

net::Endpoint readEndpoint(const std::string& text) {
    const auto [host, port] = splitEndpoint(text);
    return {readHost(host), port ? readPort(*port) : kDefaultPort};
}

net::Endpoint readHttp(const std::string& text) {
    const auto [host, port] = splitEndpoint(text);
    if (!port) {
        refuse(text, "has no port: give ADDR:PORT, as in 127.0.0.1:9090");
    }
    return {readHost(host), *port == "0" ? std::uint16_t{0} : readPort(*port)};
}

std::vector<net::Endpoint> readEndpoints(const std::string& text) {
    std::vector<net::Endpoint> endpoints;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        net::Endpoint endpoint = readEndpoint(text.substr(begin, end - begin));
        if (std::find(endpoints.begin(), endpoints.end(), endpoint) != endpoints.end()) {
            refuse(text, "names " + toText(endpoint) + " twice: give each master once");
        }
        endpoints.push_back(std::move(endpoint));
        begin = end + 1;
    }
    return endpoints;
}

std::string readHost(const std::string& text) {
    if (text.empty() || !wire::isPrintable(text)) {
        refuse(text, "is not a host: give a name or an address, as in 127.0.0.1");
    }
    return text;
}

std::uint16_t readPort(const std::string& text) {
    return readWhole<std::uint16_t>(text, "port", 1);
}

std::uint32_t readCount(const std::string& text) {
    return readWhole<std::uint32_t>(text, "count", 0);
}

std::uint32_t readLimit(const std::string& text) {
    return readWhole<std::uint32_t>(text, "limit", 1);
}

std::uint32_t readShmUnit(const std::string& text) {
    return readWhole<std::uint32_t>(text, "unit", 0, 255);
}

std::chrono::milliseconds readPatience(const std::string& text) {
    const Nanoseconds patience = readDurationWithin(text, 10ms, 10min);
    if (patience % 1ms != 0ns) {
        refuse(text, "is not a whole number of milliseconds: give one, as in 1500ms");
    }
    return std::chrono::duration_cast<std::chrono::milliseconds>(patience);
}

std::uint32_t readUnread(const std::string& text) {
    constexpr std::string_view kUnit = "KiB";
    std::uint32_t kibibytes = 0;
    const char* digits = text.data();
    if (const auto result = std::from_chars(digits, digits + text.size(), kibibytes);
        result.ptr != kUnit || kibibytes < 4 || kibibytes > 100) {
        refuse(text, "is out of range or has no unit: give 4KiB to 100KiB");
    }
    return kibibytes * 1024;
}

Nanoseconds readInterval(const std::string& text) { return readDurationWithin(text, 10ms, 24h); }

Nanoseconds readFoundAfter(const std::string& text) { return readDurationWithin(text, 0ns, 24h); }

Nanoseconds readStep(const std::string& text) { return readDurationWithin(text, 1ms, 24h); }

Nanoseconds readTimeout(const std::string& text) {
    return readDurationWithin(text, 0ns, kFarthestOffset);
}

Nanoseconds readSpan(const std::string& text) {
    return readDurationWithin(text, 1ns, kFarthestOffset);
}

Nanoseconds readSimulatedOffset(const std::string& text) {
    return readDurationWithin(text, -kFarthestOffset, kFarthestOffset);
}

double readSimulatedDrift(const std::string& text) { return readFrequencyWithin(text, -1e7, 1e7); }

double readMaxSlew(const std::string& text) { return readFrequencyWithin(text, 1.0, 1e8); }

double readMaxDrift(const std::string& text) {
    return readFrequencyWithin(text, 1.0, sync::DriftLimit::kWidestPpb);
}

std::string readName(const std::string& text) {
    if (!wire::isName(text)) {
        refuse(text, "is not a name: give 1 to " + std::to_string(wire::kLongestName) +
                         " printable ASCII characters without a space");
    }
    return text;
}

std::string defaultName() {
    std::array<char, 256> buffer{};
    gethostname(buffer.data(), buffer.size() - 1);
    std::string host{buffer.data()};
    std::replace_if(
        host.begin(), host.end(),
        [](char c) {
            return !wire::isPrintable({&c, 1});
        },
        '-');
    const std::string suffix = '-' + std::to_string(getpid());
    return host.substr(0, wire::kLongestName - suffix.size()) + suffix;
}

std::filesystem::path readFile(const std::string& text) {
    if (text.empty()) {
        refuse(text, "is not a file: give its path");
    }
    return text;
}

sync::Averaging readAveraging(const std::string& text) {
    return readChoice<sync::Averaging>(text, sync::kAveragings);
}

spdlog::level::level_enum readLogLevel(const std::string& text) {
    (void)readChoice(text, kLogLevels);
    return spdlog::level::from_str(text);
}

ClockKind readClockKind(const std::string& text) {
    return readChoice<ClockKind>(text, kClockKinds);
}

LogFormat readLogFormat(const std::string& text) {
    return readChoice<LogFormat>(text, kLogFormats);
}

}  // namespace berkeley::apps
