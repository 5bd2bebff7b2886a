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

#include "observe/text.h"
#include "time/units.h"

namespace berkeley::apps {
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
    explicit Fetch(const net::Endpoint& server) : host_(toText(server)) {
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

[[noreturn]] void fail(const net::Endpoint& server, const std::string& why) {
    throw std::runtime_error("cannot read http://" + toText(server) + "/status.json (" + why +
                             "): give --http the address at which a master answers HTTP");
}

constexpr std::array<observe::Column, 9> kColumns{{{"clock", observe::Align::left},
                                                   {"address", observe::Align::left},
                                                   {"standing", observe::Align::left},
                                                   {"offset", observe::Align::right},
                                                   {"\u00B1 bound", observe::Align::right},
                                                   {"delay", observe::Align::right},
                                                   {"drift", observe::Align::right},
                                                   {"change", observe::Align::right},
                                                   {"last seen", observe::Align::right}}};

/// What `toText` makes of the figure, where there is one.
template <class Figure, class ToText>
observe::Cell figure(const Json& clock, const char* key, ToText toText) {
    const Json value = clock.value(key, Json{});
    return {value.is_number() ? toText(value.get<Figure>()) : std::string{observe::kUnknown}};
}

observe::Row rowOf(const Json& clock) {
    const auto offset = [](std::int64_t ns) { return toOffsetText(Nanoseconds{ns}); };
    const auto span = [](std::int64_t ns) { return toSpanText(Nanoseconds{ns}); };
    const auto drift = [](double ppb) { return toDriftText(ppb); };
    const auto age = [](double seconds) { return fmt::format("{:.1f} s", seconds); };
    return {{clock.value("name", "")},
            {clock.value("address", "")},
            {clock.value("standing", "")},
            figure<std::int64_t>(clock, "offset_ns", offset),
            figure<std::int64_t>(clock, "bound_ns", span),
            figure<std::int64_t>(clock, "delay_ns", span),
            figure<double>(clock, "drift_ppb", drift),
            figure<std::int64_t>(clock, "change_ns", offset),
            figure<double>(clock, "last_seen_s", age)};
}

}  // namespace

nlohmann::ordered_json fetchStatus(const net::Endpoint& server) {
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
    std::vector<observe::Row> rows{observe::titlesOf(kColumns)};
    std::ranges::transform(status["clocks"], std::back_inserter(rows), rowOf);
    const observe::Widths widths = observe::widthsOf(kColumns, rows);
    std::string table;
    for (const observe::Row& row : rows) {
        table += observe::lineOf(kColumns, row, widths, false) + "\n";
    }
    return table;
}

}  // namespace berkeley::apps
