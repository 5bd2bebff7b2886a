#include "net/http_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <list>
#include <optional>
#include <utility>

#include "address.h"
#include "os/error.h"

namespace berkeley::net {
namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;
using boost::beast::error_code;

/// How long to wait for a descriptor when the machine has run out of them.
constexpr std::chrono::milliseconds kAcceptPause{200};
/// How long to wait for the end of what a peer still sends after its last answer.
constexpr std::chrono::seconds kLastWords{2};

HttpResponse plain(http::status status) {
    return {static_cast<unsigned>(status), "text/plain; charset=utf-8",
            std::string{http::obsolete_reason(status)} + "\n"};
}

/// Returns the status that refuses a request that could not be read; nothing when no client waits
/// for an answer.
std::optional<http::status> refusalFor(const error_code& error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
        return http::status::request_header_fields_too_large;
    }
    if (error == http::error::end_of_stream || error == http::error::partial_message ||
        error.category() != http::make_error_code(http::error::bad_method).category()) {
        return std::nullopt;
    }
    return http::status::bad_request;
}

/// One connection: a request, its answer, and the next request.
class Session : public std::enable_shared_from_this<Session> {
  public:
    Session(tcp::socket socket, const HttpHandler& handler)
        : stream_(std::move(socket)), handler_(handler) {}

    void readRequest() {
        parser_.emplace();
        parser_->header_limit(HttpServer::kHeaderBytes);
        stream_.expires_after(HttpServer::kRequestPatience);
        http::async_read_header(stream_, buffer_, *parser_,
                                [self = shared_from_this()](const error_code& error, std::size_t) {
                                    self->received(error);
                                });
    }

    void close() { stream_.close(); }

  private:
    void received(const error_code& error) {
        if (!error) {
            answer();
        } else if (const auto refusal = refusalFor(error)) {
            send(plain(*refusal), false);
        } else {
            close();
        }
    }

    void answer() {
        const auto& request = parser_->get();
        if (request.method() != http::verb::get && request.method() != http::verb::head) {
            send(plain(http::status::method_not_allowed), false);
        } else if (parser_->chunked() || parser_->content_length().value_or(0) > 0) {
            send(plain(http::status::payload_too_large), false);
        } else {
            send(handle(std::string{request.target()}), request.keep_alive());
        }
    }

    HttpResponse handle(const std::string& target) const {
        try {
            return handler_(target);
        } catch (const std::exception&) {
            return plain(http::status::internal_server_error);
        }
    }

    void send(HttpResponse answer, bool keepAlive) {
        response_ = {};
        response_.version(parser_->get().version());
        response_.result(answer.status);
        response_.set(http::field::content_type, answer.contentType);
        response_.set(http::field::cache_control, "no-store");
        response_.set("Content-Security-Policy", "default-src 'self'");
        response_.set("X-Content-Type-Options", "nosniff");
        if (response_.result() == http::status::method_not_allowed) {
            response_.set(http::field::allow, "GET, HEAD");
        }
        response_.keep_alive(keepAlive);
        response_.content_length(answer.body.size());
        response_.body() = std::move(answer.body);
        serializer_.emplace(response_);
        stream_.expires_after(HttpServer::kAnswerPatience);
        const auto sent = [self = shared_from_this(), keepAlive](const error_code& error,
                                                                 std::size_t) {
            self->sent(!error && keepAlive);
        };
        if (parser_->get().method() == http::verb::head) {
            http::async_write_header(stream_, *serializer_, sent);
        } else {
            http::async_write(stream_, *serializer_, sent);
        }
    }

    void sent(bool keepAlive) {
        response_.body() = {};
        if (keepAlive) {
            readRequest();
            return;
        }
        error_code ignored;
        stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
        stream_.expires_after(kLastWords);
        discard();
    }

    /// Reads what the peer still sends: closing with unread data would reset the connection and
    /// lose the answer.
    void discard() {
        buffer_.clear();
        stream_.async_read_some(buffer_.prepare(buffer_.max_size()),
                                [self = shared_from_this()](const error_code& error, std::size_t) {
                                    if (error) {
                                        self->close();
                                    } else {
                                        self->discard();
                                    }
                                });
    }

    boost::beast::tcp_stream stream_;
    const HttpHandler& handler_;
    boost::beast::flat_buffer buffer_{std::size_t{2} * HttpServer::kHeaderBytes};
    std::optional<http::request_parser<http::empty_body>> parser_;
    http::response<http::string_body> response_;
    std::optional<http::response_serializer<http::string_body>> serializer_;
};

}  // namespace

/// Everything that belongs to the server's thread.
class HttpServer::Acceptor {
  public:
    Acceptor(const Endpoint& listen, HttpHandler handler)
        : handler_(std::move(handler)), acceptor_(context_), pause_(context_) {
        try {
            const auto found = tcp::resolver{context_}.resolve(
                listen.host, std::to_string(listen.port), tcp::resolver::numeric_service);
            acceptor_ = {context_, *found.begin()};
        } catch (const boost::system::system_error& error) {
            throw os::systemError("cannot serve HTTP on " + toText(listen),
                                  "give --http an address of this machine and a free port",
                                  error.code());
        }
        accept();
    }

    void run() { context_.run(); }
    void stop() { context_.stop(); }

    Endpoint local() const { return toEndpoint(acceptor_.local_endpoint()); }

  private:
    void accept() {
        acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
            if (error) {
                pause_.expires_after(kAcceptPause);
                pause_.async_wait([this](const error_code&) { accept(); });
                return;
            }
            begin(std::move(socket));
            accept();
        });
    }

    void begin(tcp::socket socket) {
        sessions_.remove_if([](const auto& session) { return session.expired(); });
        if (sessions_.size() >= kConnections) {
            if (const auto oldest = sessions_.front().lock()) {
                oldest->close();
            }
            sessions_.pop_front();
        }
        const auto session = std::make_shared<Session>(std::move(socket), handler_);
        sessions_.push_back(session);
        session->readRequest();
    }

    const HttpHandler handler_;
    boost::asio::io_context context_;  ///< outlives whatever uses it
    tcp::acceptor acceptor_;
    boost::asio::steady_timer pause_;
    std::list<std::weak_ptr<Session>> sessions_;  ///< oldest first
};

HttpServer::HttpServer(const Endpoint& listen, HttpHandler handler)
    : acceptor_(std::make_unique<Acceptor>(listen, std::move(handler))),
      thread_([this] { acceptor_->run(); }) {}

HttpServer::~HttpServer() {
    acceptor_->stop();
    thread_.join();
}

Endpoint HttpServer::local() const { return acceptor_->local(); }

}  // namespace berkeley::net
