/// Where a daemon publishes its group clock.
///
/// Thread safety: none. Errors: as for PageWriter, where the user has named the file.
#pragma once

#include <spdlog/logger.h>

#include <memory>

#include "berkeley/host/shared_page.h"
#include "common/options.h"

namespace berkeley {

/// The file that the options name or, without one, the usual place if it can be used. Nothing when
/// it cannot, or is taken by another daemon, and for a simulated clock, which is not this
/// machine's.
std::unique_ptr<PageWriter> pageFor(const CommonOptions& options, PageRole role, std::string name,
                                    spdlog::logger& logger);

}  // namespace berkeley
