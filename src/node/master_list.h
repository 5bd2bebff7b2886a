/// Which master a slave tries next.
///
/// It begins with the first of its list. When a master cannot be reached or falls silent, the next
/// one is tried; but if a standby says where the active master is, that one comes first. Thread
/// safety: none.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "net/endpoint.h"

namespace berkeley::node {

class MasterList {
  public:
    /// `masters` has at least one element.
    explicit MasterList(std::vector<net::Endpoint> masters);

    const net::Endpoint& current() const { return redirected_ ? *redirected_ : masters_[next_]; }

    /// Notes that the current master, a standby, names `active` as the active one. Returns true
    /// when it is time for a pause: either there have been too many redirects since the last pause
    /// or reached(), as from two masters that redirect to each other; or `active` has just been of
    /// no use, and the standby does not know yet.
    bool redirect(net::Endpoint active);

    /// Notes that the current master was of no use. Returns true when it is time for a pause: all
    /// masters in the list have been tried since the last pause or reached().
    bool failed();

    /// Notes that the current master is the active one.
    void reached();

  private:
    std::vector<net::Endpoint> masters_;
    std::size_t next_ = 0;
    std::optional<net::Endpoint> redirected_;
    std::optional<net::Endpoint> useless_;  ///< the latest master that was of no use
    std::size_t turns_ = 0;
    std::size_t redirects_ = 0;
};

}  // namespace berkeley::node
