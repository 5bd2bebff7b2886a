// The group's time in C++: two events, which one was first?
#include <berkeley/group_clock.h>

#include <iostream>

int main(int argc, char** argv) try {
    const auto clock = berkeley::GroupClock::open(argc > 1 ? argv[1] : "");
    const auto before = clock.now();
    if (!before.bound) {
        std::cerr << "how wrong the time is is not known yet\n";
        return 1;
    }
    // An event on another machine may have its `earliest` and `latest` sent here instead.
    auto after = clock.now();
    while (!(before.latest < after.earliest)) {
        after = clock.now();
    }
    std::cout << "certainly one after the other, " << (after.time - before.time).count()
              << " ns apart\n";

    // As a std::chrono clock, where no bound is asked for.
    const auto start = berkeley::group_clock::now();
    std::cout << start.time_since_epoch().count() << "\n";
    return after.status == berkeley::GroupStatus::unsynchronized ? 1 : 0;
} catch (const berkeley::GroupClockError& error) {
    std::cerr << error.what() << "\n";
    return 1;
}
