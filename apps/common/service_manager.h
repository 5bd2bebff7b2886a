/// Tells the service manager that has started this daemon how it is (sd_notify(3)): ready, alive,
/// reloading, stopping, and a line for people. Without a service manager nothing is told.
///
/// Thread safety: none.
#pragma once

#include <functional>
#include <string>

namespace berkeley {

/// A daemon as somebody sees it who looks now and then.
struct ServiceState {
    bool ready{};        ///< whoever waits for the daemon may go on
    bool alive{};        ///< what is due is done; a daemon that is not is started again
    std::string status;  ///< one line
};

class ServiceManager {
  public:
    ServiceManager();

    /// To be told about once a second: it is from this that the manager knows a daemon to be alive.
    /// Ready once is ready for good.
    void tell(const ServiceState& state);

    /// Does it, and says before and after that the daemon reads its files again.
    void whileReloading(const std::function<void()>& reload);

    void stopping();

  private:
    const bool watched_;  ///< the manager wants to know whether the daemon is alive
    bool ready_ = false;
    std::string status_;
};

}  // namespace berkeley
