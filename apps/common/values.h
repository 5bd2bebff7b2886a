/// The values of options: what their texts mean, and within which limits.
///
/// Thread safety: pure functions, except defaultName(). Errors: std::invalid_argument whose what()
/// names the text and says what is expected.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/logging.h"
#include "net/endpoint.h"
#include "sync/average.h"

namespace berkeley::apps {

inline constexpr std::uint16_t kDefaultPort = 8080;

/// Which clock follows the group.
enum class ClockKind {
    software,  ///< one over the host's, for programs that ask this daemon
    system,    ///< the same, and the system clock follows it
};

/// The names of the values, in their order.
inline constexpr auto kClockKinds = std::to_array<std::string_view>({"software", "system"});
inline constexpr auto kLogFormats = std::to_array<std::string_view>({"text", "json"});
inline constexpr auto kLogLevels =
    std::to_array<std::string_view>({"trace", "debug", "info", "warn", "error", "off"});

/// "host", "host:8080", "[::1]:8080", "[::1]" or "::1".
net::Endpoint readEndpoint(const std::string& text);

/// The same, separated by commas, none of them twice.
std::vector<net::Endpoint> readEndpoints(const std::string& text);

/// "127.0.0.1:9090", "[::1]:0": with a port, which may be 0.
net::Endpoint readHttp(const std::string& text);

/// A name or an address, without a port.
std::string readHost(const std::string& text);

/// 1 to 65535.
std::uint16_t readPort(const std::string& text);

/// A whole number.
std::uint32_t readCount(const std::string& text);

/// A whole number above 0.
std::uint32_t readLimit(const std::string& text);

/// Whole milliseconds, 10 ms to 10 min.
std::chrono::milliseconds readPatience(const std::string& text);

/// In bytes, from a text like "16KiB": 4 to 100 KiB, as much as Linux gives without being told to
/// give more.
std::uint32_t readUnread(const std::string& text);

/// Between two sync cycles, or two reports: 10 ms to 1 d.
Nanoseconds readInterval(const std::string& text);
Nanoseconds readFoundAfter(const std::string& text);
Nanoseconds readStep(const std::string& text);

/// 0 to 255.
std::uint32_t readShmUnit(const std::string& text);

/// The longest wait: up to 50 years, or zero.
Nanoseconds readTimeout(const std::string& text);

/// More than zero, and up to 50 years.
Nanoseconds readSpan(const std::string& text);

/// Up to 50 years either way, so that a clock that far off still shows a believable time.
Nanoseconds readSimulatedOffset(const std::string& text);

/// In ppb, up to 1 % either way.
double readSimulatedDrift(const std::string& text);

/// In ppb, from 1 ppb up to 10 %.
double readMaxSlew(const std::string& text);

/// In ppb, from 1 ppb up to 1 %.
double readMaxDrift(const std::string& text);

/// The name of a slave: 1 to 40 bytes of printable ASCII without spaces.
std::string readName(const std::string& text);

/// Makes a name of the host name and process id.
std::string defaultName();

ClockKind readClockKind(const std::string& text);

std::filesystem::path readFile(const std::string& text);

sync::Averaging readAveraging(const std::string& text);

spdlog::level::level_enum readLogLevel(const std::string& text);

LogFormat readLogFormat(const std::string& text);

}  // namespace berkeley::apps
