/* Reads this machine's share of a group's time, as a Berkeley daemon publishes it: the C interface
 * of libberkeley.
 *
 * Link with -lberkeley. Times are nanoseconds since 1970-01-01 00:00 UTC by the group's reckoning,
 * durations are nanoseconds. Any thread may use a clock at any time, but for berkeley_close.
 * Nothing blocks, but when the daemon died while it wrote: the first one to find that waits for a
 * second. Nothing but berkeley_open allocates. Texts that are returned are constants.
 * docs/api.md tells more. */
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

/* How far a time can be relied upon. */
enum berkeley_status {
    BERKELEY_SYNCHRONIZED = 0,  /* adjustments come; the bound holds */
    BERKELEY_HOLDOVER = 1,      /* none has come for long; the bound holds, and grows */
    BERKELEY_UNSYNCHRONIZED = 2 /* the bound is unknown or too large; the reason says why */
};

/* Why a clock is unsynchronized. */
enum berkeley_reason {
    BERKELEY_REASON_NONE = 0,
    BERKELEY_REASON_NEVER_ADJUSTED = 1,  /* the time is this machine's own */
    BERKELEY_REASON_BOUND_TOO_LARGE = 2, /* larger than the daemon's --max-bound; it holds */
    BERKELEY_REASON_SUSPENDED = 3,       /* the machine was, since the last adjustment */
    BERKELEY_REASON_OTHER_BOOT = 4,      /* from before a restart; the time is the system clock's */
    BERKELEY_REASON_INTERRUPTED = 5,     /* the daemon died while it wrote; the time is the system
                                            clock's */
    BERKELEY_REASON_STOPPED = 6          /* the virtual machine was, by its host, since the last
                                            adjustment */
};

/* What functions return; 0 is success. */
enum berkeley_error {
    BERKELEY_OK = 0,
    BERKELEY_NO_PAGE = 1,       /* no daemon publishes there */
    BERKELEY_NO_PERMISSION = 2, /* this user may not read the page */
    BERKELEY_NOT_A_PAGE = 3,    /* the file is of another kind */
    BERKELEY_OTHER_VERSION = 4, /* daemon and library do not fit together */
    BERKELEY_SYSTEM_ERROR = 5,  /* errno says more */
    BERKELEY_BAD_ARGUMENT = 6,  /* a null pointer */
    BERKELEY_UNREADABLE = 7     /* the daemon died while it wrote */
};

#define BERKELEY_UNKNOWN_BOUND INT64_MAX

/* One reading of the clock. The group's time is certainly between earliest and latest. */
typedef struct berkeley_reading {
    int64_t time;     /* the best estimate */
    int64_t bound;    /* largest possible error of it, or BERKELEY_UNKNOWN_BOUND */
    int64_t earliest; /* time - bound, or INT64_MIN */
    int64_t latest;   /* time + bound, or INT64_MAX */
    uint64_t cycle;   /* the group's sync cycle of the last adjustment */
    int32_t status;   /* enum berkeley_status */
    int32_t reason;   /* enum berkeley_reason */
} berkeley_reading;

enum berkeley_role { BERKELEY_ROLE_NONE = 0, BERKELEY_ROLE_MASTER = 1, BERKELEY_ROLE_SLAVE = 2 };

/* What people want to know of a clock besides. */
typedef struct berkeley_description {
    int32_t role;               /* of the daemon, enum berkeley_role */
    int32_t adjusted;           /* 0 before the first adjustment */
    uint64_t cycle;             /* the group's sync cycle of the last adjustment */
    int64_t adjusted_ago;       /* since that came */
    int64_t interval;           /* between two sync cycles */
    int64_t max_bound;          /* beyond it the clock is unsynchronized */
    int64_t last_offset;        /* by how much the last adjustment moved the clock */
    int64_t pending;            /* what is still to be slewed of it */
    int64_t deviation;          /* standard deviation of the error at the last adjustment */
    double frequency_ppb;       /* the group's rate against this machine's unsteered clock */
    double drift_deviation_ppb; /* standard deviation of the error of that */
    double bound_growth_ppb;    /* at which the bound grows without an adjustment */
    uint64_t group;             /* whose time it is; 0 for no group's */
    uint64_t term;              /* of the group's master, which grows with each takeover */
    uint64_t steps;             /* forward, after the first adjustment */
    char name[48];              /* of this clock in the group */
    char source[64]; /* the master that told the last adjustment; "" for a master's own */
} berkeley_description;

/* Opens the page at `path`. With NULL, the one that BERKELEY_PAGE in the environment names, else
 * that of this machine's daemon. On success *clock has to be closed once. */
BERKELEY_API int berkeley_open(const char* path, berkeley_clock** clock);

/* The time right now. Succeeds whatever the clock's status; look at that. */
BERKELEY_API int berkeley_now(const berkeley_clock* clock, berkeley_reading* reading);

BERKELEY_API int berkeley_describe(const berkeley_clock* clock, berkeley_description* description);

/* The file that was opened; valid until the clock is closed. */
BERKELEY_API const char* berkeley_path(const berkeley_clock* clock);

/* The clock must not be used any more. NULL is closed already. */
BERKELEY_API void berkeley_close(berkeley_clock* clock);

/* "synchronized", "holdover", "unsynchronized". */
BERKELEY_API const char* berkeley_status_text(int status);
/* As in "the machine was suspended since the last adjustment"; "" for none. */
BERKELEY_API const char* berkeley_reason_text(int reason);
/* What went wrong and what to do about it. */
BERKELEY_API const char* berkeley_error_text(int error);

/* Of the library, as in "0.1.0". */
BERKELEY_API const char* berkeley_version(void);

#ifdef __cplusplus
}
#endif

#endif
