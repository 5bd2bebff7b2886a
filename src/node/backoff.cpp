#include "node/backoff.h"

#include <algorithm>

namespace berkeley::node {

Nanoseconds Backoff::next() {
    std::uniform_int_distribution<Nanoseconds::rep> between{wait_.count() / 2, wait_.count()};
    const Nanoseconds wait{between(random_)};
    wait_ = std::min(limit_, wait_ * 2);
    return wait;
}

}  // namespace berkeley::node
