#include "net/http_server.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <list>
#include <stdexcept>

#include "support/errors.h"

namespace berkeley::net {
namespace {

using boost::asio::ip::tcp;

/// Whoever asks, with the bytes of its choice.
class Client {
  public:
    explicit Client(const HttpServer& server) : socket_(context_) {
        socket_.connect({boost::asio::ip::make_address(server.local().host), server.local().port});
    }

    Client& send(const std::string& bytes) {
        boost::system::error_code closed;
        boost::asio::write(socket_, boost::asio::buffer(bytes), closed);
        return *this;
    }

    /// What comes until `end` is among it, or until the server has closed.
    std::string receive(const std::string& end = "") {
        std::string text;
        while (end.empty() || text.find(end) == std::string::npos) {
            char buffer[4096];
            const ssize_t size =
                isReadable() ? ::recv(socket_.native_handle(), buffer, 4096, 0) : 0;
            if (size <= 0) {
                break;
            }
            text.append(buffer, static_cast<std::size_t>(size));
        }
        return text;
    }

    bool isClosed() {
        char byte = 0;
        return isReadable() && ::recv(socket_.native_handle(), &byte, 1, 0) <= 0;
    }

  private:
    bool isReadable() {
        constexpr int kPatience = 30'000;
        pollfd entry{socket_.native_handle(), POLLIN, 0};
        return ::poll(&entry, 1, kPatience) > 0;
    }

    boost::asio::io_context context_;
    tcp::socket socket_;
};

HttpResponse echo(const std::string& target) { return {200, "text/x-test", "you said " + target}; }

/// More than the kernel takes while nobody reads.
HttpResponse huge(const std::string& target) {
    return {200, "text/plain", target == "/huge" ? std::string(32U << 20U, 'x') : "small"};
}

const Endpoint kAnyPort{"127.0.0.1", 0};
const std::string kLast = "Connection: close\r\n\r\n";

bool begins(const std::string& text, const std::string& with) { return text.rfind(with, 0) == 0; }

TEST(HttpServerTest, AnswersWithWhatTheHandlerSays) {
    const HttpServer server{kAnyPort, echo};
    const std::string answer = Client{server}.send("GET /a?b=c HTTP/1.1\r\n" + kLast).receive();

    EXPECT_TRUE(begins(answer, "HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_TRUE(has(answer, "\r\nContent-Type: text/x-test\r\n"));
    EXPECT_TRUE(has(answer, "\r\nContent-Length: 15\r\n"));
    EXPECT_TRUE(has(answer, "\r\nContent-Security-Policy: default-src 'self'\r\n"));
    EXPECT_TRUE(has(answer, "\r\nX-Content-Type-Options: nosniff\r\n"));
    EXPECT_TRUE(has(answer, "\r\n\r\nyou said /a?b=c"));
}

TEST(HttpServerTest, AnswersHeadWithoutTheBody) {
    const HttpServer server{kAnyPort, echo};
    const std::string answer = Client{server}.send("HEAD /a HTTP/1.1\r\n" + kLast).receive();

    EXPECT_TRUE(has(answer, "\r\nContent-Length: 11\r\n"));
    EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST(HttpServerTest, AnswersOneRequestAfterTheOtherOverOneConnection) {
    const HttpServer server{kAnyPort, echo};
    Client client{server};
    client.send("GET /1 HTTP/1.1\r\n\r\nHEAD /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n");
    const std::string answers = client.receive("you said /3");

    EXPECT_TRUE(has(answers, "you said /1HTTP/1.1 200 OK"));
    EXPECT_TRUE(answers.ends_with("you said /3")) << answers;
    EXPECT_FALSE(has(answers, "you said /2"));
}

TEST(HttpServerTest, TellsWhoeverAsksForSomethingElse) {
    const HttpServer server{kAnyPort, echo};
    const std::string post =
        Client{server}.send("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello").receive();
    EXPECT_TRUE(begins(post, "HTTP/1.1 405 ")) << post;
    EXPECT_TRUE(has(post, "\r\nAllow: GET, HEAD\r\n"));

    for (const std::string body : {"Content-Length: 5\r\n\r\nhello",
                                   "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"}) {
        const std::string answer = Client{server}.send("GET / HTTP/1.1\r\n" + body).receive();
        EXPECT_TRUE(begins(answer, "HTTP/1.1 413 ")) << answer;
    }
    for (const std::string nonsense : {"nonsense\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
                                       "GET / HTTP/1.1\r\nbroken field\r\n\r\n",
                                       "\x16\x03\x01\x02"
                                       "\r\n\r\n"}) {
        const std::string answer = Client{server}.send(nonsense).receive();
        EXPECT_TRUE(begins(answer, "HTTP/1.1 400 ")) << nonsense << answer;
    }
    const std::string large(HttpServer::kHeaderBytes, 'x');
    for (const std::string& request :
         {"GET /" + large + " HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nX: " + large + "\r\n\r\n",
          "GET /" + large + large + large}) {
        const std::string answer = Client{server}.send(request).receive();
        EXPECT_TRUE(begins(answer, "HTTP/1.1 431 ")) << answer;
    }
}

TEST(HttpServerTest, GoesOnWhenTheHandlerFails) {
    const HttpServer server{kAnyPort, [](const std::string& target) -> HttpResponse {
                                if (target == "/fails") {
                                    throw std::runtime_error{"it failed"};
                                }
                                return {};
                            }};
    Client client{server};
    EXPECT_TRUE(
        begins(client.send("GET /fails HTTP/1.1\r\n\r\n").receive("Error\n"), "HTTP/1.1 500 "));
    EXPECT_TRUE(begins(client.send("GET / HTTP/1.1\r\n\r\n").receive("\r\n\r\n"), "HTTP/1.1 200 "));
}

TEST(HttpServerTest, AReaderThatDoesNotReadHoldsUpNobody) {
    const HttpServer server{kAnyPort, huge};
    std::list<Client> slow;
    for (int i = 0; i < 3; ++i) {
        slow.emplace_back(server).send("GET /huge HTTP/1.1\r\n\r\n");
    }

    EXPECT_TRUE(Client{server}.send("GET / HTTP/1.1\r\n" + kLast).receive().ends_with("small"));
}

TEST(HttpServerTest, TheOldestConnectionMakesWayForOneTooMany) {
    const HttpServer server{kAnyPort, echo};
    std::list<Client> clients;
    for (std::size_t i = 0; i <= HttpServer::kConnections; ++i) {
        // Once it has an answer, it is there.
        clients.emplace_back(server).send("GET /a HTTP/1.1\r\n\r\n").receive("you said /a");
    }

    EXPECT_TRUE(clients.front().isClosed());
    clients.pop_front();
    for (Client& client : clients) {
        EXPECT_TRUE(has(client.send("GET /b HTTP/1.1\r\n\r\n").receive("said /b"), "said /b"));
    }
}

TEST(HttpServerTest, EndsWithConnectionsOpenAndAnswersUnderWay) {
    std::optional<HttpServer> server;
    server.emplace(kAnyPort, huge);
    Client idle{*server}, reading{*server};
    reading.send("GET /huge HTTP/1.1\r\n\r\n").receive("\r\n\r\n");
    idle.send("GET / HTTP/1.1\r\n\r\n").receive("small");
    server.reset();

    EXPECT_TRUE(idle.isClosed());
}

TEST(HttpServerTest, SaysWhatToDoWhenTheAddressCannotBeHad) {
    const HttpServer first{kAnyPort, echo};
    for (const Endpoint& wrong : {first.local(), Endpoint{"192.0.2.1", 0}}) {
        const std::string error = errorOf([&] { return HttpServer{wrong, echo}; });
        EXPECT_TRUE(begins(error, "cannot serve HTTP on " + toText(wrong))) << error;
        EXPECT_TRUE(has(error, "give --http an address of this machine and a free port"));
    }
}

}  // namespace
}  // namespace berkeley::net
