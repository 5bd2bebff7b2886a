/* The group's time in C: cc read_time.c $(pkg-config --cflags --libs berkeley) */
#include <berkeley/berkeley.h>
#include <inttypes.h>
#include <stdio.h>

int main(int argc, char** argv) {
    berkeley_clock* clock;
    int error = berkeley_open(argc > 1 ? argv[1] : NULL, &clock);
    if (error != BERKELEY_OK) {
        fprintf(stderr, "%s\n", berkeley_error_text(error));
        return 1;
    }
    berkeley_reading reading;
    berkeley_now(clock, &reading);
    if (reading.status == BERKELEY_UNSYNCHRONIZED) {
        fprintf(stderr, "do not rely on it: %s\n", berkeley_reason_text(reading.reason));
    }
    printf("%" PRId64 " %" PRId64 " %" PRId64 " %s\n", reading.earliest, reading.time,
           reading.latest, berkeley_status_text(reading.status));
    berkeley_close(clock);
    return 0;
}
