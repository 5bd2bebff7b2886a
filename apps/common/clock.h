/// The clock that a daemon steers: over which host clock, where it is published, and whether the
/// system clock follows it.
///
/// Thread safety: none. Errors: as for PageWriter, if the user has named the file, and as for
/// KernelClock.
#pragma once

#include <spdlog/logger.h>

#include <string>

#include "common/options.h"
#include "host/steered_clock.h"

namespace berkeley::apps {

/// Continues the clock that the previous daemon left on the page, if there is one. The clock is
/// published in the file that the options name or, without one, in the usual place. It is not
/// published if that place cannot be used or another daemon has it, or if the clock is simulated,
/// and so not this machine's.
host::SteeredClock clockFor(const CommonOptions& options, page::Role role, std::string name,
                            spdlog::logger& logger);

}  // namespace berkeley::apps
