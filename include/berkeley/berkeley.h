/* Reads this machine's view of a group's time, as a Berkeley daemon publishes it: the C interface
 * of libberkeley.
 *
 * Link with -lberkeley. Times are nanoseconds since 1970-01-01 00:00 UTC by the group's reckoning;
 * durations are nanoseconds. Any thread may use a clock at any time, except during berkeley_close.
 * No function blocks, with one exception: if the daemon died while writing, the first reader to
 * notice waits for a second. Only berkeley_open allocates. Returned texts are constants.
 * See docs/api.md for more. */
#ifndef BERKELEY_BERKELEY_H
#define BERKELEY_BERKELEY_H

#include <stdint.h>

#if defined(__GNUC__)
#define BERKELEY_API __attribute__((visibility("default")))
#else
#define BERKELEY_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct berkeley_clock berkeley_clock;

/* How far a time can be relied on. */
enum berkeley_status {
    BERKELEY_SYNCHRONIZED = 0,  /* adjustments come; the bound holds */
    BERKELEY_HOLDOVER = 1,      /* none has come for long; the bound holds and grows */
    BERKELEY_UNSYNCHRONIZED = 2 /* the bound is unknown or too large; the reason says why */
};

/* Why a clock is unsynchronized. */
enum berkeley_reason {
    BERKELEY_REASON_NONE = 0,
    BERKELEY_REASON_NEVER_ADJUSTED = 1,  /* the time is this machine's own */
    BERKELEY_REASON_BOUND_TOO_LARGE = 2, /* larger than the daemon's --max-bound; it still holds */
    BERKELEY_REASON_SUSPENDED = 3,       /* the machine was suspended since the last adjustment */
    BERKELEY_REASON_OTHER_BOOT = 4,      /* from before a reboot; the time is the system clock's */
    BERKELEY_REASON_INTERRUPTED = 5,     /* the daemon died while writing; the time is the system
                                            clock's */
    BERKELEY_REASON_STOPPED = 6          /* the host stopped this virtual machine since the last
                                            adjustment */
};

/* What functions return; 0 is success. */
enum berkeley_error {
    BERKELEY_OK = 0,
    BERKELEY_NO_PAGE = 1,       /* no daemon publishes there */
    BERKELEY_NO_PERMISSION = 2, /* this user may not read the page */
    BERKELEY_NOT_A_PAGE = 3,    /* the file is not a page */
    BERKELEY_OTHER_VERSION = 4, /* daemon and library do not match */
    BERKELEY_SYSTEM_ERROR = 5,  /* errno says more */
    BERKELEY_BAD_ARGUMENT = 6,  /* a null pointer */
    BERKELEY_UNREADABLE = 7     /* the daemon died while writing */
};

#define BERKELEY_UNKNOWN_BOUND INT64_MAX

/* One reading of the clock. The group's time is certainly between earliest and latest. */
typedef struct berkeley_reading {
    int64_t time;     /* the best estimate */
    int64_t bound;    /* its largest possible error, or BERKELEY_UNKNOWN_BOUND */
    int64_t earliest; /* time - bound, or INT64_MIN */
    int64_t latest;   /* time + bound, or INT64_MAX */
    uint64_t cycle;   /* the group's sync cycle of the last adjustment */
    int32_t status;   /* enum berkeley_status */
    int32_t reason;   /* enum berkeley_reason */
} berkeley_reading;

enum berkeley_role { BERKELEY_ROLE_NONE = 0, BERKELEY_ROLE_MASTER = 1, BERKELEY_ROLE_SLAVE = 2 };

/* Further facts about a clock that people want to know. */
typedef struct berkeley_description {
    int32_t role;               /* of the daemon, enum berkeley_role */
    int32_t adjusted;           /* 0 before the first adjustment */
    uint64_t cycle;             /* the group's sync cycle of the last adjustment */
    int64_t adjusted_ago;       /* time since the last adjustment */
    int64_t interval;           /* between two sync cycles */
    int64_t max_bound;          /* above it the clock is unsynchronized */
    int64_t last_offset;        /* how far the last adjustment moved the clock */
    int64_t pending;            /* the part still to be slewed */
    int64_t deviation;          /* standard deviation of the error at the last adjustment */
    double frequency_ppb;       /* the group's rate relative to this machine's unsteered clock */
    double drift_deviation_ppb; /* standard deviation of the error of that rate */
    double bound_growth_ppb;    /* the rate at which the bound grows without an adjustment */
    uint64_t group;             /* the group whose time it is; 0 for none */
    uint64_t term;              /* of the group; grows with each takeover */
    uint64_t steps;             /* steps forward since the first adjustment */
    char name[48];              /* of this clock in the group */
    char source[64]; /* the master that sent the last adjustment; "" for a master's own */
} berkeley_description;

/* Opens the page at `path`. With NULL, opens the page that BERKELEY_PAGE in the environment names
 * or, without it, that of this machine's daemon. On success *clock must be closed once. */
BERKELEY_API int berkeley_open(const char* path, berkeley_clock** clock);

/* Reads the time now. Succeeds whatever the clock's status is, so check the status. */
BERKELEY_API int berkeley_now(const berkeley_clock* clock, berkeley_reading* reading);

BERKELEY_API int berkeley_describe(const berkeley_clock* clock, berkeley_description* description);

/* Returns the file that was opened; the text is valid until the clock is closed. */
BERKELEY_API const char* berkeley_path(const berkeley_clock* clock);

/* Closes the clock, which must not be used afterwards. Does nothing for NULL. */
BERKELEY_API void berkeley_close(berkeley_clock* clock);

/* Returns "synchronized", "holdover" or "unsynchronized". */
BERKELEY_API const char* berkeley_status_text(int status);
/* Returns a text such as "the machine was suspended since the last adjustment"; "" for none. */
BERKELEY_API const char* berkeley_reason_text(int reason);
/* Says what went wrong and what to do about it. */
BERKELEY_API const char* berkeley_error_text(int error);

/* Returns the version of the library, as in "0.1.0". */
BERKELEY_API const char* berkeley_version(void);

#ifdef __cplusplus
}
#endif

#endif
