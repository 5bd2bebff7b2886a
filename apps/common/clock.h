/// The clock that a daemon steers: above which host clock, published where, and whether the system
/// clock follows.
///
/// Thread safety: none. Errors: as for PageWriter, where the user has named the file, and for
/// KernelClock.
#pragma once

#include <spdlog/logger.h>

#include <string>

#include "common/options.h"
#include "host/steered_clock.h"

namespace berkeley::apps {

/// Goes on with the clock that the page is about, where the daemon before this one has left one.
/// Published in the file that the options name or, without one, in the usual place if it can be
/// used. Nowhere when it cannot, or is taken by another daemon, and for a simulated clock, which is
/// not this machine's.
host::SteeredClock clockFor(const CommonOptions& options, page::Role role, std::string name,
                            spdlog::logger& logger);

}  // namespace berkeley::apps
