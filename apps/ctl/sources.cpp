#include "ctl/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <stdexcept>
#include <vector>

#include "berkeley/time/units.h"

namespace berkeley {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using Json = nlohmann::ordered_json;
using Tcp = boost::asio::ip::tcp;

constexpr std::chrono::seconds kPatience{5};
/// Of ten thousand clocks it is some four megabytes.
constexpr std::size_t kLongestAnswer = std::size_t{64} * 1024 * 1024;

/// One request and its answer. The steps are asynchronous, as only those have a deadline.
class Fetch {
  public:
    explicit Fetch(const Endpoint& server) : host_(toText(server)) {
        request_.set(http::field::host, host_);
        parser_.body_limit(kLongestAnswer);
        stream_.expires_after(kPatience);
        const auto addresses = Tcp::resolver{context_}.resolve(
            server.host, std::to_string(server.port), Tcp::resolver::numeric_service);
        stream_.async_connect(addresses, [this](auto error, auto) { sendRequest(error); });
        context_.run();
        if (error_) {
            throw boost::system::system_error{error_};
        }
    }

    const http::response<http::string_body>& answer() const { return parser_.get(); }

  private:
    bool failed(boost::system::error_code error) {
        error_ = error;
        return error.failed();
    }

    void sendRequest(boost::system::error_code error) {
        if (!failed(error)) {
            http::async_write(stream_, request_,
                              [this](auto error, auto) { receiveAnswer(error); });
        }
    }

    void receiveAnswer(boost::system::error_code error) {
        if (!failed(error)) {
            http::async_read(stream_, buffer_, parser_,
                             [this](auto error, auto) { failed(error); });
        }
    }

    std::string host_;
    boost::asio::io_context context_;
    beast::tcp_stream stream_{context_};
    http::request<http::empty_body> request_{http::verb::get, "/status.json", 11};
    beast::flat_buffer buffer_;
    http::response_parser<http::string_body> parser_;
    boost::system::error_code error_;
};

[[noreturn]] void fail(const Endpoint& server, const std::string& why) {
    throw std::runtime_error("cannot read http://" + toText(server) + "/status.json (" + why +
                             "): give --http the address at which a master answers HTTP");
}

constexpr std::array kTitles{"clock", "address", "state",      "offset",   "± bound",
                             "delay", "drift",   "correction", "last seen"};
constexpr std::size_t kTexts = 3;  ///< the first columns; the others are figures
using Row = std::array<std::string, kTitles.size()>;

std::string spanOr(const Json& clock, const char* key, std::string (*toText)(Nanoseconds)) {
    const Json value = clock.value(key, Json{});
    return value.is_number() ? toText(Nanoseconds{value.get<std::int64_t>()}) : "–";
}

std::string stateOf(const Json& clock) {
    const Json why = clock.value("why", Json{});
    return why.is_string() ? why.get<std::string>() : clock.value("state", "");
}

Row rowOf(const Json& clock) {
    const Json drift = clock.value("drift_ppb", Json{});
    const Json seen = clock.value("last_seen_s", Json{});
    return {clock.value("name", ""),
            clock.value("address", ""),
            stateOf(clock),
            spanOr(clock, "offset_ns", toOffsetText),
            spanOr(clock, "bound_ns", toSpanText),
            spanOr(clock, "delay_ns", toSpanText),
            drift.is_number() ? fmt::format("{:+.3f} ppm", drift.get<double>() / 1e3) : "–",
            spanOr(clock, "correction_ns", toOffsetText),
            seen.is_number() ? fmt::format("{:.1f} s", seen.get<double>()) : "–"};
}

/// Each character in a column of its own; the bytes that go on with one do not count.
std::size_t widthOf(const std::string& text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string alignedLines(const std::vector<Row>& rows) {
    std::array<std::size_t, kTitles.size()> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], widthOf(row[i]));
        }
    }
    std::string text;
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string padding(widths[i] - widthOf(row[i]), ' ');
            text += i == 0 ? "" : "  ";
            text += i < kTexts ? row[i] + padding : padding + row[i];
        }
        text += "\n";
    }
    return text;
}

}  // namespace

nlohmann::ordered_json fetchStatus(const Endpoint& server) {
    try {
        const Fetch fetch{server};
        if (fetch.answer().result() != http::status::ok) {
            fail(server, "it answers " + std::to_string(fetch.answer().result_int()));
        }
        return Json::parse(fetch.answer().body());
    } catch (const boost::system::system_error& error) {
        fail(server, error.code().message());
    } catch (const Json::exception&) {
        fail(server, "the answer is no JSON");
    }
}

std::string renderSources(const Json& status) {
    if (!status.contains("clocks") || !status["clocks"].is_array()) {
        throw std::runtime_error(
            "the answer tells of no clocks: give --http the address at which a master answers");
    }
    std::vector<Row> rows(1);
    std::ranges::copy(kTitles, rows.front().begin());
    std::ranges::transform(status["clocks"], std::back_inserter(rows), rowOf);
    return alignedLines(rows);
}

}  // namespace berkeley
