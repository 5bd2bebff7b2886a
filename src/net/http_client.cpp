#include "net/http_client.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <stdexcept>

namespace berkeley::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using Tcp = boost::asio::ip::tcp;

constexpr std::chrono::seconds kPatience{5};
/// The status of ten thousand clocks takes some four megabytes.
constexpr std::size_t kLongestAnswer = std::size_t{64} * 1024 * 1024;

/// One request and its answer. The steps are asynchronous, as only asynchronous ones have a
/// deadline.
class Fetch {
  public:
    Fetch(const Endpoint& server, const std::string& target)
        : request_(http::verb::get, target, 11) {
        request_.set(http::field::host, toText(server));
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

    boost::asio::io_context context_;
    beast::tcp_stream stream_{context_};
    http::request<http::empty_body> request_;
    beast::flat_buffer buffer_;
    http::response_parser<http::string_body> parser_;
    boost::system::error_code error_;
};

}  // namespace

std::string httpGet(const Endpoint& server, const std::string& target) {
    try {
        const Fetch fetch{server, target};
        if (fetch.answer().result() != http::status::ok) {
            throw std::runtime_error("it answers " + std::to_string(fetch.answer().result_int()));
        }
        return fetch.answer().body();
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error(error.code().message());
    }
}

}  // namespace berkeley::net
