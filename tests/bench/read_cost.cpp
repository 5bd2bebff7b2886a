/// What a reading of the group's time costs, beside one of the system clock in the same run. The
/// page is one of this program's own; the library is the one that is installed.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <memory>

#include "berkeley/berkeley.h"
#include "berkeley/group_clock.h"
#include "host/steered_clock.h"

namespace {

using namespace std::chrono_literals;

class Page {
  public:
    Page() : path_(std::filesystem::temp_directory_path() / ("page-" + std::to_string(getpid()))) {
        clock_ = std::make_unique<berkeley::host::SteeredClock>(
            berkeley::host::HostClock{}, berkeley::sync::Discipline{500'000},
            std::make_unique<berkeley::host::PageWriter>(
                path_, berkeley::host::Publisher{berkeley::page::Role::slave, "bench", 1h}));
        clock_->apply({.cycle = 1,
                       .reference = clock_->hostNow(),
                       .correction = 25min,
                       .frequencyPpb = 12'345,
                       .bound = 1us,
                       .boundGrowthPpb = 1'000},
                      {"127.0.0.1:8080", 24h});
        setenv("BERKELEY_PAGE", path_.c_str(), 1);
        berkeley_open(nullptr, &reader_);
    }
    ~Page() {
        berkeley_close(reader_);
        std::filesystem::remove(path_);
    }

    const berkeley_clock* reader() const { return reader_; }

  private:
    std::filesystem::path path_;
    std::unique_ptr<berkeley::host::SteeredClock> clock_;
    berkeley_clock* reader_ = nullptr;
};

const Page& page() {
    static const Page page;
    return page;
}

void systemClock(benchmark::State& state) {
    timespec time{};
    for (auto _ : state) {
        clock_gettime(CLOCK_REALTIME, &time);
        benchmark::DoNotOptimize(time);
    }
}

void groupTime(benchmark::State& state) {
    const berkeley_clock* reader = page().reader();
    berkeley_reading reading{};
    for (auto _ : state) {
        berkeley_now(reader, &reading);
        benchmark::DoNotOptimize(reading);
    }
    if (reading.status != BERKELEY_SYNCHRONIZED) {
        state.SkipWithError("the clock is not synchronized");
    }
}

void stdChrono(benchmark::State& state) {
    (void)page();
    for (auto _ : state) {
        benchmark::DoNotOptimize(berkeley::group_clock::now());
    }
}

BENCHMARK(systemClock)->Threads(1)->Threads(8);
BENCHMARK(groupTime)->Threads(1)->Threads(8);
BENCHMARK(stdChrono)->Threads(1)->Threads(8);

}  // namespace

BENCHMARK_MAIN();
