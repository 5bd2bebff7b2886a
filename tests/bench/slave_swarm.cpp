/// Many slaves in one thread, to load a master: each has a wrong clock of its own, answers polls at
/// once and steers its group clock as the slave daemon does, so that its true error against the
/// master's page is known at any moment.
///
/// At SIGUSR1 it forgets what it has counted; at SIGTERM it ends and prints its counts as one line
/// of JSON.
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "host/host_clock.h"
#include "sockets.h"
#include "statistics.h"
#include "support/open_page.h"
#include "sync/discipline.h"
#include "wire/native.h"

namespace {

using namespace berkeley;

constexpr double kMaxSlewPpb = 500'000;
constexpr double kLargestDriftPpb = 40'000;
constexpr std::int64_t kLargestOffsetNs = 10'000'000;
constexpr std::chrono::milliseconds kTick{1};
/// From one unsolicited report of a slave to the next, in ticks.
constexpr std::size_t kReportTicks = 5000;
constexpr int kChecksPerTick = 10;
/// Two clocks read at once are read within this time.
constexpr std::chrono::microseconds kTogether{1};

struct Slave {
    int socket = -1;
    page::HostLine host;
    sync::Discipline discipline{kMaxSlewPpb};
    wire::NativeDecoder decoder;
    std::uint32_t cycle = 0;
};

struct Counts {
    std::uint64_t polls = 0;
    std::uint64_t adjustments = 0;
    std::uint64_t missed = 0;
    bench::ErrorStatistics errors;
};

struct Received {
    std::array<std::byte, 4 * wire::kFrameSize> bytes;
    std::size_t size = 0;  ///< 0 when the connection has ended
    page::RawTime when;
};

// --- sockets ---

/// The raw clock's time of a stamp by the system clock, no earlier than it really was, from a
/// reading of both at once; where this thread is interrupted between the two, they are read again.
page::RawTime toRaw(Nanoseconds stamp) {
    while (true) {
        const page::RawTime before = page::RawTimeline::now();
        const Nanoseconds system = page::systemNow().time_since_epoch();
        const page::RawTime after = page::RawTimeline::now();
        if (after - before < kTogether) {
            return after - (system - stamp);
        }
    }
}

Received receive(int socket) {
    Received received;
    std::optional<Nanoseconds> stamp;
    const ssize_t size = bench::receiveStamped(socket, received.bytes, stamp);
    received.size = size > 0 ? static_cast<std::size_t>(size) : 0;
    // With several frames the stamp is the last one's.
    received.when =
        stamp && received.size == wire::kFrameSize ? toRaw(*stamp) : page::RawTimeline::now();
    return received;
}

void sendFrame(int socket, const wire::Message& message) {
    const wire::Frame frame = wire::encode(message);
    // Should the master have gone, the next read says so.
    (void)send(socket, frame.data(), frame.size(), MSG_NOSIGNAL);
}

void allowManyDescriptors() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int makeSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    sigaddset(&signals, SIGUSR2);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, nullptr);
    return signalfd(-1, &signals, SFD_CLOEXEC);
}

// --- the swarm ---

class Swarm {
  public:
    Swarm(int port, std::size_t size, const std::string& page) : master_(page), slaves_(size) {
        watch(signals_, kSignals);
        for (std::size_t i = 0; i < size; ++i) {
            connectSlave(i, bench::addressOf("127.0.0.1", port));
        }
    }

    /// Until a signal ends it.
    nlohmann::ordered_json run() {
        // Few, so that ticks are punctual however many slaves have something to read.
        std::array<epoll_event, 64> events;
        while (!ended_) {
            const int count = epoll_wait(epoll_, events.data(), events.size(), kTick.count());
            for (int i = 0; i < count; ++i) {
                handle(events[static_cast<std::size_t>(i)].data.u64);
            }
            if (const auto now = page::RawTimeline::now(); now - lastTick_ >= kTick) {
                lastTick_ = now;
                tick();
            }
        }
        countMissedAtEnd();
        nlohmann::ordered_json result = counts_.errors.json();
        result["polls"] = counts_.polls;
        result["adjustments"] = counts_.adjustments;
        result["missed_adjustments"] = counts_.missed;
        result["lost_connections"] = lost_;
        return result;
    }

  private:
    static constexpr std::uint64_t kSignals = ~std::uint64_t{0};

    void watch(int descriptor, std::uint64_t what) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = what;
        if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) {
            bench::fail("cannot watch a descriptor");
        }
    }

    void connectSlave(std::size_t index, const sockaddr_in& master) {
        std::uniform_real_distribution<double> drift{-kLargestDriftPpb, kLargestDriftPpb};
        std::uniform_int_distribution<std::int64_t> offset{-kLargestOffsetNs, kLargestOffsetNs};
        Slave& slave = slaves_[index];
        slave.host = host::HostClock{Nanoseconds{offset(random_)}, drift(random_)}.line();
        slave.socket = bench::connectTo(master);
        if (slave.socket < 0) {
            bench::fail("cannot connect to the master");
        }
        sendFrame(slave.socket, wire::Hello{prefix_ + std::to_string(index)});
        watch(slave.socket, index);
    }

    void handle(std::uint64_t what) {
        if (what == kSignals) {
            obeySignal();
        } else {
            readFrom(slaves_[what]);
        }
    }

    void obeySignal() {
        signalfd_siginfo signal{};
        (void)!read(signals_, &signal, sizeof signal);
        if (signal.ssi_signo == SIGUSR1) {
            counts_ = {};
        } else if (signal.ssi_signo == SIGUSR2) {
            for (const Slave& slave : slaves_) {
                epoll_ctl(epoll_, EPOLL_CTL_DEL, slave.socket, nullptr);
            }
        } else {
            ended_ = true;
        }
    }

    void readFrom(Slave& slave) {
        const Received received = receive(slave.socket);
        if (received.size == 0) {
            ++lost_;
            close(slave.socket);
            slave.socket = -1;
            return;
        }
        for (const wire::Message& message :
             slave.decoder.feed(std::span{received.bytes}.first(received.size))) {
            if (const auto* poll = std::get_if<wire::Poll>(&message)) {
                answer(slave, poll->sequence, received.when);
            } else if (const auto* adjustment = std::get_if<sync::Adjustment>(&message)) {
                adjust(slave, *adjustment);
            }
        }
    }

    void answer(const Slave& slave, std::uint32_t sequence, page::RawTime received) {
        ++counts_.polls;
        const HostTime t2 = slave.host.at(received);
        const HostTime t3 = slave.host.at(page::RawTimeline::now());
        sendFrame(slave.socket,
                  wire::Report{.sequence = sequence,
                               .solicited = true,
                               .received = t2,
                               .sent = t3,
                               .correction = slave.discipline.state().line.at(t3),
                               .deviation = slave.discipline.state().deviationAt(t3)});
    }

    void adjust(Slave& slave, const sync::Adjustment& adjustment) {
        ++counts_.adjustments;
        if (slave.cycle != 0 && adjustment.cycle > slave.cycle) {
            counts_.missed += adjustment.cycle - slave.cycle - 1;
        }
        slave.cycle = adjustment.cycle;
        newestCycle_ = std::max(newestCycle_, slave.cycle);
        (void)slave.discipline.apply(slave.host.at(page::RawTimeline::now()), adjustment);
    }

    /// Of those that were not told anything again. The newest cycle's adjustments may be on the
    /// way.
    void countMissedAtEnd() {
        for (const Slave& slave : slaves_) {
            if (slave.socket >= 0 && slave.cycle != 0 && slave.cycle + 1 < newestCycle_) {
                counts_.missed += newestCycle_ - 1 - slave.cycle;
            }
        }
    }

    void tick() {
        for (int i = 0; i < kChecksPerTick; ++i) {
            check(slaves_[std::uniform_int_distribution<std::size_t>{0,
                                                                     slaves_.size() - 1}(random_)]);
        }
        // Each slave at a tick of its own.
        for (std::size_t i = ticks_++ % kReportTicks; i < slaves_.size(); i += kReportTicks) {
            reportUnasked(slaves_[i]);
        }
    }

    void check(const Slave& slave) {
        const page::RawTime raw = page::RawTimeline::now();
        const page::Reading master = master_.at(raw);
        const HostTime host = slave.host.at(raw);
        const sync::ClockState& clock = slave.discipline.state();
        if (slave.socket < 0 || !master.bound || !clock.synchronized) {
            return;
        }
        const Nanoseconds bound = clock.line.boundAt(host);
        counts_.errors.add(clock.line.groupTimeAt(host) - master.time, bound,
                           bound + *master.bound);
    }

    void reportUnasked(const Slave& slave) {
        if (slave.socket >= 0) {
            const HostTime now = slave.host.at(page::RawTimeline::now());
            sendFrame(slave.socket,
                      wire::Report{.received = now,
                                   .sent = now,
                                   .correction = slave.discipline.state().line.at(now)});
        }
    }

    const OpenPage master_;
    const std::string prefix_ = "swarm-" + std::to_string(getpid()) + "-";
    const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
    const int signals_ = makeSignals();
    std::mt19937_64 random_{std::random_device{}()};
    std::vector<Slave> slaves_;
    page::RawTime lastTick_ = page::RawTimeline::now();
    std::size_t ticks_ = 0;
    std::uint32_t newestCycle_ = 0;
    Counts counts_;
    std::uint64_t lost_ = 0;
    bool ended_ = false;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::cerr << "Usage: slave_swarm PORT SLAVES MASTER-PAGE\n";
        return 2;
    }
    try {
        allowManyDescriptors();
        Swarm swarm{std::stoi(argv[1]), std::stoul(argv[2]), argv[3]};
        std::cerr << "all connected" << std::endl;
        std::cout << swarm.run() << std::endl;
    } catch (const std::exception& error) {
        std::cerr << "slave_swarm: " << error.what() << "\n";
        return 1;
    }
}
