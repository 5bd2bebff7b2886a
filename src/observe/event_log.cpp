#include "observe/event_log.h"

#include <array>
#include <utility>

namespace berkeley::observe {

std::string_view toText(EventKind kind) {
    constexpr std::array<std::string_view, 6> kTexts{"joined",  "left", "excluded",
                                                     "counted", "role", "restart"};
    return kTexts.at(static_cast<std::size_t>(kind));
}

void EventLog::add(EventKind kind, GroupTime when, std::string clock, std::string text) {
    events_.push_back({++added_, kind, when, std::move(clock), std::move(text)});
    if (events_.size() > kKept) {
        events_.pop_front();
    }
}

}  // namespace berkeley::observe
