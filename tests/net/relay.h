/// Somebody on the path of a connection over loopback.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "connected_pair.h"
#include "path.h"

namespace berkeley::net {

/// Carries the bytes of one connection, and changes them. Ends with that connection.
class Relay {
  public:
    Relay(const Endpoint& master, Change change) : change_(std::move(change)) {
        threads_.emplace_back([this, master] {
            acceptor_.accept(slave_);
            master_.connect({boost::asio::ip::make_address(master.host), master.port});
            slave_.set_option(tcp::no_delay{true});
            master_.set_option(tcp::no_delay{true});
            std::jthread back{[this] { carry(master_, slave_, Way::toSlave); }};
            carry(slave_, master_, Way::toMaster);
        });
    }

    Endpoint local() const { return {"127.0.0.1", acceptor_.local_endpoint().port()}; }

    /// From now on, and bytes are counted from now on.
    void change(Change change) {
        const std::lock_guard guard{lock_};
        change_ = std::move(change);
        carried_ = {};
    }

  private:
    using tcp = boost::asio::ip::tcp;

    void carry(tcp::socket& from, tcp::socket& to, Way way) {
        boost::system::error_code error;
        while (true) {
            Bytes bytes(4096);
            bytes.resize(from.read_some(boost::asio::buffer(bytes), error));
            if (error) {
                break;
            }
            {
                const std::lock_guard guard{lock_};
                std::size_t& carried = carried_[static_cast<std::size_t>(way)];
                const std::size_t before = carried;
                carried += bytes.size();
                change_(way, bytes, before);
            }
            boost::asio::write(to, boost::asio::buffer(bytes), error);
        }
        to.shutdown(tcp::socket::shutdown_send, error);
    }

    std::mutex lock_;  ///< guards what follows
    Change change_;
    std::array<std::size_t, 2> carried_{};
    boost::asio::io_context context_;
    tcp::acceptor acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
    tcp::socket slave_{context_}, master_{context_};
    std::vector<std::jthread> threads_;
};

/// A slave and a master with keys, and a relay between them.
class RelayedPair {
  public:
    explicit RelayedPair(const Change& duringHandshake = changeNothing)
        : pair_{Speech::secret, "127.0.0.1", [&](const Endpoint& master) {
                    return relay_.emplace(master, duringHandshake).local();
                }} {}

    /// From now on: whatever was said for the handshake has been heard.
    void change(Change change) { relay_->change(std::move(change)); }

    Connection& slave() { return *pair_.client_; }
    Connection& master() { return *pair_.server_; }

  private:
    std::optional<Relay> relay_;
    ConnectedPair pair_;
};

}  // namespace berkeley::net
