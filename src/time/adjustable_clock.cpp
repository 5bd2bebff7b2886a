#include "time/adjustable_clock.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>

namespace berkeley {
inline namespace time {

Nanoseconds CorrectionLine::at(HostTime host) const {
    // Round only once: if two terms were rounded down at once, the clock would step backward.
    const auto elapsed = static_cast<double>((host - anchor).count());
    const auto slewed = static_cast<double>((std::min(host, slewEnd) - anchor).count());
    return correction +
           Nanoseconds{std::llrint((elapsed * frequencyPpb + slewed * slewPpb) * 1e-9)};
}

Nanoseconds CorrectionLine::pendingAt(HostTime host) const {
    return host < slewEnd ? driftOver(slewEnd - host, slewPpb) : Nanoseconds::zero();
}

CorrectionLine CorrectionLine::through(HostTime now, Nanoseconds correction, double frequencyPpb) {
    return {now, correction, frequencyPpb, 0, now};
}

CorrectionLine CorrectionLine::slewedTo(HostTime now, Nanoseconds target, double frequency,
                                        double maxSlewPpb) const {
    assert(maxSlewPpb > 0 && frequency - maxSlewPpb > -1e9 && "group time goes on");
    const Nanoseconds current = at(now);
    const Nanoseconds pending = target - current;
    const double slew = std::copysign(maxSlewPpb, static_cast<double>(pending.count()));
    // A slew may last longer than a time can express; then it never ends.
    const double duration = static_cast<double>(pending.count()) / slew * 1e9;
    const double longest = static_cast<double>((kTimeLimit - now.time_since_epoch()).count());
    return {now, current, frequency, slew,
            now + Nanoseconds{std::llround(std::min(duration, longest))}};
}

}  // namespace time
}  // namespace berkeley
