/// This machine's time zone, as Python's datetime.now() finds it: TZ, else /etc/localtime, else
/// UTC.
///
/// Thread safety: any thread. Errors: std::runtime_error when the time zone database is missing.
#pragma once

#include <date/tz.h>

namespace berkeley::host {

const date::time_zone& localTimeZone();

}  // namespace berkeley::host
