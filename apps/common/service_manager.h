/// Waits for the end of a daemon, and meanwhile tells the service manager that has started it how
/// it is (sd_notify(3)): ready, alive, reloading, stopping, and a line for people. Without a
/// service manager nothing is told.
///
/// Thread safety: none.
#pragma once

#include <functional>
#include <string>

namespace berkeley::apps {

/// The state of a daemon, as it looks at one moment.
struct ServiceState {
    bool ready{};        ///< services that wait for the daemon may start; it stays ready
    bool alive{};        ///< what is due is done; a daemon that is not is started again
    std::string status;  ///< one line
};

/// Calls `look` about once a second until SIGINT, SIGTERM or requestStop(), and `reload`, if it is
/// there, at each SIGHUP. After blockStopSignals().
void superviseUntilStop(const std::function<ServiceState()>& look,
                        const std::function<void()>& reload = nullptr);

}  // namespace berkeley::apps
