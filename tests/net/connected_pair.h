/// Both ends of a connection over loopback, for the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "net/connection.h"
#include "net/connector.h"
#include "net/listener.h"

namespace berkeley::net {

inline const Key kKey(32, 0x5A);
inline const Key kOtherKey(32, 0xA5);

enum class Speech { plain, secret };

inline void PrintTo(Speech speech, std::ostream* out) {
    *out << (speech == Speech::plain ? "Plain" : "WithKeys");
}

inline std::span<const std::byte> bytesOf(std::string_view text) {
    return std::as_bytes(std::span{text});
}

struct ConnectedPair {
    /// The client connects to what `via` makes of the address at which the server listens.
    explicit ConnectedPair(
        Speech speech, const std::string& host = "127.0.0.1",
        const std::function<Endpoint(const Endpoint&)>& via =
            [](const auto& server) { return server; })
        : listener_{{host, 0}, speech == Speech::plain ? nullptr : &ring_, kUnreadBytes},
          connector_{speech == Speech::plain ? std::nullopt
                                             : std::optional{NamedKey{"client", kKey}}} {
        const Endpoint server = via(listener_.local());
        std::thread connecting{[&] { client_ = connector_.connect(server); }};
        server_ = listener_.accept();
        EXPECT_TRUE(server_->handshake());
        connecting.join();
    }

    /// Readers may be late.
    static constexpr int kUnreadBytes = 1 << 20;

    KeyRing ring_{Keys{{"client", kKey}}};
    Listener listener_;
    Connector connector_;
    std::shared_ptr<Connection> client_, server_;
};

}  // namespace berkeley::net
