#include "host/time_zone.h"

#include <stdexcept>
#include <string>

#include "host/environment.h"

namespace berkeley::host {
namespace {

/// Returns nullptr for an unknown name: a TZ such as ":/etc/localtime" or "CET-1CEST" is not a
/// name.
const date::time_zone* zoneNamed(const std::string& name) {
    try {
        return date::locate_zone(name);
    } catch (const std::runtime_error&) {
        return nullptr;
    }
}

const date::time_zone* currentZone() {
    try {
        return date::current_zone();
    } catch (const std::runtime_error&) {
        return nullptr;
    }
}

const date::time_zone& findLocalTimeZone() {
    const std::string name = environmentVariable("TZ");
    const date::time_zone* zone = name.empty() ? nullptr : zoneNamed(name);
    if (zone == nullptr) {
        zone = currentZone();
    }
    if (zone == nullptr) {
        zone = zoneNamed("UTC");
    }
    if (zone == nullptr) {
        throw std::runtime_error("no time zone database: install the package tzdata");
    }
    return *zone;
}

}  // namespace

const date::time_zone& localTimeZone() {
    static const date::time_zone& zone = findLocalTimeZone();
    return zone;
}

}  // namespace berkeley::host
