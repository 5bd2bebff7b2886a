/// Waits until a daemon is to stop, and meanwhile tells the service manager that started it its
/// state (sd_notify(3)): ready, alive, reloading, stopping, and a line for people. Without a
/// service manager it tells nothing.
///
/// Thread safety: none.
#pragma once

#include <functional>
#include <string>

namespace berkeley::apps {

/// The state of a daemon at one moment.
struct ServiceState {
    bool ready{};        ///< services that wait for the daemon may start; it stays ready
    bool alive{};        ///< it does what is due; if not, it is restarted
    std::string status;  ///< one line
};

/// Calls `look` about once a second until SIGINT, SIGTERM or requestStop(), and `reload`, if given,
/// at each SIGHUP. Call it after blockStopSignals().
void superviseUntilStop(const std::function<ServiceState()>& look,
                        const std::function<void()>& reload = nullptr);

}  // namespace berkeley::apps
