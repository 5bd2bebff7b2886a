#include "node/monitor_site.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "observe/web_page.h"

namespace berkeley::node {
namespace {

constexpr const char* kJson = "application/json";
/// Prometheus's own name for its text format.
constexpr const char* kMetrics = "text/plain; version=0.0.4; charset=utf-8";
constexpr const char* kText = "text/plain; charset=utf-8";

/// Splits a query at each "&".
std::vector<std::string_view> partsOf(std::string_view query) {
    std::vector<std::string_view> parts;
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        parts.push_back(query.substr(0, end));
        query.remove_prefix(std::min(end + 1, query.size()));
    }
    return parts;
}

/// Decodes a query's value: "%20" and "+" are spaces. Throws std::invalid_argument.
std::string decoded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        unsigned char byte = 0;
        const char* begin = text.data() + i + 1;
        const char* end = begin + 2;
        if (i + 2 >= text.size() || std::from_chars(begin, end, byte, 16).ptr != end) {
            throw std::invalid_argument{"a % is not followed by two hexadecimal digits"};
        }
        result += static_cast<char>(byte);
        i += 2;
    }
    return result;
}

std::uint64_t readIndex(std::string_view text) {
    std::uint64_t index = 0;
    const char* end = text.data() + text.size();
    if (const auto result = std::from_chars(text.data(), end, index);
        result.ec != std::errc{} || result.ptr != end) {
        throw std::invalid_argument{"since is no index: give a whole number"};
    }
    return index;
}

/// Which part of the history is wanted.
struct HistoryQuery {
    std::uint64_t since{};
    std::vector<std::string> clocks;
};

/// Throws std::invalid_argument.
HistoryQuery readHistoryQuery(std::string_view query) {
    HistoryQuery result;
    for (const std::string_view part : partsOf(query)) {
        const std::size_t equals = std::min(part.find('='), part.size());
        const std::string_view value = part.substr(std::min(equals + 1, part.size()));
        if (const std::string_view key = part.substr(0, equals); key == "since") {
            result.since = readIndex(value);
        } else if (key == "clock") {
            result.clocks.push_back(decoded(value));
        }
    }
    return result;
}

net::HttpResponse webPageAnswer(std::string_view path) {
    const auto files = observe::webPageFiles();
    const auto file = std::ranges::find(files, path, &observe::WebPageFile::path);
    if (file == files.end()) {
        return {404, kText, "Not Found\n"};
    }
    return {200, std::string{file->contentType}, std::string{file->bytes}};
}

}  // namespace

MonitorSite::MonitorSite(MonitorSiteConfig config, const Monitor& monitor)
    : config_(std::move(config)), monitor_(monitor) {}

net::HttpResponse MonitorSite::operator()(const std::string& target) const {
    const std::size_t end = std::min(target.find('?'), target.size());
    const std::string_view path = std::string_view{target}.substr(0, end);
    const std::string_view query =
        std::string_view{target}.substr(std::min(end + 1, target.size()));
    if (path == "/status.json") {
        return statusAnswer();
    }
    if (path == "/history.json") {
        return historyAnswer(query);
    }
    if (path == "/healthz") {
        return healthAnswer();
    }
    if (path == "/metrics") {
        return metricsAnswer();
    }
    return webPageAnswer(path);
}

net::HttpResponse MonitorSite::statusAnswer() const {
    const observe::Status status = monitor_.status();
    return {200, kJson,
            observe::statusJson(status, observe::complaintOf(status, config_.maxBound))};
}

net::HttpResponse MonitorSite::historyAnswer(std::string_view query) const {
    try {
        HistoryQuery wanted = readHistoryQuery(query);
        return {200, kJson,
                observe::historyJson(monitor_.history(wanted.since, std::move(wanted.clocks)))};
    } catch (const std::invalid_argument& error) {
        return {400, kText, std::string{error.what()} + "\n"};
    }
}

net::HttpResponse MonitorSite::healthAnswer() const {
    const std::string complaint = observe::complaintOf(monitor_.summary(), config_.maxBound);
    return complaint.empty() ? net::HttpResponse{200, kText, "ok\n"}
                             : net::HttpResponse{503, kText, complaint + "\n"};
}

net::HttpResponse MonitorSite::metricsAnswer() const {
    const std::optional<observe::PeerCounts> peers =
        config_.peerCounts ? std::optional{config_.peerCounts()} : std::nullopt;
    return {200, kMetrics, monitor_.metrics(peers, config_.metricsClocks)};
}

}  // namespace berkeley::node
