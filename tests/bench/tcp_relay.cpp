/// A network in a program: forwards TCP streams to another address, each segment after a random
/// delay and in order. Ends at SIGTERM or SIGINT and prints the delays as one line of JSON.
///
/// A delay counts from the kernel's receive stamp to the moment of sending, and the relay does not
/// sleep through the last moments before that. So how late the relay is woken is no part of it.
#include <poll.h>
#include <pthread.h>
#include <sys/prctl.h>

#include <array>
#include <cmath>
#include <csignal>
#include <deque>
#include <iostream>
#include <mutex>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "sockets.h"
#include "statistics.h"

namespace {

using namespace std::chrono_literals;
using namespace berkeley;
using std::chrono::nanoseconds;

/// Longer than it takes to be woken.
constexpr nanoseconds kSpin = 150us;

/// The clock of the kernel's stamps, since 1970.
nanoseconds now() {
    timespec time{};
    clock_gettime(CLOCK_REALTIME, &time);
    return std::chrono::seconds{time.tv_sec} + nanoseconds{time.tv_nsec};
}

// --- delays ---

nanoseconds microseconds(double count) { return nanoseconds{std::llround(count * 1e3)}; }

/// "normal:MEAN:SIGMA", "pareto:BASE:SHAPE:SCALE" (BASE + SCALE is the shortest) or
/// "constant:DELAY", in µs but for the shape.
class DelayLaw {
  public:
    explicit DelayLaw(const std::string& text) {
        for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
            end = text.find(':', begin);
            const std::string part = text.substr(begin, end - begin);
            begin == 0 ? void(name_ = part) : figures_.push_back(std::stod(part));
        }
        const std::size_t needed = name_ == "constant" ? 1 : name_ == "normal" ? 2 : 3;
        if (figures_.size() != needed || (needed == 3 && name_ != "pareto")) {
            throw std::invalid_argument("cannot read the delay " + text);
        }
    }

    nanoseconds draw() {
        if (name_ == "normal") {
            std::normal_distribution<double> law{figures_[0], figures_[1]};
            return microseconds(std::max(law(random_), 0.0));
        }
        if (name_ == "pareto") {
            const double uniform = 1 - std::uniform_real_distribution<double>{}(random_);
            return microseconds(figures_[0] + figures_[2] * std::pow(uniform, -1 / figures_[1]));
        }
        return microseconds(figures_[0]);
    }

  private:
    std::string name_;
    std::vector<double> figures_;
    std::mt19937_64 random_{std::random_device{}()};
};

/// The delays that the segments really had.
class Delays {
  public:
    void add(nanoseconds delay) {
        const std::lock_guard guard{lock_};
        delays_.push_back(delay);
    }

    nlohmann::ordered_json json() {
        const std::lock_guard guard{lock_};
        using bench::quantile, bench::toMicroseconds;
        return {{"segments", delays_.size()},
                {"min", toMicroseconds(quantile(delays_, 0))},
                {"median", toMicroseconds(quantile(delays_, 0.5))},
                {"p99", toMicroseconds(quantile(delays_, 0.99))}};
    }

  private:
    std::mutex lock_;
    std::vector<nanoseconds> delays_;
};

// --- one direction ---

struct Segment {
    std::vector<std::byte> bytes;
    nanoseconds received;
    nanoseconds due;
};

/// Whether there is something to read before `timeout` has passed; without one it waits for ever.
bool awaitBytes(int socket, std::optional<nanoseconds> timeout) {
    pollfd waiting{socket, POLLIN, 0};
    timespec time{};
    if (timeout) {
        time.tv_nsec = std::max(*timeout, 0ns).count() % 1'000'000'000;
        time.tv_sec = std::max(*timeout, 0ns).count() / 1'000'000'000;
    }
    return ppoll(&waiting, 1, timeout ? &time : nullptr, nullptr) > 0;
}

/// No bytes when the stream has ended.
Segment receive(int socket) {
    std::array<std::byte, 4096> buffer;
    std::optional<nanoseconds> stamp;
    const ssize_t size = bench::receiveStamped(socket, buffer, stamp);
    const auto bytes = std::span{buffer}.first(size > 0 ? static_cast<std::size_t>(size) : 0);
    return {{bytes.begin(), bytes.end()}, stamp.value_or(now()), {}};
}

bool sendWhenDue(const Segment& segment, int socket, Delays& delays) {
    nanoseconds sent = now();
    while (sent < segment.due) {
        sent = now();
    }
    delays.add(sent - segment.received);
    return send(socket, segment.bytes.data(), segment.bytes.size(), MSG_NOSIGNAL) > 0;
}

void forward(int from, int to, DelayLaw law, Delays& delays) {
    std::deque<Segment> queue;
    nanoseconds last{};
    bool open = true;
    while (open) {
        if (!queue.empty() && now() >= queue.front().due - kSpin) {
            open = sendWhenDue(queue.front(), to, delays);
            queue.pop_front();
            continue;
        }
        const auto timeout =
            queue.empty() ? std::nullopt : std::optional{queue.front().due - kSpin - now()};
        if (!awaitBytes(from, timeout)) {
            continue;
        }
        Segment segment = receive(from);
        open = !segment.bytes.empty();
        last = segment.due = std::max(segment.received + law.draw(), last);
        queue.push_back(std::move(segment));
    }
    shutdown(from, SHUT_RDWR);
    shutdown(to, SHUT_RDWR);
}

// --- connections ---

/// "ADDRESS:PORT", or a port of this machine.
sockaddr_in parseAddress(const std::string& text) {
    const std::size_t colon = text.find(':');
    return colon == std::string::npos
               ? bench::addressOf("127.0.0.1", std::stoi(text))
               : bench::addressOf(text.substr(0, colon), std::stoi(text.substr(colon + 1)));
}

int listenOn(const sockaddr_in& address) {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener, 16) != 0) {
        bench::fail("cannot listen");
    }
    return listener;
}

/// Other programs on this machine are not to lengthen the delays. No harm is done where the kernel
/// refuses.
void takePriority() {
    const sched_param priority{1};
    (void)pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority);
    prctl(PR_SET_TIMERSLACK, 1);
}

void serve(int client, const sockaddr_in& address, const DelayLaw& up, const DelayLaw& down,
           Delays& upDelays, Delays& downDelays) {
    takePriority();
    const int target = bench::connectTo(address);
    if (target < 0) {
        close(client);
        return;
    }
    bench::prepare(client);
    std::thread back{[&] { takePriority(), forward(target, client, down, downDelays); }};
    forward(client, target, up, upDelays);
    back.join();
    close(client);
    close(target);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::cerr << "Usage: tcp_relay LISTEN TARGET DELAY-TO-TARGET DELAY-BACK\n"
                     "LISTEN and TARGET are ADDRESS:PORT, or a port of this machine.\n"
                     "A delay is normal:MEAN:SIGMA, pareto:BASE:SHAPE:SCALE or constant:DELAY, "
                     "in microseconds.\n";
        return 2;
    }
    try {
        sigset_t signals;
        sigemptyset(&signals);
        sigaddset(&signals, SIGTERM);
        sigaddset(&signals, SIGINT);
        pthread_sigmask(SIG_BLOCK, &signals, nullptr);

        const DelayLaw up{argv[3]}, down{argv[4]};
        Delays upDelays, downDelays;
        const int listener = listenOn(parseAddress(argv[1]));
        const sockaddr_in target = parseAddress(argv[2]);
        std::cerr << "relaying" << std::endl;
        std::thread{[&] {
            while (true) {
                const int client = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
                std::thread{[&, client] {
                    serve(client, target, up, down, upDelays, downDelays);
                }}.detach();
            }
        }}.detach();
        int signal = 0;
        sigwait(&signals, &signal);
        std::cout << nlohmann::ordered_json{{"up_us", upDelays.json()},
                                            {"down_us", downDelays.json()}}
                  << std::endl;
        std::_Exit(0);  // with the threads, which wait for bytes
    } catch (const std::exception& error) {
        std::cerr << "tcp_relay: " << error.what() << "\n";
        return 1;
    }
}
