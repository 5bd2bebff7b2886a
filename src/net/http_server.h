/// A small HTTP/1.1 server for what a daemon tells about itself: GET and HEAD, nothing else.
///
/// One thread serves all connections, and none of them can hold up another. Their cost is bounded:
/// a request has no body and at most kHeaderBytes, and arrives within kRequestPatience; an answer
/// is read within kAnswerPatience; beyond kConnections, the oldest connection makes way. Any other
/// request is refused (400, 405, 413, 431). Thread safety: as each function says.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "net/endpoint.h"

namespace berkeley::net {

struct HttpResponse {
    unsigned status = 200;
    std::string contentType = "text/plain; charset=utf-8";
    std::string body;
};

/// Answers a request target, such as "/history.json?since=7"; called from the server's thread.
using HttpHandler = std::function<HttpResponse(const std::string& target)>;

class HttpServer {
  public:
    static constexpr std::size_t kConnections = 32;
    static constexpr std::uint32_t kHeaderBytes = 8 * 1024;
    static constexpr std::chrono::seconds kRequestPatience{10};
    static constexpr std::chrono::seconds kAnswerPatience{20};

    /// Listens, and starts the thread; for port 0, the system chooses the port. Throws
    /// std::runtime_error when the address is not available. When `handler` throws, the answer is
    /// 500.
    HttpServer(const Endpoint& listen, HttpHandler handler);
    /// Ends the thread and every connection.
    ~HttpServer();

    /// Where it listens.
    Endpoint local() const;

  private:
    class Acceptor;

    std::unique_ptr<Acceptor> acceptor_;
    std::thread thread_;
};

}  // namespace berkeley::net
