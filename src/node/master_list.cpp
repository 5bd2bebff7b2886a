#include "node/master_list.h"

#include <algorithm>
#include <utility>

namespace berkeley::node {

MasterList::MasterList(std::vector<net::Endpoint> masters) : masters_(std::move(masters)) {}

bool MasterList::redirect(net::Endpoint active) {
    if (active == std::exchange(useless_, std::nullopt)) {
        return true;
    }
    // Should it fail, the one after it is next.
    if (const auto known = std::find(masters_.begin(), masters_.end(), active);
        known != masters_.end()) {
        next_ = static_cast<std::size_t>(known - masters_.begin());
    }
    redirected_ = std::move(active);
    redirects_ = (redirects_ + 1) % (masters_.size() + 1);
    return redirects_ == 0;
}

bool MasterList::failed() {
    useless_ = current();
    redirected_.reset();
    next_ = (next_ + 1) % masters_.size();
    turns_ = (turns_ + 1) % masters_.size();
    return turns_ == 0;
}

void MasterList::reached() {
    turns_ = 0;
    redirects_ = 0;
    useless_.reset();
}

}  // namespace berkeley::node
