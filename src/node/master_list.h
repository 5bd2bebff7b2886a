/// Which master a slave tries next.
///
/// It begins with the first of its list. When a master cannot be reached, or falls silent, it is
/// the turn of the next one; a standby's word where the active master is comes before that.
/// Thread safety: none.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "net/endpoint.h"

namespace berkeley::node {

class MasterList {
  public:
    /// At least one.
    explicit MasterList(std::vector<net::Endpoint> masters);

    std::size_t size() const { return masters_.size(); }

    const net::Endpoint& current() const { return redirected_ ? *redirected_ : masters_[next_]; }

    /// The current one is a standby; the active one is there. True when it is time for a pause:
    /// that has been said too often since the last time or since reached(), as by two that send to
    /// each other; or it is the one that was of no use just now, of which the standby has not heard
    /// yet.
    bool redirect(net::Endpoint active);

    /// The current one was of no use. True when all of the list have had their turn since the
    /// last time or since reached(): it is time for a pause.
    bool failed();

    /// The current one is the active master.
    void reached();

  private:
    std::vector<net::Endpoint> masters_;
    std::size_t next_ = 0;
    std::optional<net::Endpoint> redirected_;
    std::optional<net::Endpoint> useless_;  ///< the latest that was
    std::size_t turns_ = 0;
    std::size_t redirects_ = 0;
};

}  // namespace berkeley::node
