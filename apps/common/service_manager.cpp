#include "common/service_manager.h"

#include <systemd/sd-daemon.h>

#include <chrono>
#include <ctime>

#include "common/daemon.h"

namespace berkeley::apps {
namespace {

/// Ignores failures: whether the manager listens is not the daemon's business.
void notify(const std::string& message) {
    if (!message.empty()) {
        (void)sd_notify(0, message.c_str());
    }
}

/// Lets the manager tell this reload from an earlier one.
std::string monotonicMicroseconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::to_string(now.tv_sec * 1'000'000 + now.tv_nsec / 1'000);
}

class ServiceManager {
  public:
    void tell(const ServiceState& state) {
        std::string message;
        if (state.ready && !ready_) {
            ready_ = true;
            message += "READY=1\n";
        }
        if (state.status != status_) {
            status_ = state.status;
            message += "STATUS=" + status_ + "\n";
        }
        if (watched_ && state.alive) {
            message += "WATCHDOG=1\n";
        }
        notify(message);
    }

  private:
    const bool watched_ = sd_watchdog_enabled(0, nullptr) > 0;
    bool ready_ = false;
    std::string status_;
};

}  // namespace

void superviseUntilStop(const std::function<ServiceState()>& look,
                        const std::function<void()>& reload) {
    const auto hangUp = [&] {
        if (reload) {
            notify("RELOADING=1\nMONOTONIC_USEC=" + monotonicMicroseconds());
            reload();
            notify("READY=1");
        }
    };
    ServiceManager manager;
    do {
        manager.tell(look());
    } while (!waitForStop(std::chrono::seconds{1}, hangUp));
    notify("STOPPING=1");
}

}  // namespace berkeley::apps
