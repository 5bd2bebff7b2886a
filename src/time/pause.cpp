#include "time/pause.h"

#include "time/units.h"

namespace berkeley {
inline namespace time {

std::string toText(const Pause& pause) {
    return std::string{"this machine was "} +
           (pause.kind == PauseKind::stopped ? "stopped by its host" : "suspended") +
           (pause.duration ? " for " + toSpanText(*pause.duration) : "") +
           ": its clock is not believed until it is measured again";
}

}  // namespace time
}  // namespace berkeley
