#include "berkeley/time/adjustable_clock.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>

namespace berkeley {

Nanoseconds CorrectionLine::at(HostTime host) const {
    // Rounded once: two roundings down at once would be a step backward.
    const auto elapsed = static_cast<double>((host - anchor).count());
    const auto slewed = static_cast<double>((std::min(host, slewEnd) - anchor).count());
    return correction +
           Nanoseconds{std::llrint((elapsed * frequencyPpb + slewed * slewPpb) * 1e-9)};
}

Nanoseconds CorrectionLine::pendingAt(HostTime host) const {
    return host < slewEnd ? driftOver(slewEnd - host, slewPpb) : Nanoseconds::zero();
}

void AdjustableClock::setTo(HostTime now, Nanoseconds correction, double frequencyPpb) {
    line_ = {now, correction, frequencyPpb, 0, now};
}

void AdjustableClock::slewTo(HostTime now, Nanoseconds correction, double frequencyPpb) {
    const Nanoseconds current = line_.at(now);
    const Nanoseconds pending = correction - current;
    const double slewPpb = std::copysign(maxSlewPpb_, static_cast<double>(pending.count()));
    // The slew may last longer than time can be written: then it never ends.
    const double duration = static_cast<double>(pending.count()) / slewPpb * 1e9;
    const double longest = static_cast<double>((kTimeLimit - now.time_since_epoch()).count());
    line_ = {now, current, frequencyPpb, slewPpb,
             now + Nanoseconds{std::llround(std::min(duration, longest))}};
    assert(line_.at(now) == current && line_.slewEnd >= now);
    assert(frequencyPpb - maxSlewPpb_ > -1e9 && "group time goes on");
}

}  // namespace berkeley
