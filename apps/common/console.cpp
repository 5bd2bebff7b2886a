#include "common/console.h"

#include <limits.h>
#include <poll.h>

#include <algorithm>
#include <chrono>

namespace berkeley::apps {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPatience{100};

bool isWritableBefore(Clock::time_point deadline, int output) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd awaited{output, POLLOUT, 0};
    return ::poll(&awaited, 1, static_cast<int>(std::max<long>(left.count(), 0))) > 0;
}

}  // namespace

void print(std::string_view text, int output) {
    const Clock::time_point deadline = Clock::now() + kPatience;
    while (!text.empty() && isWritableBefore(deadline, output)) {
        // A pipe that is writable at all takes this much without blocking.
        const ssize_t written =
            ::write(output, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
        if (written <= 0) {
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace berkeley::apps
