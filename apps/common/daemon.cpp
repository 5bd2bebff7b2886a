#include "common/daemon.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <exception>

#include "common/logging.h"

namespace berkeley::apps {
namespace {

sigset_t awaitedSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    return signals;
}

int fail(const char* name, const std::exception& error, int status) {
    std::cerr << errorPrefix() << name << ": " << error.what() << '\n';
    return status;
}

}  // namespace

void blockStopSignals() {
    const sigset_t signals = awaitedSignals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    sigset_t resized;
    sigemptyset(&resized);
    sigaddset(&resized, SIGWINCH);
    pthread_sigmask(SIG_BLOCK, &resized, nullptr);
    signal(SIGPIPE, SIG_IGN);
}

bool waitForStop(std::chrono::seconds patience, const std::function<void()>& hangUp) {
    const sigset_t signals = awaitedSignals();
    const timespec longest{patience.count(), 0};
    while (true) {
        const int number = sigtimedwait(&signals, nullptr, &longest);
        if (number == SIGHUP) {
            hangUp();
        } else if (number > 0 || errno != EINTR) {
            return number > 0;
        }
    }
}

// A signal needs no second channel to wait on, and stays pending until it is waited for.
void requestStop() { kill(getpid(), SIGTERM); }

std::size_t allowDescriptors(std::size_t wanted) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    return limit.rlim_cur;
}

int runMain(const char* name, const std::function<void()>& run) {
    try {
        run();
        return 0;
    } catch (const UsageError& error) {
        return fail(name, error, 2);
    } catch (const std::exception& error) {
        return fail(name, error, 1);
    }
}

}  // namespace berkeley::apps
