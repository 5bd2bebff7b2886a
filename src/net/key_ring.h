/// The keys that the master knows at present; they can be replaced while it runs.
///
/// Thread safety: any thread.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "net/key_file.h"
#include "os/mutex.h"

namespace berkeley::net {

class KeyRing {
  public:
    explicit KeyRing(Keys keys) : keys_(std::move(keys)) {}

    void replace(Keys keys);

    std::optional<Key> find(const std::string& name) const;

  private:
    mutable os::Mutex lock_;
    Keys keys_ GUARDED_BY(lock_);
};

/// What a slave proves its identity with.
struct NamedKey {
    std::string name;
    Key key;
};

}  // namespace berkeley::net
