#include "net/key_ring.h"

namespace berkeley::net {

void KeyRing::replace(Keys keys) {
    const os::MutexLock guard{lock_};
    keys_.swap(keys);
}

std::optional<Key> KeyRing::find(const std::string& name) const {
    const os::MutexLock guard{lock_};
    const auto found = keys_.find(name);
    return found == keys_.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace berkeley::net
