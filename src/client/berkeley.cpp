#include "berkeley/berkeley.h"

#include <cstdlib>
#include <cstring>
#include <new>

#include "page/group_page.h"

// No exception crosses the C interface because there is none: nothing here or below throws, and
// programs in C need no C++ library for it.

struct berkeley_clock {
    berkeley::page::GroupPage page;
};

namespace {

using namespace berkeley;

static_assert(static_cast<int>(page::Status::synchronized) == BERKELEY_SYNCHRONIZED);
static_assert(static_cast<int>(page::Status::holdover) == BERKELEY_HOLDOVER);
static_assert(static_cast<int>(page::Status::unsynchronized) == BERKELEY_UNSYNCHRONIZED);
static_assert(static_cast<int>(page::Reason::none) == BERKELEY_REASON_NONE);
static_assert(static_cast<int>(page::Reason::neverAdjusted) == BERKELEY_REASON_NEVER_ADJUSTED);
static_assert(static_cast<int>(page::Reason::boundTooLarge) == BERKELEY_REASON_BOUND_TOO_LARGE);
static_assert(static_cast<int>(page::Reason::suspended) == BERKELEY_REASON_SUSPENDED);
static_assert(static_cast<int>(page::Reason::otherBoot) == BERKELEY_REASON_OTHER_BOOT);
static_assert(static_cast<int>(page::Reason::interrupted) == BERKELEY_REASON_INTERRUPTED);
static_assert(static_cast<int>(page::Reason::stopped) == BERKELEY_REASON_STOPPED);
static_assert(static_cast<int>(page::Error::none) == BERKELEY_OK);
static_assert(static_cast<int>(page::Error::missing) == BERKELEY_NO_PAGE);
static_assert(static_cast<int>(page::Error::refused) == BERKELEY_NO_PERMISSION);
static_assert(static_cast<int>(page::Error::notAPage) == BERKELEY_NOT_A_PAGE);
static_assert(static_cast<int>(page::Error::otherVersion) == BERKELEY_OTHER_VERSION);
static_assert(static_cast<int>(page::Error::system) == BERKELEY_SYSTEM_ERROR);
static_assert(static_cast<int>(page::Role::master) == BERKELEY_ROLE_MASTER);
static_assert(static_cast<int>(page::Role::slave) == BERKELEY_ROLE_SLAVE);
static_assert(sizeof(berkeley_description::name) == sizeof(page::Description::name));
static_assert(sizeof(berkeley_description::source) == sizeof(page::Description::source));

constexpr const char* kStatusTexts[] = {"synchronized", "holdover", "unsynchronized"};

constexpr const char* kReasonTexts[] = {
    "",
    "the clock was never adjusted",
    "the bound is larger than the daemon's --max-bound",
    "the machine was suspended since the last adjustment",
    "the published page was written before the machine was started again",
    "the daemon died while it wrote the published page; start it again",
    "this virtual machine was stopped by its host since the last adjustment",
};

constexpr const char* kErrorTexts[] = {
    "success",
    "there is no published page: start a daemon, or name the file that it was told to --publish",
    "this user may not read the published page",
    "the file is no published page: name the one that a daemon was told to --publish",
    "the published page has a different version: install daemon and library of the same release",
    "the published page cannot be read",
    "a null pointer was given",
    "the published page cannot be read, as the daemon died while it wrote it: start it again",
};

template <std::size_t size>
const char* textOf(const char* const (&texts)[size], int index) {
    return index >= 0 && static_cast<std::size_t>(index) < size ? texts[index] : "unknown";
}

}  // namespace

extern "C" {

int berkeley_open(const char* path, berkeley_clock** clock) {
    if (clock == nullptr) {
        return BERKELEY_BAD_ARGUMENT;
    }
    *clock = nullptr;
    void* memory = std::malloc(sizeof(berkeley_clock));
    if (memory == nullptr) {
        return BERKELEY_SYSTEM_ERROR;
    }
    auto* made = new (memory) berkeley_clock;
    if (const page::Error error = made->page.open(path); error != page::Error::none) {
        berkeley_close(made);
        return static_cast<int>(error);
    }
    *clock = made;
    return BERKELEY_OK;
}

int berkeley_now(const berkeley_clock* clock, berkeley_reading* reading) {
    if (clock == nullptr || reading == nullptr) {
        return BERKELEY_BAD_ARGUMENT;
    }
    const page::Reading read = clock->page.now();
    reading->time = read.time.time_since_epoch().count();
    if (read.bound) {
        reading->bound = read.bound->count();
        reading->earliest = reading->time - reading->bound;
        reading->latest = reading->time + reading->bound;
    } else {
        reading->bound = BERKELEY_UNKNOWN_BOUND;
        reading->earliest = INT64_MIN;
        reading->latest = INT64_MAX;
    }
    reading->cycle = read.cycle;
    reading->status = static_cast<std::int32_t>(read.status);
    reading->reason = static_cast<std::int32_t>(read.reason);
    return BERKELEY_OK;
}

int berkeley_describe(const berkeley_clock* clock, berkeley_description* description) {
    if (clock == nullptr || description == nullptr) {
        return BERKELEY_BAD_ARGUMENT;
    }
    const auto content = clock->page.content();
    if (!content) {
        return BERKELEY_UNREADABLE;
    }
    const page::RawTime now = page::RawTimeline::now();
    const page::Clock& told = content->clock;
    const page::Description& more = content->description;
    description->role = static_cast<std::int32_t>(more.role);
    description->adjusted = told.adjusted ? 1 : 0;
    description->cycle = told.cycle;
    description->adjusted_ago = (now - told.adjustedAt).count();
    description->interval = told.interval.count();
    description->max_bound = told.maxBound.count();
    description->last_offset = more.lastOffset.count();
    description->pending = told.line.pendingAt(told.host.at(now)).count();
    description->deviation = more.deviation.count();
    description->frequency_ppb = told.line.frequencyPpb;
    description->drift_deviation_ppb = more.driftDeviationPpb;
    description->bound_growth_ppb = told.line.boundGrowthPpb;
    description->group = more.group;
    description->term = more.term;
    description->steps = more.steps;
    std::memcpy(description->name, more.name.data(), more.name.size());
    std::memcpy(description->source, more.source.data(), more.source.size());
    return BERKELEY_OK;
}

const char* berkeley_path(const berkeley_clock* clock) {
    return clock == nullptr ? "" : clock->page.path();
}

void berkeley_close(berkeley_clock* clock) {
    if (clock != nullptr) {
        clock->~berkeley_clock();
        std::free(clock);
    }
}

const char* berkeley_status_text(int status) { return textOf(kStatusTexts, status); }
const char* berkeley_reason_text(int reason) { return textOf(kReasonTexts, reason); }
const char* berkeley_error_text(int error) { return textOf(kErrorTexts, error); }
const char* berkeley_version(void) { return BERKELEY_VERSION; }

}  // extern "C"
