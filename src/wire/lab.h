/// The lab's text protocol: Python's str(datetime.now()), naive local time, without a delimiter.
///
/// "2026-11-24 15:00:00.123456" is a report of 26 characters. If the microseconds are zero, Python
/// drops them and the report has 19. Units: a lab time becomes the HostTime of a clock that shows
/// it. Thread safety: pure functions; a decoder belongs to one thread. Errors: WireError.
#pragma once

#include <date/tz.h>

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "time/timeline.h"

namespace berkeley::wire {

/// Returns the local time of `zone`, always with six digits of microseconds (truncated, as Python
/// does).
std::string toLabText(Nanoseconds sinceEpoch, const date::time_zone& zone);

/// If a local time happens twice (clocks set back), the first one is meant; one that never happens
/// (clocks set forward) counts as the moment of the change. Throws WireError for a date that cannot
/// exist or is not believable; the message quotes the text.
HostTime fromLabText(std::string_view text, const date::time_zone& zone);

/// Turns a stream of characters, cut anywhere, into lab times.
class LabDecoder {
  public:
    /// How long to wait for the rest of an ambiguous report: its microseconds may be missing
    /// because they are zero, or because they are still to come.
    static constexpr std::chrono::milliseconds kPatience{200};

    explicit LabDecoder(const date::time_zone& zone) : zone_(&zone) {}

    /// Returns the complete reports in `bytes` and in what was kept from earlier calls. 19
    /// characters with nothing after them may be a report or the beginning of one, and are kept.
    std::vector<HostTime> feed(std::span<const std::byte> bytes);

    /// Whether the kept characters would be a report if nothing more came.
    bool ambiguous() const { return buffer_.size() == kShortReport; }

    /// Returns the kept 19 characters as a report, because nothing more came.
    HostTime finish();

    std::size_t pending() const { return buffer_.size(); }

  private:
    static constexpr std::size_t kShortReport = 19;
    static constexpr std::size_t kLongReport = 26;

    const date::time_zone* zone_;
    std::string buffer_;
};

}  // namespace berkeley::wire
