/// What somebody asks for over HTTP, after the server has taken the request to pieces.
#include <nlohmann/json.hpp>

#include "fuzz.h"
#include "node/monitor_site.h"

namespace berkeley::fuzz {
namespace {

/// Of a slave that was adjusted once.
struct Watched {
    host::SteeredClock clock{host::HostClock{}, sync::Discipline{500'000}};
    node::Monitor monitor{{.program = "berkeley-slave",
                           .version = "0",
                           .name = "left",
                           .role = observe::Role::slave,
                           .lab = false,
                           .interval = std::chrono::seconds{1}},
                          clock};
    node::MonitorSite site{{}, monitor};

    Watched() {
        const auto change = clock.apply(sync::Adjustment{.cycle = 1, .reference = clock.hostNow()});
        monitor.synchronized(change.value(), {}, {});
    }
};

}  // namespace

void run(Bytes input) {
    static const Watched watched;
    const net::HttpResponse answer = watched.site(std::string{textOf(input)});
    require(!answer.body.empty(), "there is an answer");
    if (answer.contentType == "application/json") {
        require(answer.status == 200 && nlohmann::json::accept(answer.body), "JSON is valid");
    } else if (answer.status != 200) {
        require(answer.status == 400 || answer.status == 404 || answer.status == 503,
                "an error is one of a few");
        require(answer.body.back() == '\n', "an error is text that ends");
        requireOneLine(std::string_view{answer.body}.substr(0, answer.body.size() - 1));
    }
}

}  // namespace berkeley::fuzz
