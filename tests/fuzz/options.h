/// What holds for options wherever they come from.
#pragma once

#include "common/options.h"

#include "fuzz.h"
#include "time/units.h"

namespace berkeley::fuzz {

inline void requireCommon(const apps::CommonOptions& options) {
    require(apps::readInterval(toOptionText(options.interval)) == options.interval,
            "an interval that is written is read as the same");
    require(
        apps::readSimulatedOffset(toOptionText(options.simulateOffset)) == options.simulateOffset,
        "an offset that is written is read as the same");
    require(options.maxSlewPpb > 0 && options.maxSlewPpb <= 1e8, "a slew is within its limits");
    require(options.driftLimit.ppb > 0 && options.driftLimit.ppb <= sync::DriftLimit::kWidestPpb,
            "a drift is within its limits");
    require(options.clock == apps::ClockKind::software ||
                (options.simulateOffset == Nanoseconds::zero() && options.simulateDriftPpb == 0),
            "the system clock is not set wrong on purpose");
}

inline void requireValid(const apps::MasterOptions& options) {
    requireCommon(options);
    require(apps::readHost(options.listen.host) == options.listen.host && options.listen.port > 0,
            "the address can be one");
    require(
        apps::readSpan(toOptionText(options.average.sanityLimit)) == options.average.sanityLimit,
        "a limit that is written is read as the same");
    require(options.admission.slaves > 0 && options.admission.connectsPerSecond > 0 &&
                options.admission.pending > 0 && options.admission.pendingPerAddress > 0,
            "no limit keeps everyone out");
}

inline void requireValid(const apps::SlaveOptions& options) {
    requireCommon(options);
    require(apps::readName(options.name) == options.name, "the name can be sent");
    require(apps::readEndpoint(toText(options.masters.front())) == options.masters.front(),
            "an address that is written is read as the same");
}

/// Whatever `parse` is told, it gives options that can be, a text, or an error of one line.
template <class Options>
void check(apps::ParseResult<Options> (*parse)(std::span<const char* const>),
           std::span<const char* const> arguments) {
    try {
        const apps::ParseResult<Options> result = parse(arguments);
        if (const auto* options = std::get_if<Options>(&result)) {
            requireValid(*options);
        }
    } catch (const apps::UsageError& error) {
        requireOneLine(error.what());
    }
}

inline void checkBoth(std::span<const char* const> arguments) {
    check(apps::parseMasterOptions, arguments);
    check(apps::parseSlaveOptions, arguments);
}

}  // namespace berkeley::fuzz
